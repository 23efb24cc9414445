"""How the chapter on live streams looks; its models are in `scalemodel.youtube.live`.

- `goal`: a goal that is on its way to two screens, part by part;
- `behind`: one viewer before and after a tunnel;
- `frontier`: what nearness costs, on three networks;
- `rule`: a viewer's speed by a rule of the reader's, who is told the rides by `rule_told`.
"""
