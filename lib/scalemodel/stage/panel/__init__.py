"""One question, a few controls, and the answer drawn at once. Read in this order:

- `picture`, `axes`, `panel`: what there is to show, as data;
- `predict`: a guess to ask for first;
- `grid`: every state, small enough for a page;
- `sketching`: a state drawn without a browser, for a saved notebook;
- `page`, `live`, `live_predict`: the panel on the site and in Jupyter;
- `explore`: what an author calls; it picks the view;
- `moving`: the mechanism step by step, which a chapter opens with.
"""
