"""The best session that anybody could have had, knowing the whole line beforehand.

Rebuffering can be paid at the door. Let a segment last L seconds and segment n
arrive at w(n). Unrolling buffer = max(buffer − download, 0) + L gives all the
rebuffering after the first segment: the largest w(n) − w(0) − n·L, or 0. So a
viewer who will wait T seconds in all gives every segment a deadline,
w(0) + n·L + T. The other way round, a buffer with a cap gives it a release: it
is not asked for before w(0) + n·L − cap. What the line could have carried until
then has gone by. Otherwise the line never rests, and starting sooner never ends
later. So the line's clock can be told in bytes: each segment spends its size,
after what has gone by if that is more, and a deadline is a budget.

What is left is a knapsack for each T: rungs of the best score within every
budget, f(T), a step function that rises; the ceiling is the highest
f(T) − cost·T. No player, whatever its rule, scores above it.

Read on: the course with its budgets; prices, which bound f(T) quickly; the
frontier, which finds it; the search over T.

Left out: what a cap costs beyond this, for pauses last whole steps, and a rebuffer
puts off the releases after it. Both only keep players farther below the ceiling,
as does a last byte on the brink of a silence, which is early here and late there.
Sources: the identity is Lindley's, "The Theory of Queues with a Single Server",
1952; prices on budgets are Lagrange's; the step towards better ones is Polyak's, 1969.
"""

__all__ = [
    "MOST_WAIT_S", "NOTHING", "ROOM_BYTES", "ROOM_RATIO", "ROUNDS", "WIDE_S", "Course",
    "best_rungs", "budgets", "capped", "ceiling", "lay_out", "needed_wait_s", "set_prices",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, READ_INT_ROWS, READ_INTS, compiled
from scalemodel.youtube import playback
from scalemodel.youtube.media import Player, Trace, Video

ROUNDS = 200  # steps towards better prices
WIDE_S = 0.5  # a longer stretch of T is halved before its rungs are looked for
MOST_WAIT_S = 1e12
NOTHING = -(2**62)  # less than any score
ROOM_RATIO, ROOM_BYTES = 1e-12, 1e-6  # rounding must not forbid what is possible


# ── The course ──────────────────────────────────────────────────────────────
class Course(NamedTuple):
    """A video on a line, as the search sees it; every score is a whole number of `point`.

    >>> video = Video.constant(4, [300, 750], 3)
    >>> lay_out(video, Trace.constant(2), Player(), np.array([0.3, 0.75]), 4.3, 1e-3).gain
    array([[ 2,  2],
           [-1,  5]])
    """

    point: float  # of the score
    gain: np.ndarray  # (rungs, rungs): points for the column's rung after the row's
    rebuffer_cost: float  # points a second
    sizes: np.ndarray  # (segments, rungs), bytes
    first: int  # rung
    due_s: np.ndarray  # (segments,), the trace's clock at each deadline if T is 0
    time_s: np.ndarray  # (samples,), the trace's clock
    carried: np.ndarray  # (samples,), bytes of payload that it has carried by then
    gone: np.ndarray  # (segments,), bytes gone by before each release


@checks.kinds
def lay_out(
    video: Video, trace: Trace, player: Player, worth: np.ndarray, rebuffer_cost: float,
    rounding: float,
) -> Course:  # fmt: skip
    """The course of `video` over `trace`, for rungs of `worth` (rungs,).

    Points are exact where worth is in whole thousandths; elsewhere a segment's gain is
    rounded up, by less than `rounding`.

    >>> video = Video.constant(4, [300, 750], 3)
    >>> lay_out(video, Trace.constant(2), Player(), np.array([0.3, 0.75]), 4.3, 1e-3).point
    0.15
    """
    worth = checks.numbers_row("worth", worth, at_least=-1e9, at_most=1e9)
    if len(worth) != len(video.ladder_kbps):
        raise ValueError(f"worth={worth} must have a number for each of the video's rungs")
    rebuffer_cost = checks.real("rebuffer_cost", rebuffer_cost, at_least=0, at_most=1e9)
    rounding = checks.real("rounding", rounding, at_least=1e-7, at_most=1e9)
    thousandths = np.rint(1000 * worth)
    exact = np.abs(1000 * worth - thousandths).max() < 1e-6 and thousandths.any()
    point = float(np.gcd.reduce(thousandths.astype(np.int64))) / 1000 if exact else rounding
    gain = worth - np.abs(worth - worth[:, None])
    first = min(player.first_rung, len(worth) - 1)
    start_s, _, _ = playback.transfer(
        video.segment_bytes[0, first], 1, 0.0, trace.time_s, trace.bandwidth_mbps,
        player.payload_ratio,
    )  # fmt: skip
    # The trace's clock stands still in a round trip, so a deadline comes that much sooner on it.
    due_s = start_s + (video.segment_s - player.rtt_s) * np.arange(video.segments)
    rate = trace.bandwidth_mbps[1:] * 1e6 / 8 * player.payload_ratio
    carried = np.append(0.0, np.cumsum(np.diff(trace.time_s) * rate))
    course = Course(
        point, np.ceil(gain / point - 1e-9).astype(np.int64), rebuffer_cost / point,
        video.segment_bytes, first, due_s, trace.time_s, carried, np.zeros(len(due_s), np.int64),
    )  # fmt: skip
    return capped(course, player.buffer_cap_s - player.rtt_s)


@checks.kinds
def capped(course: Course, cap_s: float) -> Course:
    """`course` with the releases of a buffer that holds `cap_s` at each arrival's round trip.

    With 3 s, two megabits a second, 0.95 of them payload, and a first segment there after 1.58 s:

    >>> video = Video.constant(4, [300, 750], 3)
    >>> course = lay_out(video, Trace.constant(2), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    >>> capped(course, 3.0).gone
    array([      0,  593499, 1524499])
    """
    cap_s = checks.real("cap_s", cap_s, at_least=-MOST_WAIT_S, at_most=MOST_WAIT_S)
    gone = _carried(course, course.due_s - cap_s) * (1 - ROOM_RATIO) - ROOM_BYTES
    gone[0] = 0.0  # the first segment is asked for at once
    return course._replace(gone=np.maximum(gone, 0.0).astype(np.int64))


@checks.kinds
def budgets(course: Course, wait_s: float) -> np.ndarray:
    """The bytes that may be asked for up to each segment, shape (segments,), if T is `wait_s`.

    Two megabits a second, 0.95 of them payload, are 237,500 bytes a second:

    >>> video = Video.constant(4, [300, 750], 3)
    >>> course = lay_out(video, Trace.constant(2), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    >>> np.diff(budgets(course, 0.0)).round()  # of 3.92 seconds
    array([931000., 931000.])
    """
    wait_s = checks.real("wait_s", wait_s, at_least=-MOST_WAIT_S, at_most=MOST_WAIT_S)
    return _carried(course, course.due_s + wait_s) * (1 + ROOM_RATIO) + ROOM_BYTES


def _carried(course, clock_s):
    passes, rest_s = np.divmod(np.maximum(clock_s, 0.0), course.time_s[-1])
    return passes * course.carried[-1] + np.interp(rest_s, course.time_s, course.carried)


@checks.kinds
def needed_wait_s(course: Course, rungs: np.ndarray) -> float:
    """The T that `rungs`, shape (segments,), need.

    >>> video = Video.constant(4, [300, 750], 3)
    >>> course = lay_out(video, Trace.constant(0.5), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    >>> needed_wait_s(course, np.array([1, 0, 0])), round(needed_wait_s(course, np.array([1, 1, 1])), 3)
    (0.0, 4.792)
    """
    rungs = _rungs(rungs, course)
    spent = np.zeros(len(rungs) + 1)
    for n in range(len(rungs)):
        spent[n + 1] = max(spent[n], course.gone[n]) + course.sizes[n, rungs[n]]
    spent = (spent[1:] - ROOM_BYTES) / (1 + ROOM_RATIO)
    passes = np.ceil(spent / course.carried[-1]) - 1
    rest = spent - passes * course.carried[-1]
    row = np.clip(np.searchsorted(course.carried, rest), 1, len(course.carried) - 1)
    before, after = course.carried[row - 1], course.carried[row]
    share = np.divide(rest - before, after - before, out=np.zeros(len(row)), where=after > before)
    clock_s = course.time_s[row - 1] + share * (course.time_s[row] - course.time_s[row - 1])
    late_s = passes * course.time_s[-1] + clock_s - course.due_s
    return float(max(late_s[1:].max(), 0.0))


# ── Prices: a bound on f(T) ─────────────────────────────────────────────────
@compiled(
    f"float64({READ_INT_ROWS}, {READ_INT_ROWS}, int64, {READ_FLOATS}, float64, int64, "
    "float64[::1], float64[::1], float64[:, ::1], float64[::1])"
)
def set_prices(gain, sizes, first, budget, enough, rounds, toll, price, ahead, rest):
    """A bound on the score within `budget`: every byte has a price instead.

    Overdrawing the budget of segment n costs `toll[n]` a byte, saving earns as much, and
    then the best rungs follow from the last segment back. Tolls start as given and
    rise where those rungs overdraw, until the bound is `enough` or for `rounds` steps.
    What the best tolls imply is written out: `price[n]` for a byte of segment n,
    `ahead[n]` (by rung n) and `rest[n]` for all that can follow. For any rungs within
    the budgets that spend b bytes up to n, the points still to come are at most
    ahead[n, rung] + rest[n] − price[n + 1]·b.

    >>> gain, sizes = np.array([[300, 300], [-150, 750]]), np.array([[150, 375]] * 3)
    >>> out = np.zeros(3), np.zeros(4), np.zeros((3, 2)), np.zeros(3)
    >>> bounds = [set_prices(gain, sizes, 0, np.array(budget), 600.0, 200, *out)
    ...           for budget in ([150.0, 300.0, 450.0], [150.0, 525.0, 900.0])]
    >>> [round(bound) for bound in bounds]
    [600, 1050]
    """
    segments, rungs = sizes.shape
    way = np.zeros((segments, rungs), np.int64)
    over = np.zeros(segments)
    best, best_toll = np.inf, toll.copy()
    for turn in range(rounds + 1):
        if turn == rounds or best <= enough:
            toll[:] = best_toll
        for n in range(segments - 1, 0, -1):
            price[n] = price[n + 1] + toll[n]
            rest[n - 1] = rest[n] + toll[n] * budget[n]
            for here in range(rungs):
                ahead[n - 1, here] = -np.inf
                for there in range(rungs):
                    points = gain[here, there] - price[n] * sizes[n, there] + ahead[n, there]
                    if points > ahead[n - 1, here]:
                        ahead[n - 1, here], way[n, here] = points, there
        if turn == rounds or best <= enough:
            break
        bound = ahead[0, first] + rest[0] - price[1] * sizes[0, first]
        if bound < best:
            best = bound
            best_toll[:] = toll
        rung, spent, length = first, sizes[0, first], 0.0
        for n in range(1, segments):
            rung = way[n, rung]
            spent += sizes[n, rung]
            over[n] = spent - budget[n]
            if toll[n] > 0 or over[n] > 0:
                length += over[n] ** 2
        if length > 0:
            step = (bound - enough) / length
            for n in range(1, segments):
                toll[n] = max(toll[n] + step * over[n], 0.0)
    return best


# ── The frontier: f(T) itself ───────────────────────────────────────────────
@compiled(
    f"int64({READ_INT_ROWS}, {READ_INT_ROWS}, int64, {READ_INTS}, {READ_FLOATS}, float64, "
    "float64[::1], float64[:, ::1], float64[::1], int64[::1])"
)
def best_rungs(gain, sizes, first, gone, budget, above, price, ahead, rest, rungs_out):
    """The best score within `budget` if it is more than `above`, else less than any score.

    For every segment and rung it keeps the ways that matter, from the highest score
    down: each next one must have spent less. A way that the bound of `set_prices` shows
    to end at `above` or lower is dropped. The best one's rungs go to `rungs_out`.

    >>> gain, sizes = np.array([[300, 300], [-150, 750]]), np.array([[150, 375]] * 3)
    >>> prices = np.zeros(4), np.full((3, 2), 1e9), np.zeros(3)
    >>> rungs = np.zeros(3, int)
    >>> gone, budget = np.zeros(3, int), np.array([150.0, 525.0, 800.0])
    >>> int(best_rungs(gain, sizes, 0, gone, budget, 0.0, *prices, rungs)), rungs
    (600, array([0, 0, 0]))
    """
    segments, rungs = sizes.shape
    score, spent = np.zeros(1024, np.int64), np.zeros(1024, np.int64)
    origin, rung_of = np.zeros(1024, np.int64), np.zeros(1024, np.int64)
    spent[0], rung_of[0] = sizes[0, first], first
    count = 1
    begin = np.zeros(rungs + 1, np.int64)  # of each rung's ways through the last segment
    begin[first + 1 :] = 1
    for n in range(1, segments):
        fresh = np.full(rungs + 1, count)
        for there in range(rungs):
            at = begin[:rungs].copy()
            fewest = budget[n]
            while True:
                pick, points = -1, 0
                for here in range(rungs):  # the highest score not yet looked at
                    if at[here] < begin[here + 1]:
                        mine = score[at[here]] + gain[here, there]
                        if (
                            pick < 0
                            or mine > points
                            or (mine == points and spent[at[here]] < spent[at[pick]])
                        ):
                            pick, points = here, mine
                if pick < 0:
                    break
                source = at[pick]
                at[pick] += 1
                total = max(spent[source], gone[n]) + sizes[n, there]
                if total > fewest:
                    continue
                fewest = total - 1
                if points + ahead[n, there] + rest[n] - price[n + 1] * total <= above:
                    continue
                if count == len(score):
                    score, spent = np.append(score, score), np.append(spent, spent)
                    origin, rung_of = np.append(origin, origin), np.append(rung_of, rung_of)
                score[count], spent[count] = points, total
                origin[count], rung_of[count] = source, there
                count += 1
            fresh[there + 1] = count
        begin = fresh
    last = -1
    for rung in range(rungs):
        if begin[rung] < begin[rung + 1] and (last < 0 or score[begin[rung]] > score[last]):
            last = begin[rung]
    if last < 0:
        return NOTHING
    top = score[last]
    for n in range(segments - 1, -1, -1):
        rungs_out[n] = rung_of[last]
        last = origin[last]
    return top


# ── The search over T ───────────────────────────────────────────────────────
@checks.kinds
def ceiling(course: Course, known: Sequence[np.ndarray], slack: float) -> tuple[float, np.ndarray]:
    """`(points, rungs)`: at most `slack` above the ceiling, and the best rungs, (segments,).

    `known` holds rungs of sessions that somebody played, the better the quicker.

    >>> video = Video.constant(4, [300, 750], 4)
    >>> course = lay_out(video, Trace.constant(0.6), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    >>> points, rungs = ceiling(course, [np.array([1, 0, 0, 0])], slack=0.1)
    >>> round(float(points) * course.point, 3), rungs
    (0.45, array([1, 0, 0, 0]))
    """
    checks.instance("course", course, Course)
    checks.real("slack", slack, at_least=0)
    known = [_rungs(way, course) for way in known]
    if not known:
        raise ValueError("known=[] must hold the rungs of at least one session")
    segments, rungs = course.sizes.shape
    game = (course.gain, course.sizes, course.first)
    prices = np.zeros(segments + 1), np.zeros((segments, rungs)), np.zeros(segments)
    toll, found = np.zeros(segments), np.zeros(segments, dtype=np.int64)
    best, winner = max(((_points(course, way), way) for way in known), key=lambda pair: pair[0])

    # Below the first T not even the smallest sizes are in time; from the second on all are.
    least_s, most_s = (
        needed_wait_s(course, np.append(course.first, pick(course.sizes[1:], axis=1)))
        for pick in (np.argmin, np.argmax)
    )
    upper = best
    # Stretches of T; the last is the next. Rounding must not leave their ends out.
    stretches = [(least_s, most_s + 1e-9), (least_s, least_s + 1e-9)]
    while stretches:
        low_s, high_s = stretches.pop()
        need = best + course.rebuffer_cost * low_s  # f(T) must be more to be of use here
        budget = budgets(course, high_s)
        bound = set_prices.native(*game, budget, need + slack, ROUNDS, toll, *prices)
        if high_s - low_s > WIDE_S and bound > need + slack:
            middle_s = (low_s + high_s) / 2
            stretches += [(middle_s, high_s), (low_s, middle_s)]
            continue
        # Lower the bound step by step, until there are rungs above it: so few ways are kept.
        step = max((bound - need) / 64, 1.0)
        score = NOTHING
        while score == NOTHING and bound > need + slack:
            above = max(bound - step, need)
            score = best_rungs.native(*game, course.gone, budget, above, *prices, found)
            bound, step = above if score == NOTHING else score, 2 * step
        if score > NOTHING:
            wait_s = needed_wait_s(course, found)  # from here to high_s, f is this score
            if score - course.rebuffer_cost * wait_s > best:
                best, winner = score - course.rebuffer_cost * wait_s, found.copy()
            if bound > best + course.rebuffer_cost * low_s + slack:
                settled_s = (bound - best - slack) / course.rebuffer_cost  # from here on, that is
                if settled_s < high_s:
                    stretches.append((low_s, settled_s))
                    upper = max(upper, best + slack)
                    continue
        upper = max(upper, bound - course.rebuffer_cost * low_s)
    return max(upper, best), winner


def _rungs(way, course):
    """`way` as a row of rungs that the course has, one a segment."""
    segments, rungs = course.sizes.shape
    row = checks.numbers_row("rungs", way, at_least=0, at_most=rungs - 1, length=segments)
    if len(row) != segments or (row % 1).any():
        raise ValueError(
            f"rungs={checks.brief(way)} must be whole numbers, one for each of {segments} segments"
        )
    return row.astype(np.int64)


def _points(course, rungs):
    gained = course.gain[rungs[:-1], rungs[1:]].sum()
    return gained - course.rebuffer_cost * needed_wait_s(course, rungs)
