"""A tweet arrives: the real-time service. Read in this order:

- `wire`: what is said on a connection;
- `outbox`: what a service keeps for whoever is away;
- `arrival`: the whole way of a tweet, on a virtual clock, and who has what by when in `flow`;
- `admission`: who is here;
- `gateway`, `client`, `service`: the same over real WebSockets;
- `demo`: the service shown, for an eventful second;
- `reconnect`: everybody comes back at once.
"""
