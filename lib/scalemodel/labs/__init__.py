"""Labs: a student's code runs in a small world, and a grader reads what happened. In this order:

- `playing`: the object, the store that outlives it, its lives, the history;
- `verdict`, `checks`: what is right, and what every lab checks;
- `lab`: what a lab is; each company's is a room of its name;
- `shelf`: all of them, by name;
- `seeds`, `grade`: the grader, and how it finds the shortest counterexample;
- `practice`, `told`: the grader in a notebook, and what it says;
- `alone`: the grader on a page;
- `reading`, `submission`, `report`: what is handed in, and what is handed back;
- `classroom`, `__main__`: the same for a class, and the command.
"""
