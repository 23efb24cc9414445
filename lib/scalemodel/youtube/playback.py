"""The player's clockwork: one download after another over a trace.

A bucket stands under a tap. The tap is the trace, the bucket is the buffer: it
gains one segment of video each time a download ends and loses one second of
video a second. An empty bucket is a rebuffer; a full one makes the player
pause before it asks for more.

This is the loop alone, over arrays; `scalemodel.youtube.abr` checks what goes
in and names what comes out. Clocks run in milliseconds where the published
simulator's do, so that the sums round alike.

Left out: seeking, abandoned downloads, parallel connections, slow start.
Sources: Mao, Netravali, Alizadeh, "Neural Adaptive Video Streaming with
Pensieve", SIGCOMM 2017, whose fixed-trace environment this follows step by step.
"""

__all__ = ["CHOOSE", "idle", "session", "sessions", "transfer"]
__dir__ = lambda: __all__

import math

from scalemodel.core.compiled import READ_FLOATS, READ_INT_ROWS, READ_INTS, compiled

# buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory -> rung
CHOOSE = f"int64(float64, float64, int64, {READ_INTS}, {READ_FLOATS}, float64[::1])"


@compiled()
def transfer(size_bytes, row, clock_s, time_s, bandwidth_mbps, payload_ratio):
    """`(seconds, row, clock_s)`: how long `size_bytes` take, and where the trace is then.

    Four megabits a second carry 475,000 bytes of payload in one second:

    >>> transfer(950_000, 1, 0.0, [0.0, 10.0], [4.0, 4.0], 0.95)
    (2.0, 1, 2.0)
    """
    seconds, received = 0.0, 0.0
    while True:
        rate = bandwidth_mbps[row] * 1e6 / 8  # bytes a second
        span_s = time_s[row] - clock_s
        payload = rate * span_s * payload_ratio
        if received + payload > size_bytes:
            rest_s = (size_bytes - received) / rate / payload_ratio
            return seconds + rest_s, row, clock_s + rest_s
        received += payload
        seconds += span_s
        row, clock_s = row + 1, time_s[row]
        if row == len(time_s):  # the trace starts again
            row, clock_s = 1, 0.0


@compiled()
def idle(pause_ms, row, clock_s, time_s):
    """`(row, clock_s)`: where the trace is after a pause.

    >>> idle(2500.0, 1, 9.0, [0.0, 10.0])
    (1, 1.5)
    """
    while True:
        span_s = time_s[row] - clock_s
        if 1000 * span_s > pause_ms:
            return row, clock_s + pause_ms / 1000
        pause_ms -= 1000 * span_s
        row, clock_s = row + 1, time_s[row]
        if row == len(time_s):
            row, clock_s = 1, 0.0


@compiled()
def session(
    player, segment_s, first_rung, ladder_kbps, segment_bytes, time_s, bandwidth_mbps, choose, memory,
    rung, download_s, rebuffer_s, buffer_s, pause_s,
):  # fmt: skip
    """Plays one session into the last five rows; the segment whose rung is no rung, or -1.

    `player` is (rtt_s, payload_ratio, buffer_cap_s, pause_step_s); `segment_bytes`
    has shape (segments, rungs) and each output row shape (segments,).

    >>> rows = [[0] * 2 for _ in range(5)]
    >>> always = lambda *seen: 0
    >>> session((0.0, 0.95, 60.0, 0.5), 4.0, 0, [1000.0], [[950_000]] * 2,
    ...         [0.0, 10.0], [4.0, 4.0], always, None, *rows)
    -1
    >>> rows[1], rows[2], rows[3]
    ([2.0, 2.0], [2.0, 0.0], [4.0, 6.0])
    """
    rtt_s, payload_ratio, buffer_cap_s, pause_step_s = player
    cap_ms, step_ms = 1000 * buffer_cap_s, 1000 * pause_step_s
    row, clock_s = 1, 0.0
    chosen, buffer_ms, throughput_kbps = first_rung, 0.0, 0.0
    for segment in range(len(segment_bytes)):
        next_bytes = segment_bytes[segment]
        if segment > 0:
            chosen = choose(
                buffer_ms / 1000, throughput_kbps, chosen, next_bytes, ladder_kbps, memory
            )
        rung[segment] = chosen
        if chosen < 0 or chosen >= len(ladder_kbps):
            return segment

        size_bytes = next_bytes[chosen]
        seconds, row, clock_s = transfer(
            size_bytes, row, clock_s, time_s, bandwidth_mbps, payload_ratio
        )
        download_ms = 1000 * seconds + 1000 * rtt_s  # the trace does not run during the round trip
        rebuffer_ms = max(download_ms - buffer_ms, 0.0)
        buffer_ms = max(buffer_ms - download_ms, 0.0) + 1000 * segment_s
        pause_ms = 0.0
        if buffer_ms > cap_ms:
            pause_ms = step_ms * math.ceil((buffer_ms - cap_ms) / step_ms)
            buffer_ms -= pause_ms
            row, clock_s = idle(pause_ms, row, clock_s, time_s)

        throughput_kbps = 8 * size_bytes / download_ms  # bits a millisecond
        download_s[segment] = download_ms / 1000
        rebuffer_s[segment] = rebuffer_ms / 1000
        buffer_s[segment] = buffer_ms / 1000
        pause_s[segment] = pause_ms / 1000
    return -1


@compiled(
    f"int64(UniTuple(float64, 4), float64, int64, {READ_FLOATS}, {READ_INT_ROWS}, int64[::1], int64[::1], int64[::1], "
    f"float64[::1], FunctionType({CHOOSE}), {READ_FLOATS}, "
    "int64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])"
)
def sessions(
    player, segment_s, first_rung, ladder_kbps, segment_bytes, numbers, lines, starts, samples, choose,
    fresh_memory, rung, download_s, rebuffer_s, buffer_s, pause_s,
):  # fmt: skip
    """Plays the sessions `numbers`; the first with a rung that is no rung, or -1.

    Session numbers[k] plays over trace lines[k]. Trace n is `samples` from starts[n] to
    starts[n + 1], its times and then its bandwidths. Each output has shape (sessions,
    segments). Every session starts from `fresh_memory`.

    >>> import numpy as np
    >>> samples = np.array([0.0, 10.0, 4.0, 4.0, 0.0, 10.0, 8.0, 8.0])
    >>> out = [np.zeros((2, 1), int)] + [np.zeros((2, 1)) for _ in range(4)]
    >>> sessions((0.0, 0.95, 60.0, 0.5), 4.0, 0, [1000.0], [[950_000]], [0, 1],
    ...          [0, 1], [0, 4, 8], samples, None, np.zeros(0), *out)
    -1
    >>> out[1].ravel()
    array([2., 1.])
    """
    memory = fresh_memory.copy()
    for k in range(len(numbers)):
        n, line = numbers[k], lines[k]
        memory[:] = fresh_memory
        start, end = starts[line], starts[line + 1]
        middle = (start + end) // 2
        failed = session(
            player, segment_s, first_rung, ladder_kbps, segment_bytes,
            samples[start:middle], samples[middle:end], choose, memory,
            rung[n], download_s[n], rebuffer_s[n], buffer_s[n], pause_s[n],
        )  # fmt: skip
        if failed >= 0:
            return n
    return -1
