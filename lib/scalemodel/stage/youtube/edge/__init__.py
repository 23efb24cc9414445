"""How the chapter on copies looks; its models are in `scalemodel.youtube.edge`.

- `way`: one video in four towns, view by view, and a thousand who ask at once;
- `eaten`: which videos an edge answers, which its hub, and what is left for the origin;
- `ahead`: what an edge lets in, and what is sent to it before anybody asks;
- `town`: viewers of whom half live in one place, and the edge that each is sent to.
"""
