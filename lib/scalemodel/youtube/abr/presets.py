"""Shipped players, as presets of the policies: their defaults for video on demand.

Left out: from each, abandoned downloads, dropped frames and what is guessed before the
first download; what more is said at each.
Sources: the source code of dash.js 5.2.1, hls.js 1.7.4 and Shaka Player 5.2.12.
"""

__all__ = ["DASH_JS", "HLS_JS", "SHAKA"]
__dir__ = lambda: __all__

from scalemodel.youtube.abr.policies import Bola, Dynamic, ThroughputRule

# dash.js 5.2.1. Left out: the switch history, the placeholder buffer that starts BOLA
# early, refetching. It fills its buffer to 18 s, and at the top rung to 30 s.
DASH_JS = Dynamic(
    throughput=ThroughputRule(safety=0.9, half_lives_s=(3.0, 8.0)),
    bola=Bola(minimum_buffer_s=10.0, target_buffer_s=18.0, per_rung_s=2.0),
    bola_from_s=18.0,
    throughput_below_s=9.0,
    low_buffer_safety=0.7,
)
# hls.js 1.7.4. Left out: a rung whose download outlasts the buffer by up to 4 s is
# weighed once more. It fills its buffer to 30 s.
HLS_JS = ThroughputRule(up=0.7, down=0.95, half_lives_s=(3.0, 9.0))
# Shaka Player 5.2.12. Left out: downloads under 16 kB are not counted, and nothing is
# decided before 128 kB.
SHAKA = ThroughputRule(up=0.85, down=0.95, half_lives_s=(2.0, 5.0), switch_interval_s=8.0)
