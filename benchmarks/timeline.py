"""Home timelines in memory: beside Python deques and the barest compiled loop, and growth.

    python benchmarks/timeline.py          about three minutes
    python benchmarks/timeline.py --small  without the network of a million users

On the reference network: deliveries and pages a second of one core, bytes a delivery,
and what the five policies cost in CPU beside what the closed form expects. Figures
are medians of 5 rounds in which the contestants take turns. CPU seconds, not wall
time: the machine may be busy with something else. No network, no copies on other
machines and no disk are included.

The barest loop writes the same tweets into the same readers' lists, and reads the same
pages: every list has its place and its room from the start, for it was counted before,
in memory that was touched before. It looks for nothing, refuses nothing, evicts nothing.
Ours lets each list grow: what a delivery takes beyond that goes into the list's count and
end, and into the boxes, of which every thirtieth entry asks for one.
"""

import platform
import statistics
import sys
import time
from collections import deque
from itertools import islice

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.core.rng import stream
from scalemodel.twitter import cpu_bill
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import FanOutOnWrite
from scalemodel.twitter.timeline.prices import Costs

ROUNDS = 5
TWEETS = 20_000
PAGES = 200_000
PAGES_A_CALL = 1_000
DEQUE_TWEETS = 1_000
DEQUE_PAGES = 50_000
A_PAGE = 50


def main():
    graph = SocialGraph.reference()
    posts, reads = reference_rates(graph)
    authors = stream(1, "authors").choice(graph.n_users, size=TWEETS, p=posts)
    readers = stream(1, "readers").choice(graph.n_users, size=PAGES, p=reads / reads.sum())
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"{graph.n_users:,} users, {graph.n_edges:,} edges, {TWEETS:,} tweets\n")
    beside_deques(graph, authors, readers)
    when_lists_are_full(graph, posts)
    as_it_grows()
    beside_the_closed_form(graph)


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
    """The same by hand: a deque of at most `cap` ids for each reader."""

    def __init__(self, graph, cap=800):
        self.followers = [graph.followers[user].tolist() for user in range(graph.n_users)]
        self.homes = [deque(maxlen=cap) for _ in range(graph.n_users)]
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


# ── The barest loop ─────────────────────────────────────────────────────────
class Barest:
    """The same writes and reads, and nothing else; each list has its place from the start."""

    def __init__(self, graph, authors, ids):
        of = graph.followers
        self.followers = of.start, of.length, of.values
        count = np.zeros(graph.n_users, dtype=np.int64)
        for author in authors:
            count[of[author]] += 1
        self.end = np.cumsum(count)
        self.begin = self.end - count
        self.rows = np.ones(int(count.sum()), dtype=np.int32)
        self.ids = ids
        self.deliveries = int(count.sum())

    def post_many(self, authors):
        """Deliver a tweet by each of `authors`."""
        self.next = self.begin.copy()
        write.native(authors, *self.followers, self.next, self.rows)

    def timeline_many(self, users):
        """The newest 50 of each user."""
        shown = np.empty((len(users), A_PAGE), dtype=np.int64)
        read.native(users, self.begin, self.next, self.rows, self.ids, shown)
        return shown


@compiled("void(int64[::1], int64[::1], int64[::1], int32[::1], int64[::1], int32[::1])")
def write(authors, start, length, followers, places, rows):
    """A tweet by each of `authors` at the end of each follower's list."""
    for row in range(len(authors)):
        first = start[authors[row]]
        for at in range(first, first + length[authors[row]]):
            place = places[followers[at]]
            rows[place] = row
            places[followers[at]] = place + 1


@compiled("void(int64[::1], int64[::1], int64[::1], int32[::1], int64[::1], int64[:, ::1])")
def read(users, begin, end, rows, ids, shown):
    """The ids at the end of each user's list, newest first."""
    for at in range(len(users)):
        place = end[users[at]]
        for column in range(shown.shape[1]):
            place -= 1
            shown[at, column] = ids[rows[place]] if place >= begin[users[at]] else -1


def beside_deques(graph, authors, readers):
    """Deliveries and pages a second, a thousand pages a call and one a call, in turn."""
    warm = HomeTimelines(graph, FanOutOnWrite())
    barest = Barest(graph, authors, warm.post_many(authors))
    read_all(warm, readers[:1000])
    plain, few = Deques(graph), authors[:DEQUE_TWEETS].tolist()
    some = readers[:DEQUE_PAGES].tolist()
    rates = {"ours": [], "barest loop": [], "deques": []}
    for _ in range(ROUNDS):
        ours = HomeTimelines(graph, FanOutOnWrite())
        for name, timelines in (("ours", ours), ("barest loop", barest)):
            post_s = cpu_s(lambda timelines=timelines: timelines.post_many(authors))
            read_s = cpu_s(lambda timelines=timelines: read_all(timelines, readers))
            rates[name].append((barest.deliveries / post_s, len(readers) / read_s, np.nan))
        one_s = cpu_s(lambda ours=ours: [ours.timeline(user) for user in some])
        rates["ours"][-1] = (*rates["ours"][-1][:2], len(some) / one_s)
        before = plain.deliveries
        post_s = cpu_s(lambda: plain.post_many(few))
        read_s = cpu_s(lambda: plain.timeline_many(some))
        pages = len(some) / read_s  # a call for a page costs them nothing
        rates["deques"].append(((plain.deliveries - before) / post_s, pages, pages))
    assert ours.work.deliveries == barest.deliveries
    assert (ours.timeline_many(readers[:1000]) == barest.timeline_many(readers[:1000])).all()
    row = "{:<14} {:>22} {:>18} {:>22}"
    print(row.format("", "deliveries a second", "pages a second", "µs a page, one a call"))
    middle = {
        name: [statistics.median(kind) for kind in zip(*rates[name], strict=True)] for name in rates
    }
    for name, (deliveries, pages, one) in middle.items():
        alone = "" if np.isnan(one) else f"{1e6 / one:.2f}"
        print(row.format(name, f"{deliveries / 1e6:.1f} M", f"{pages / 1e6:.2f} M", alone))
    for name in ("barest loop", "deques"):
        by = np.median(np.array(rates["ours"]) / np.array(rates[name]), axis=0)
        last = "" if np.isnan(by[2]) else f"{by[2]:.2f} ×"
        print(row.format(f"ours / {name}", f"{by[0]:.2f} ×", f"{by[1]:.2f} ×", last))
    best = [max(kind) / 1e6 for kind in zip(*rates["ours"], strict=True)]
    print(f"ours at best: {best[0]:.1f} M deliveries, {best[1]:.2f} M pages")
    print(f"bytes a delivery: {ours.work.bytes_held / ours.work.deliveries:.2f}\n")


def when_lists_are_full(graph, posts, cap=50):
    """Deliveries a second where each new entry costs an old one, as after a long time."""
    before, after = (
        stream(seed, "authors").choice(graph.n_users, size=size, p=posts)
        for seed, size in ((2, 3 * TWEETS), (3, TWEETS))
    )
    ours, plain = HomeTimelines(graph, FanOutOnWrite(), cap=cap), Deques(graph, cap)
    for timelines in (ours, plain):
        timelines.post_many(before)
    rates = []
    for _ in range(ROUNDS):
        start = ours.work.deliveries
        post_s = cpu_s(lambda: ours.post_many(after))
        rates.append((ours.work.deliveries - start) / post_s)
    full = np.mean([len(home) == cap for home in plain.homes])
    start = plain.deliveries
    theirs = (cpu_s(lambda: plain.post_many(after)), plain.deliveries - start)
    middle = statistics.median(rates)
    print(f"lists of {cap}, {full:.0%} full: ours {middle / 1e6:.1f} M deliveries/s, ", end="")
    print(
        f"deques {theirs[1] / theirs[0] / 1e6:.1f} M, ratio {middle * theirs[0] / theirs[1]:.0f}\n"
    )


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
def beside_the_closed_form(graph):
    """CPU of each policy beside `expected_cost`, at equal prices and at fitted ones."""
    told = cpu_bill.cpu_bill()
    fitted = cpu_bill.fitted_costs_us(told)
    prices = ("delivery", "pull", "merge")
    said = ", ".join(f"{name} {1e3 * getattr(fitted, name):.0f} ns" for name in prices)
    print(f"CPU with lists of {told['entries_a_list']}; fitted: {said}")
    for reads_per_tweet in (1.0, 50.0):
        posts, reads = reference_rates(graph, reads_per_tweet)
        cpu = cpu_bill.cpu_ratios(told, reads_per_tweet)
        limits = [int(name[8:].replace(",", "")) for name in cpu if name.startswith("hybrid, ")]
        rules = cpu_bill.policies(graph, posts, reads, limits, plans=[1])
        rules["per edge"] = rules.pop("per edge, 1 reads")
        equal, three = (
            {name: expected_cost(graph, posts, reads, rule, costs) for name, rule in rules.items()}
            for costs in (Costs(), fitted)
        )
        equal, three = ({n: x[n] / x["on write"] for n in rules} for x in (equal, three))
        spent = {name: cpu[name][1] for name in rules}
        print(f"{reads_per_tweet:g} reads a tweet, relative to on write")
        print(f"{'':<16}{'equal prices':>14}{'fitted prices':>16}{'CPU':>8}{'rounds':>14}")
        for name in sorted(equal, key=equal.get):
            low, middle, high = cpu[name]
            print(f"{name:<16}{equal[name]:>14.2f}{three[name]:>16.2f}{middle:>8.2f}", end="")
            print(f"{low:>8.2f}–{high:.2f}")
        for words, column in (("equal", equal), ("fitted", three)):
            wrong = cpu_bill.out_of_order(column, spent, margin_ratio=1.25)
            print(
                f"of those a quarter apart at {words} prices, in CPU the other way round: {wrong}"
            )
        print()


if __name__ == "__main__":
    main()
