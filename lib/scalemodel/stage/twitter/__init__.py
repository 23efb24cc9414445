"""How the Twitter chapters look, a module a chapter: `fan_out`, `cost` and `cpu`, `arrival`, `real`, `lab`.

What moves or is pressed on a page of cost is in `cost_moving` and `edges`.
"""
