"""How the Twitter chapters look, a module a chapter: `fan_out`, `cost` and `cpu`, `arrival`, `real`, `lab`."""
