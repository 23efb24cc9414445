"""How the Twitter chapters look, a module a chapter: `fan_out` with
`fan_out_moving`, `cost` and `cpu`, `arrival` with `arrival_moving`, `real`, `lab`."""
