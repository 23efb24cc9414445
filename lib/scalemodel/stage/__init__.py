"""The only room that draws. Its wings, from the ground up:

- `look`: colours, tables;
- `views`: how a thing shows itself, live, on the site and in a notebook;
- `panel`: `explore` and all that it stands on;
- `reading`: what surrounds a panel in a chapter;
- `python`: a cell that a reader changes and runs on its page;
- one wing a company, of its name: its pictures, its game, its scenes;
- `foundations`: the pictures of what all companies stand on;
- `site`: the Sphinx extension.
"""
