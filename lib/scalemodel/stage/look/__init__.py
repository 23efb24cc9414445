"""How everything looks: `theme` has the colours, `diagram` the boxes and arrows, `tables` the tables."""
