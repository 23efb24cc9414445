"""The cheapest way to pair, along shortest paths, with a proof that comes along.

Think of guests who come to a full house one after another. Each asks for a bed, and whoever
lies in it may move on to another if all together come off cheapest: a chain of moves that
ends at a free bed, or with somebody who goes without. The chain is a shortest path.

Each rider has a price `u` that rises, each car a price `v` that falls from 0 as it is wanted.
Two conditions prove the answer: no pair costs less than u + v, and whoever is paired, or goes
without at `penalty`, pays just that. A car that is nobody's has the price 0.

A chain costs what it touches, and with twice as many cars that is a street or two: riders
with 16 edges each take 0.1 ms if there are 200, 0.3 ms if 1,000, and 1 to 2 ms if 3,000. Where
a thousand fight for as many cars it is 8 ms. An edge is 16 bytes; a city of 100 million of them
ends one machine, and long chains do so much earlier.

Left out: warm starts from the last window's prices; auctions, which run in parallel.
Sources: Jonker, Volgenant, Computing 38, 1987; Kuhn, 1955; Dijkstra, 1959.
"""

__all__ = ["CAR", "NOBODY", "WITHOUT", "Assignment", "assign", "solve"]
__dir__ = lambda: __all__

import math
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.uber.location.rows import whole_row

CAR, WITHOUT = 0, 1  # where a chain may end: at a car, or with a rider who goes without
NOBODY = -1


class Assignment(NamedTuple):
    """Who gets which car, and the prices that prove it.

    >>> Assignment(np.array([0]), np.array([2.0]), np.array([0.0])).car
    array([0])
    """

    car: np.ndarray  # of each rider; -1 for who goes without
    u: np.ndarray  # price of each rider, at most the penalty
    v: np.ndarray  # price of each car, at most 0


@compiled(
    f"void({READ_INTS}, {READ_INTS}, {READ_FLOATS}, float64, "
    "int64[::1], int64[::1], float64[::1], float64[::1])"
)
def solve(first, to, cost, penalty, car, rider, u, v):
    """Fill `car`, `rider`, `u` and `v`; the edges of rider n are first[n] to first[n + 1] - 1.

    >>> first, to, cost = np.array([0, 2, 3]), np.array([0, 1, 0]), np.array([1.0, 5.0, 2.0])
    >>> car, rider, u, v = np.full(2, -1), np.full(2, -1), np.zeros(2), np.zeros(2)
    >>> solve(first, to, cost, 60.0, car, rider, u, v)
    >>> car, u, v
    (array([1, 0]), array([5., 6.]), array([-4.,  0.]))
    """
    for root in range(len(car)):  # whose cheapest car is free takes it
        u[root], best = penalty, NOBODY
        for edge in range(first[root], first[root + 1]):
            if cost[edge] < u[root]:
                u[root], best = cost[edge], to[edge]
        if best != NOBODY and rider[best] == NOBODY:
            car[root], rider[best] = best, root

    far, seen = np.empty(len(v)), np.full(len(v), NOBODY)  # how far a car is, and from which root
    by, chain = np.empty(len(v), np.int64), np.empty(len(v), np.int64)
    for root in range(len(car)):
        if car[root] != NOBODY:
            continue
        heap, now, asks, settled, nearest_end = events.new(64), 0.0, root, 0, math.inf
        while True:  # Dijkstra over cars; a car that is taken leads on to all of its rider's
            heap = events.with_room(heap, 1 + first[asks + 1] - first[asks])
            end = now + max(penalty - u[asks], 0.0)
            if end < nearest_end:
                nearest_end = end
                events.push(heap, end, WITHOUT, asks)
            for edge in range(first[asks], first[asks + 1]):
                other = to[edge]
                reach = now + max(cost[edge] - u[asks] - v[other], 0.0)  # below 0 by rounding
                if reach < nearest_end and (seen[other] != root or reach < far[other]):
                    far[other], seen[other], by[other] = reach, root, asks
                    events.push(heap, reach, CAR, other)
                    if rider[other] == NOBODY:
                        nearest_end = reach
            now, kind, last, _ = events.pop(heap)
            while kind == CAR and now > far[last]:  # an older note of a car that is nearer
                now, kind, last, _ = events.pop(heap)
            if kind == WITHOUT or rider[last] == NOBODY:
                break
            chain[settled] = last
            settled += 1
            asks = rider[last]

        u[root] += now
        for n in range(settled):
            left = now - far[chain[n]]
            u[rider[chain[n]]] += left
            v[chain[n]] -= left
        if kind == WITHOUT:
            if last == root:
                continue
            free, car[last] = car[last], NOBODY
        else:
            free = last
        while True:  # each in the chain moves on by one
            taker = by[free]
            rider[free], car[taker], free = taker, free, car[taker]
            if taker == root:
                break


def assign(first: np.ndarray, to: np.ndarray, cost: np.ndarray, cars: int, penalty: float):
    """The `Assignment` of least cost; a rider without a car counts `penalty`.

    Rider n may have the cars to[first[n]:first[n + 1]] at what `cost` says, in any one unit.

    >>> assign([0, 2, 3], [0, 1, 0], [1.0, 5.0, 2.0], cars=2, penalty=60.0).car
    array([1, 0])
    >>> assign([0, 2, 3], [0, 1, 0], [1.0, 5.0, 2.0], cars=2, penalty=3.0).car
    array([ 0, -1])
    """
    cars = checks.whole("cars", cars, at_least=0, at_most=10**8)
    penalty = checks.real("penalty", penalty, above=0, at_most=1e9)
    cost = checks.numbers_row("cost", cost, at_least=0, at_most=1e9, length=0)
    to = whole_row("to", to, cars - 1)
    if len(to) != len(cost):
        raise ValueError(f"to and cost must have as many entries: {len(to)} and {len(cost)}")
    first = whole_row("first", first, len(to))
    if not len(first) or first[0] != 0 or first[-1] != len(to) or (np.diff(first) < 0).any():
        raise ValueError(
            f"first={checks.brief(first)} must rise from 0 to the number of edges, {len(to)}"
        )
    answer = Assignment(np.full(len(first) - 1, NOBODY), np.zeros(len(first) - 1), np.zeros(cars))
    rider = np.full(cars, NOBODY)
    solve.native(first, to, cost, penalty, answer.car, rider, answer.u, answer.v)
    return answer
