"""How the YouTube chapters look: a `ride` and its session, a `race`, the `film`, the `game`, and the book's `cover`."""
