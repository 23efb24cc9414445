"""What is kept for real, and what goes wrong with it. Read in this order:

- `trouble`: what a disk refuses, in words;
- `database`: SQLite or PostgreSQL behind two calls;
- `redis_server`: a real Redis of one's own, for as long as it is needed.
"""
