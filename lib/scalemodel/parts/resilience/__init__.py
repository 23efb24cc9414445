"""How a caller and a service guard themselves:

- `retry`: pauses between tries, and the budget that tries come out of;
- `breaker`: stops calling who fails, and probes whether it is back;
- `guards`: all guards of a call in one table, and what known components have there;
- `calls`: clients call a service with these guards, event by event.
"""
