"""What is read: `quiz`, `choose`, `facts`, `glossary`, `exercises`, the `strip` under a title, guarded
numbers (`prose`), quoted code (`source`), figures of runs long past (`recorded`), where the tables lie
(`carried`), and what every game against others shares (`contest`)."""
