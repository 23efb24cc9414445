"""The inside of the market: who waits, which cars are idle, and a rule that brings them together.

Think of a dispatcher's table. Left lie the slips of riders who wait, the oldest on top; right
stand the idle cars. At each decision the rule sees one number a pair, the seconds of the drive
to the rider, and names a car for each rider, or none. That is all it is told, so that a rule is
one function (`DECIDE`).

Four things happen: a car becomes free, a rider comes, the dispatcher decides, a rider gives up.
In this order, where they happen at once. What it costs stands in `market`.

Read in this order: `DECIDE`, `first_come`, `edge_greedy`, `optimal`, `loop`.
Left out: cars that will soon be free, offers that are declined.
Sources: as in `market` and `assign`.
"""

__all__ = [
    "DECIDE", "IDLE_S", "KM_PER_S", "NOBODY", "PATIENCE_S", "SIDE_KM", "UNTIL_S", "WAITING_S",
    "WARM_UP_S", "WINDOW_S", "edge_greedy", "first_come", "loop", "optimal", "torus_km",
]  # fmt: skip
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import events
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.uber.matching.assign import solve

# seconds of the drive, shape (riders, cars), to scribble on; the rule's own numbers; the car of
# each rider, to be filled where it is not to stay -1 -> how many pairs
DECIDE = f"int64(float64[:, ::1], {READ_FLOATS}, int64[::1])"
NOBODY = -1  # no car
SIDE_KM, KM_PER_S, PATIENCE_S, WINDOW_S, WARM_UP_S, UNTIL_S = range(6)  # places in `rule`
IDLE_S, WAITING_S = 0, 1  # places in `tally`: seconds of idle cars, of waiting riders


# ── Rules ───────────────────────────────────────────────────────────────────
@compiled(DECIDE)
def first_come(drive_s, memory, car_of):
    """Each rider, the oldest first, takes the nearest car that is left.

    >>> cars = np.full(2, NOBODY)
    >>> first_come(np.array([[1.0, 2.0], [2.0, 9.0]]), np.zeros(0), cars), cars.tolist()
    (2, [0, 1])
    """
    pairs = min(drive_s.shape)
    for rider in range(pairs):
        car = np.argmin(drive_s[rider])
        car_of[rider] = car
        drive_s[:, car] = np.inf
    return pairs


@compiled(DECIDE)
def edge_greedy(drive_s, memory, car_of):
    """The shortest drive of all first, then the shortest among those left.

    >>> cars = np.full(2, NOBODY)
    >>> edge_greedy(np.array([[2.0, 3.0], [1.0, 9.0]]), np.zeros(0), cars), cars.tolist()
    (2, [1, 0])
    """
    pairs = min(drive_s.shape)
    for _ in range(pairs):
        rider, car = divmod(np.argmin(drive_s), drive_s.shape[1])
        car_of[rider] = car
        drive_s[rider], drive_s[:, car] = np.inf, np.inf
    return pairs


@compiled(DECIDE)
def optimal(drive_s, memory, car_of):
    """The least sum of drives; one who goes without counts as `memory[0]` seconds.

    It is the solver of `assign`, told every pair.

    >>> cars = np.full(2, NOBODY)
    >>> optimal(np.array([[1.0, 2.0], [2.0, 9.0]]), np.array([1e9]), cars), cars.tolist()
    (2, [1, 0])
    >>> cars = np.full(2, NOBODY)
    >>> optimal(np.array([[1.0, 20.0], [20.0, 90.0]]), np.array([30.0]), cars), cars.tolist()
    (1, [0, -1])
    """
    riders, cars = drive_s.shape
    edges = np.arange(riders * cars)
    rider_of, u, v = np.full(cars, NOBODY), np.zeros(riders), np.zeros(cars)
    first = np.arange(riders + 1) * cars
    solve(first, edges % cars, drive_s.ravel(), memory[0], car_of, rider_of, u, v)
    return int(np.sum(car_of != NOBODY))


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled("float64(float64, float64, float64, float64, float64)")
def torus_km(x_km, y_km, to_x_km, to_y_km, side_km):
    """The distance in a square whose opposite sides are one.

    >>> torus_km(1.0, 0.0, 9.0, 0.0, 10.0)
    2.0
    """
    along, across = abs(to_x_km - x_km), abs(to_y_km - y_km)
    along, across = min(along, side_km - along), min(across, side_km - across)
    return math.sqrt(along * along + across * across)  # hypot rounds differently in machine code


@compiled(
    f"int64({READ_FLOATS}, float64[:, ::1], float64[:, ::1], {READ_FLOATS}, float64[:, ::1], "
    f"{READ_FLOATS}, FunctionType({DECIDE}), {READ_FLOATS}, float64[::1], float64[::1], "
    "int64[::1], float64[::1])"
)
def loop(
    arrival_s, from_km, to_km, trip_s, car_km, rule, decide, memory, assigned_s, drive_s, car, tally
):  # fmt: skip
    """Fill when each rider got which car and how long it drives there; how many events there were.

    `rule` and `tally` have their places named above. `car_km` moves with the cars.

    >>> from scalemodel.uber.matching.market import MarketConfig, run
    >>> from scalemodel.uber.matching.policies import FirstCome
    >>> run(MarketConfig(until_s=60.0, warm_up_s=0.0), FirstCome()).events  # 28 came, none ended
    28
    """
    window_s, until_s = rule[WINDOW_S], rule[UNTIL_S]
    idle = np.arange(len(car_km))
    line = np.empty(len(arrival_s), np.int64)  # who waits, the oldest first
    idles, waiting, came, ticks, seen, clock_s = len(car_km), 0, 0, 1, 0, rule[WARM_UP_S]
    heap = events.new(len(car_km))  # cars that are busy, by when they will be free
    while True:
        come_s = arrival_s[came] if came < len(arrival_s) else math.inf
        leave_s = arrival_s[line[0]] + rule[PATIENCE_S] if waiting > 0 else math.inf
        tick_s = ticks * window_s if window_s > 0 else math.inf
        free_s = events.peek(heap)
        now_s = min(free_s, come_s, tick_s, leave_s, until_s)
        if now_s > clock_s:  # the clock of what counts begins with the warm-up's end
            tally[IDLE_S] += idles * (now_s - clock_s)
            tally[WAITING_S] += waiting * (now_s - clock_s)
            clock_s = now_s
        if now_s == until_s:
            return seen
        seen += 1
        decides = window_s == 0
        if free_s == now_s:
            idle[idles] = events.pop(heap)[2]
            idles += 1
        elif come_s == now_s:
            line[waiting] = came
            waiting += 1
            came += 1
        elif tick_s == now_s:
            ticks += 1
            decides = True
        else:
            waiting -= 1
            for place in range(waiting):
                line[place] = line[place + 1]
        if not decides or waiting == 0 or idles == 0:
            continue

        pairs_s = np.empty((waiting, idles))
        for place in range(waiting):
            for column in range(idles):
                pairs_s[place, column] = _drive_s(car_km, idle[column], from_km, line[place], rule)
        chosen, still, left = np.full(waiting, NOBODY), 0, 0
        decide(pairs_s, memory, chosen)
        for place in range(waiting):
            rider, column = line[place], chosen[place]
            if column == NOBODY:
                line[still] = rider
                still += 1
                continue
            taken, idle[column] = idle[column], NOBODY
            assigned_s[rider], car[rider] = now_s, taken
            drive_s[rider] = _drive_s(car_km, taken, from_km, rider, rule)
            car_km[taken, 0], car_km[taken, 1] = to_km[rider, 0], to_km[rider, 1]
            events.push(heap, now_s + drive_s[rider] + trip_s[rider], 0, taken)
        for column in range(idles):
            if idle[column] != NOBODY:
                idle[left] = idle[column]
                left += 1
        waiting, idles = still, left


@compiled()
def _drive_s(car_km, car, from_km, rider, rule):
    place, door = car_km[car], from_km[rider]
    return torus_km(place[0], place[1], door[0], door[1], rule[SIDE_KM]) / rule[KM_PER_S]
