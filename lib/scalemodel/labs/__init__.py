"""Labs: a student's code runs in a small world, and a grader reads what happened."""
