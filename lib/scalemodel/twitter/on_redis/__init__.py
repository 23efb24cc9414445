"""Home timelines on a real Redis: `keys` says whose keys are whose, `timelines` keeps the lists there."""
