"""YouTube: how a video reaches a screen over a line that changes its mind."""
