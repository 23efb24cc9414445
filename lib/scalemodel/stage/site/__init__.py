"""The Sphinx `extension` that makes the site stand alone, the book's own `markup`, and its tips (`tip`)."""
