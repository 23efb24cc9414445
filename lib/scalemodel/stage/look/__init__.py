"""How everything looks: `theme` has the colours, `tables` the tables."""
