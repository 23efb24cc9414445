"""Failing on purpose."""
