"""Home timelines on a real Redis: `server` starts one, `timelines` keeps the lists there."""
