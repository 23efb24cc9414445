"""Store and forward: a message is kept until the phone it is for has it."""
