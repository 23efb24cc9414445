"""The lab on home timelines: `lab` (stages and budgets), `world` (who posts), `checks`."""
