"""What is true of everybody's home timelines, whatever the policy and the store.

A class of tests for a store names `make(graph, policy, **options)`; each policy here
then runs the same histories of posts, follows, unfollows, blocks, deletes, crashes
and threshold crossings beside `BruteForce`, and every page is compared.
"""

from contextlib import suppress

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import WorkerCrashed
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import (
    AuthorRate,
    FanOutOnRead,
    FanOutOnWrite,
    Hybrid,
    PerEdge,
)
from scalemodel.twitter.timeline.prices import Costs
from tests.conftest import cases

N_USERS = 6
POLICIES = {
    "FanOutOnWrite": FanOutOnWrite(),
    "FanOutOnRead": FanOutOnRead(),
    "Hybrid": Hybrid(celebrity_followers=3),
    "Hybrid, slow to demote": Hybrid(celebrity_followers=3, demoted_followers=1),
    "AuthorRate": AuthorRate(posts_per_s=1.0),
    "AuthorRate, known": AuthorRate(posts_per_s=3.0, rates_per_s=np.arange(N_USERS)),
    "PerEdge": PerEdge(
        Costs(pull=2.0), posts_per_s=[1, 9, 3, 0, 5, 2], reads_per_s=[4, 0, 1, 2, 3, 9]
    ),
}
USERS = st.integers(0, N_USERS - 1)


class Moody:
    """A policy that is asked after each post and answers `says`, or raises it."""

    measured = True

    def __init__(self, says=0.0):
        self.says = says

    def prices(self, followers, posts_per_s):
        return 0.0 * followers, 0.0 * followers + 1.0

    def price(self, author, followers, posts_per_s, now):
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


PAIRS = st.tuples(USERS, USERS).filter(lambda pair: pair[0] != pair[1])


def history(make, policy, *, cap=800, examples=40, steps=40, shrink=True, **options):
    """A test case that runs random histories on `make(graph, policy, cap=..., **options)`.

    The law, for every page of every reader: what brute force shows, down to the
    reader's horizon, and the newest `cap` of all that is to be seen now, whatever was taken
    away. While nothing was evicted the horizon is -1. With `shrink=False` a
    failure is told as it was found; on a slow store it takes minutes to make it small.
    """

    class Histories(RuleBasedStateMachine):
        @initialize(edges=st.sets(PAIRS, max_size=20))
        def start(self, edges):
            edges = sorted(edges)
            self.truth = BruteForce(N_USERS, edges)
            follower, followee = zip(*edges, strict=True) if edges else ((), ())
            graph = SocialGraph.from_edges(follower, followee, N_USERS)
            self.homes = make(graph, policy, cap=cap, **options)
            self.clock_s = 0.0
            self.pending = False

        @rule(author=USERS, pause_s=st.sampled_from([0.0, 0.2, 5.0]))
        def post(self, author, pause_s):
            self.clock_s += pause_s
            tweet_id = self.homes.post(author, time_s=self.clock_s)
            assert all(tweet_id > other for other, _ in self.truth.tweets)
            self.truth.post(author, tweet_id)
            self.pending = "queued" in options

        @rule(authors=st.lists(USERS, max_size=30))
        def post_many(self, authors):
            ids = self.homes.post_many(authors)
            for author, tweet_id in zip(authors, ids, strict=True):
                self.truth.post(author, tweet_id)
            self.pending = self.pending or ("queued" in options and bool(authors))

        @rule(pair=PAIRS)
        def follow(self, pair):
            assert self.homes.blocked(*pair) == (pair in self.truth.blocked)
            if pair in self.truth.blocked:
                return
            self.homes.follow(*pair)
            self.truth.follow(*pair)

        @rule(pair=PAIRS)
        def unfollow(self, pair):
            self.homes.unfollow(*pair)
            self.truth.unfollow(*pair)

        @rule(pair=PAIRS)
        def block(self, pair):
            self.homes.block(*pair)
            self.truth.block(*pair)

        @rule(pair=PAIRS)
        def unblock(self, pair):
            self.homes.unblock(*pair)
            self.truth.unblock(*pair)

        @precondition(lambda self: self.truth.tweets)
        @rule(data=st.data())
        def delete(self, data):
            tweet_id = data.draw(st.sampled_from(self.truth.tweets))[0]
            self.homes.delete(tweet_id)
            self.truth.delete(tweet_id)

        @precondition(lambda self: "queued" in options)
        @rule(batches=st.integers(0, 5), crash_after=st.none() | st.integers(0, 3))
        def work(self, batches, crash_after):
            with suppress(WorkerCrashed):
                self.homes.fan_out(batches, crash_after=crash_after)

        @precondition(lambda self: self.pending)
        @rule()
        def work_off(self):
            self.homes.fan_out()
            self.pending = False

        @rule(user=USERS, n=st.integers(1, 60), back=st.integers(0, 40))
        def read(self, user, n, back):
            before = (
                self.truth.tweets[-1 - back % len(self.truth.tweets)][0]
                if self.truth.tweets
                else None
            )
            self.compare(user, n, before)

        @invariant()
        def pages_are_true(self):
            for user in range(N_USERS):
                self.compare(user, 50, None)

        def compare(self, user, n, before):
            page = self.homes.timeline(user, n=n, before=before).tolist()
            horizon = self.homes.horizon(user)
            truth = [i for i in self.truth.timeline(user, None, before) if i > horizon][:n]
            newest = [i for i in self.truth.timeline(user, cap) if before is None or i < before]
            if self.pending:  # not yet all there, but never wrong, twice or out of order
                every = set(self.truth.timeline(user, None, before))
                assert page == sorted(set(page), reverse=True) and set(page) <= every
            else:
                assert page == truth
                assert page[: len(newest)] == newest[:n], "the newest `cap` are always there"
            if cap >= len(self.truth.tweets):
                assert horizon == -1

        @invariant()
        def many_is_one_by_one(self):
            many = self.homes.timeline_many(np.arange(N_USERS), n=7)
            for user in range(N_USERS):
                page = self.homes.timeline(user, n=7).tolist()
                assert many[user].tolist() == page + [-1] * (7 - len(page))

        @invariant()
        def inside_is_sound(self):
            self.homes.check()

        def teardown(self):
            close = getattr(getattr(self, "homes", None), "close", None)
            if close:
                close()

    case = Histories.TestCase
    phases = [phase for phase in Phase if shrink or phase not in (Phase.shrink, Phase.explain)]
    case.settings = settings(
        max_examples=cases(examples), stateful_step_count=steps, deadline=None, phases=phases
    )
    return case
