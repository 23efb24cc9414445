"""How the Twitter chapters look, a module a chapter: `fan_out`, `cost` and `cpu`, `arrival`, `real`, `lab`.

What moves at the head of a chapter is in `fan_out_moving`, `arrival_moving`, `cost_moving` and
`real_moving`, and a table to press in `edges`.
"""
