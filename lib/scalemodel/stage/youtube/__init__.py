"""How the YouTube chapters look: a `ride` and its session, a `race`, a `family` of rules, the `film`, the `game`, segments in `abr_moving`, and the book's `cover`."""
