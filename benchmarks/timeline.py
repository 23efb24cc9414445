"""Home timelines in memory: the compiled engine beside Python deques, and its growth.

    python benchmarks/timeline.py          about two minutes
    python benchmarks/timeline.py --small  without the network of a million users

On the reference network: deliveries and pages a second of one core, bytes a delivery,
and what the five policies cost in CPU beside what the closed form expects. Figures
are medians of 5 rounds in which the contestants take turns. CPU seconds, not wall
time: the machine may be busy with something else. No network, no copies on other
machines and no disk are included.
"""

import platform
import statistics
import sys
import time
from collections import deque
from itertools import islice

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.twitter.timeline import (
    AuthorRate,
    Costs,
    FanOutOnRead,
    FanOutOnWrite,
    HomeTimelines,
    Hybrid,
    PerEdge,
    SocialGraph,
    expected_cost,
    reference_rates,
)

ROUNDS = 5
TWEETS = 20_000
PAGES = 200_000
PAGES_A_CALL = 1_000
DEQUE_TWEETS = 1_000
DEQUE_PAGES = 50_000


def main():
    graph = SocialGraph.reference()
    posts, reads = reference_rates(graph)
    authors = stream(1, "authors").choice(graph.n_users, size=TWEETS, p=posts)
    readers = stream(1, "readers").choice(graph.n_users, size=PAGES, p=reads / reads.sum())
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"{graph.n_users:,} users, {graph.n_edges:,} edges, {TWEETS:,} tweets\n")
    beside_deques(graph, authors, readers)
    as_it_grows()
    beside_the_closed_form(graph, posts, authors)


def cpu_s(run):
    """CPU seconds that `run()` takes."""
    start = time.process_time()
    run()
    return time.process_time() - start


def read_all(timelines, readers):
    """Read a page of 50 for each reader, a thousand at a time."""
    for first in range(0, len(readers), PAGES_A_CALL):
        timelines.timeline_many(readers[first : first + PAGES_A_CALL])


# ── Ours and plain Python ───────────────────────────────────────────────────
class Deques:
    """The same by hand: a deque of at most 800 ids for each reader."""

    def __init__(self, graph):
        self.followers = [graph.followers[user].tolist() for user in range(graph.n_users)]
        self.homes = [deque(maxlen=800) for _ in range(graph.n_users)]
        self.deliveries = 0

    def post_many(self, authors):
        """Deliver a tweet by each of `authors`."""
        homes = self.homes
        for tweet, author in enumerate(authors):
            for follower in self.followers[author]:
                homes[follower].appendleft(tweet)
            self.deliveries += len(self.followers[author])

    def timeline_many(self, users):
        """The newest 50 of each user."""
        return [list(islice(self.homes[user], 50)) for user in users]


def beside_deques(graph, authors, readers):
    """Deliveries and pages a second, in turn."""
    warm = HomeTimelines(graph, FanOutOnWrite())
    warm.post_many(authors[:100])
    read_all(warm, readers[:1000])
    plain, few = Deques(graph), authors[:DEQUE_TWEETS].tolist()
    some = readers[:DEQUE_PAGES].tolist()
    rates = {"ours": [], "deques": []}
    for _ in range(ROUNDS):
        ours = HomeTimelines(graph, FanOutOnWrite())
        post_s = cpu_s(lambda ours=ours: ours.post_many(authors))
        read_s = cpu_s(lambda ours=ours: read_all(ours, readers))
        rates["ours"].append((ours.work.deliveries / post_s, len(readers) / read_s))
        before = plain.deliveries
        post_s = cpu_s(lambda: plain.post_many(few))
        read_s = cpu_s(lambda: plain.timeline_many(some))
        rates["deques"].append(((plain.deliveries - before) / post_s, len(some) / read_s))
    row = "{:<10} {:>22} {:>18}"
    print(row.format("", "deliveries a second", "pages a second"))
    middle = {
        name: [statistics.median(kind) for kind in zip(*rates[name], strict=True)] for name in rates
    }
    for name, (deliveries, pages) in middle.items():
        print(row.format(name, f"{deliveries / 1e6:.1f} M", f"{pages / 1e6:.2f} M"))
    ratios = [ours / theirs for ours, theirs in zip(*middle.values(), strict=True)]
    print(row.format("ratio", f"{ratios[0]:.0f}", f"{ratios[1]:.1f}"))
    best = [max(kind) / 1e6 for kind in zip(*rates["ours"], strict=True)]
    print(f"ours at best: {best[0]:.1f} M deliveries, {best[1]:.2f} M pages")
    print(f"bytes a delivery: {ours.work.bytes_held / ours.work.deliveries:.2f}\n")


# ── Growth ──────────────────────────────────────────────────────────────────
def as_it_grows():
    """The same work a user on networks of three sizes: time and bytes a delivery."""
    print("as it grows (one tweet for five users)")
    row = "{:>12} {:>14} {:>16} {:>20} {:>18}"
    print(row.format("users", "deliveries", "ns a delivery", "bytes a delivery", "ns a page"))
    sizes = (10_000, 100_000) if "--small" in sys.argv else (10_000, 100_000, 1_000_000)
    for n_users in sizes:
        graph = SocialGraph.reference(n_users=n_users)
        posts, reads = reference_rates(graph)
        authors = stream(1, "authors").choice(n_users, size=n_users // 5, p=posts)
        readers = stream(1, "readers").choice(n_users, size=50_000, p=reads / reads.sum())
        timelines = HomeTimelines(graph, FanOutOnWrite())
        post_s = cpu_s(lambda: timelines.post_many(authors))  # noqa: B023
        read_all(timelines, readers)
        read_s = cpu_s(lambda: read_all(timelines, readers))  # noqa: B023
        work = timelines.work
        print(
            row.format(
                f"{n_users:,}", f"{work.deliveries:,}", f"{1e9 * post_s / work.deliveries:.0f}",
                f"{work.bytes_held / work.deliveries:.2f}", f"{1e9 * read_s / len(readers):.0f}",
            )
        )  # fmt: skip
    print()


# ── What the policies cost ──────────────────────────────────────────────────
def beside_the_closed_form(graph, posts, authors):
    """CPU of each policy, less that of the bare pages, beside `expected_cost`.

    A page costs the same under every policy before anything is pulled; the model leaves
    it out, so it is measured with nothing pulled and taken off.
    """
    sample = 20_000
    for reads_per_tweet in (1.0, 50.0):
        _, reads = reference_rates(graph, reads_per_tweet)
        readers = stream(2, "readers").choice(graph.n_users, size=sample, p=reads / reads.sum())
        rules = {
            "on write": FanOutOnWrite(),
            "on read": FanOutOnRead(),
            "hybrid, 2,000": Hybrid(2_000),
            "hybrid, 30": Hybrid(30),
            "by rate": AuthorRate(float(np.quantile(posts, 0.99)), posts),
            "per edge": PerEdge(Costs(), posts, reads),
        }
        cost = {name: expected_cost(graph, posts, reads, rule) for name, rule in rules.items()}
        spent = {name: [] for name in rules}
        for _ in range(3):
            for name, rule in rules.items():
                timelines = HomeTimelines(graph, rule)
                post_s = cpu_s(lambda t=timelines: t.post_many(authors))
                read_s = cpu_s(lambda t=timelines, r=readers: read_all(t, r)) / sample
                spent[name].append((post_s, read_s))
        middle = {n: [statistics.median(k) for k in zip(*spent[n], strict=True)] for n in spent}
        page_s = middle["on write"][1]
        total_s = {
            name: post_s + (read_s - page_s) * reads_per_tweet * TWEETS
            for name, (post_s, read_s) in middle.items()
        }
        print(f"{reads_per_tweet:g} reads a tweet, relative to on write")
        print(f"{'':<16}{'closed form':>14}{'CPU':>10}")
        for name in sorted(cost, key=cost.get):
            print(
                f"{name:<16}{cost[name] / cost['on write']:>14.2f}"
                f"{total_s[name] / total_s['on write']:>10.2f}"
            )
        print()


if __name__ == "__main__":
    main()
