"""Home timelines on a real Redis: `server` starts one, `keys` says whose keys are whose, `timelines` keeps the lists there."""
