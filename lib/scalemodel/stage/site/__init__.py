"""The site that stands alone: the Sphinx `extension`, the `markup`, a `search` in our words, and each word's `tip`."""
