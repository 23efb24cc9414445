"""What is read: `quiz`, `choose`, `facts`, `glossary`, `exercises`, the `strip` under a title, guarded
numbers (`prose`), quoted code (`source`), and figures of runs long past (`recorded`)."""
