"""Where every car is. Read in this order:

- `sphere`: distances on a globe, and the answer that takes its time;
- `grid`: an index of cars that will not stand still;
- `cells` and `search`: the loops of it, who moves and who is near; `rows`: what comes and leaves;
- `log`: tapes between those who report and those who keep the index, and `kafka`: the same over
  Kafka's protocol;
- `reports`: what an app says, and the door that it comes through;
- `consumer`: who reads the log and keeps the index;
- `stores`: where positions are kept, on a real Redis for many processes;
- `cities`: many cities, a strip along their borders, and squares that divide;
- `fleet`: what 900 cities take, on paper.
"""
