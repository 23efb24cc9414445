"""The smallest scene: a dot that rolls to the place that a panel's state names."""

from scalemodel.stage.views.kinds import Kind

SVG = '<svg viewBox="0 0 100 10" width="300" aria-hidden="true"><circle cy="5" r="4"/></svg>'
DOT = Kind.beside(__file__, SVG)
