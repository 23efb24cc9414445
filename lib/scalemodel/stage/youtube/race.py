"""A race: several policies play one video over one line, and each account is laid open.

To the right of the middle lies what a policy earned with its rates, to the left what
stops and changes took away, and a diamond marks what is left. The dashed line is the
ceiling: no policy gets past it, not even one that knows the line beforehand.

Left out: the story of a session, which `session_picture` tells.
Sources: the linear score of Yin et al., "A control-theoretic approach for dynamic
adaptive video streaming over HTTP", SIGCOMM 2015.
"""

__all__ = ["ROW_PX", "account", "race_picture"]
__dir__ = lambda: __all__

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.youtube.yours.rule import Account
from scalemodel.youtube.abr.ceiling import Bounds
from scalemodel.youtube.abr.play import Session
from scalemodel.youtube.abr.scores import LINEAR

ROW_PX = 38


def account(session: Session) -> Account:
    """What a session earned and lost, in points of the linear score, as means a segment.

    >>> import numpy as np
    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.abr.policies import BufferBased
    >>> from scalemodel.youtube.media import Trace, Video
    >>> session = play(Video.constant(4, [300, 750], 9), Trace.constant(2), BufferBased())
    >>> bool(np.isclose(account(session).score, session.qoe(LINEAR)))
    True
    """
    worth = LINEAR.of_rungs(session.ladder_kbps)[session.rung]
    changes = np.abs(np.diff(worth)).mean()
    stops = LINEAR.rebuffer_cost * session.rebuffer_s[1:].mean()
    return Account(float(worth[1:].mean()), float(changes), float(stops))


def race_picture(sessions: Mapping[str, Session], ceiling: Bounds) -> Picture:
    """The accounts of `sessions`, policy to session, all on one line, and its `ceiling`.

    >>> from scalemodel.youtube.abr.ceiling import optimum
    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.abr.policies import BufferBased, ThroughputRule
    >>> from scalemodel.youtube.media import Trace, Video
    >>> video, line = Video.constant(4, [300, 750], 9), Trace.constant(2)
    >>> rules = {"follow buffer": BufferBased(), "follow throughput": ThroughputRule()}
    >>> sessions = {name: play(video, line, rule) for name, rule in rules.items()}
    >>> race_picture(sessions, optimum(video, line)).alt
    'Of what was possible, follow throughput reached 100 % and follow buffer 55 %.'
    """
    if not sessions:
        raise ValueError("sessions={} must have at least one policy")
    rows = {"optimum": ceiling.session, **sessions}
    accounts = {name: account(session) for name, session in rows.items()}
    figure = go.Figure({"data": _bars(accounts)})
    figure.update_layout(_layout(accounts, ceiling.upper))
    ranked = sorted(sessions, key=lambda name: -accounts[name].score)
    parts = {name: accounts[name].score / ceiling.upper for name in ranked}
    said = [f"{name} {units.percent(part, within=0.01)}" for name, part in parts.items()]
    said[0] = said[0].replace(ranked[0], f"{ranked[0]} reached")
    listed = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    readings = {f"{name}, of the ceiling": (part, "ratio") for name, part in parts.items()}
    return Picture(figure, readings, f"Of what was possible, {listed}.")


def _bars(accounts):
    names = list(accounts)
    inks = [theme.policy_colour(name) for name in names]
    bar = {"type": "bar", "orientation": "h", "y": names, "meta": {"unit": "score"}}

    def left_of_zero(part):
        return [-getattr(accounts[name], part) for name in names]

    return [
        {
            **bar, "name": "earned by rate", "x": [accounts[name].rate for name in names],
            "marker": {"color": inks, "opacity": 0.55},
        },
        {
            **bar, "name": "lost by changes", "x": left_of_zero("changes"),
            "marker": {"color": theme.colour("grey"), "pattern": {"shape": "/"}},
        },
        {
            **bar, "name": "lost by stops", "x": left_of_zero("stops"),
            "marker": {"color": theme.colour("red")},
        },
        {
            "type": "scatter", "mode": "markers", "name": "score", "y": names,
            "x": [accounts[name].score for name in names], "meta": {"unit": "score"},
            "marker": {
                "symbol": "diamond", "size": 13, "color": inks,
                "line": {"width": 1.5, "color": theme.colour("ink")},
            },
        },
    ]  # fmt: skip


def _layout(accounts, upper):
    most = max(account.rate for account in accounts.values())
    least = max(account.changes + account.stops for account in accounts.values())
    return {
        "barmode": "relative",
        "bargap": 0.35,
        "height": 96 + ROW_PX * len(accounts),
        "legend": {"font": {"size": 12}},
        "margin": {"t": 40, "r": 16},
        "xaxis": {
            "title": {"text": "points of the score, a segment"},
            "range": [-1.08 * max(least, 0.1 * most), 1.08 * max(most, upper)],
        },
        "yaxis": {"autorange": "reversed", "title": {"text": ""}},
        "shapes": [
            {
                "type": "line", "xref": "x", "yref": "paper", "x0": upper, "x1": upper,
                "y0": 0, "y1": 1,
                "line": {"width": 1.5, "dash": "dash", "color": theme.colour("ink")},
            },
        ],
    }  # fmt: skip
