"""Home timelines: who works when an account with many followers posts, and how it arrives."""
