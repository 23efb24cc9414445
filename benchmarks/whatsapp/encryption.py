"""Our ratchet beside the packages DoubleRatchet and X3DH, and beside what it is made of.

    python benchmarks/whatsapp/encryption.py    a minute

A text of 100 bytes is locked and opened, one way and in ping-pong, where each message has a new
key. The package runs once with the lock that it recommends, AES-CBC with HMAC, and once with ours,
AES-GCM. CPU time; medians of 5 rounds in turns.
"""

import platform
import statistics
import sys
import time
from pathlib import Path

import cryptography
import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from doubleratchet.recommended import HashFunction, aead_aes_hmac

sys.path.insert(0, str(Path(__file__).parents[2]))

from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.groups import Group
from scalemodel.whatsapp.encryption.handshake import Keys, Shared, accept, open_with
from scalemodel.whatsapp.encryption.ratchet import Session
from tests.whatsapp.encryption.peers import Lock, TheirEnd, TheirKeys, now

ROUNDS, TEXT = 5, bytes(100)
RNG = np.random.default_rng(1)


class Recommended(aead_aes_hmac.AEAD):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256

    @staticmethod
    def _get_info():
        return b"benchmark"


def ours():
    shared, secret = Shared(secret=keys.fresh(RNG), who=b"A B"), keys.fresh(RNG)
    return Session.opening(shared, keys.public_of(secret), RNG), Session.accepting(
        shared, secret, RNG
    )


def theirs(lock):
    shared, secret = Shared(secret=keys.fresh(RNG), who=b"A B"), keys.fresh(RNG)
    return (TheirEnd(shared, theirs=keys.public_of(secret), lock=lock),
            TheirEnd(shared, secret=secret, lock=lock))  # fmt: skip


def one_way(ends):
    """One message, of which there are many under one key."""
    ends[1].unlock(ends[0].lock(TEXT))


def ping_pong(ends):
    """Two messages, each under a new key."""
    for one, other in (ends, ends[::-1]):
        other.unlock(one.lock(TEXT))


def shake(anna, ben):
    """Both ends of a handshake."""
    _, opening = open_with(anna, ben.bundle(), RNG)
    accept(ben, opening)


def shake_theirs(anna, ben):
    _, _, header = now(anna.get_shared_secret_active(ben.bundle, require_pre_key=False))
    now(ben.get_shared_secret_passive(header, require_pre_key=False))


def table(title, rows, messages=1):
    """Each row in turns; `rows` have a function without arguments, and how often it runs."""
    rounds = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, (function, times) in rows.items():
            began = time.process_time()
            for _ in range(times):
                function()
            rounds[name].append((time.process_time() - began) / times / messages)
    print(title)
    for name, seconds in rounds.items():
        middle = statistics.median(seconds)
        ratio = statistics.median(rounds[next(iter(rows))]) / middle
        print(f"  {name:<42} {1e6 * middle:9.1f} µs {1 / middle:11,.0f} a second {ratio:7.2f}")
    print()


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, "
          f"cryptography {cryptography.__version__}\n")  # fmt: skip
    pairs = {"ours": ours(), "DoubleRatchet, with our AES-GCM": theirs(Lock),
             "DoubleRatchet, as it recommends": theirs(Recommended)}  # fmt: skip
    for ends in pairs.values():
        ping_pong(ends)
    for title, way, times, messages in (
        ("One way, locked and opened", one_way, 2_000, 1), ("Ping-pong, a message", ping_pong, 300, 2)
    ):  # fmt: skip
        rows = {name: (lambda ends=ends, way=way: way(ends), times) for name, ends in pairs.items()}
        table(title, rows, messages)

    anna, ben = Keys(RNG, once=0), Keys(RNG, once=0)
    hers, his = TheirKeys.fresh(0), TheirKeys.fresh(0)
    table("A handshake, both ends", {
        "ours": (lambda: shake(anna, ben), 100), "X3DH": (lambda: shake_theirs(hers, his), 100),
    })  # fmt: skip

    group = Group({f"person {n}": 1 for n in range(9)}, RNG)
    group.read("person 1", group.write("person 0", TEXT))

    def told():
        message = group.write("person 0", TEXT)
        for reader in range(1, 9):
            group.read(f"person {reader}", message)

    table(
        "A message in a group of nine, locked once and opened by eight",
        {"sender keys": (told, 100)},
    )

    gcm, chacha, public = AESGCM(bytes(32)), ChaCha20Poly1305(bytes(32)), keys.public_of(bytes(32))
    table("What it is made of", {
        "AES-GCM, 100 bytes": (lambda: gcm.encrypt(bytes(12), TEXT, None), 10_000),
        "AES-GCM with a new key": (lambda: AESGCM(bytes(32)).encrypt(bytes(12), TEXT, None), 10_000),
        "ChaCha20-Poly1305, 100 bytes": (lambda: chacha.encrypt(bytes(12), TEXT, None), 10_000),
        "a step of a chain": (lambda: keys.step(bytes(32)), 10_000),
        "HKDF, 64 bytes": (lambda: keys.derive(bytes(32), bytes(32), b"", 64), 5_000),
        "X25519, to agree": (lambda: keys.agree(bytes(32), public), 1_000),
        "X25519, a public key": (lambda: keys.public_of(bytes(32)), 1_000),
    })  # fmt: skip


if __name__ == "__main__":
    main()
