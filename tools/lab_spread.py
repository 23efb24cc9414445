"""Prints how level a lab's worlds are: what its answer key pays, for 200 ids.

    python tools/lab_spread.py

A budget's value is what grading would find, over the seeds of one attempt.
"""

import argparse

import jupytext
import numpy as np
from lab_notebooks import ROOT, teacher

from scalemodel.labs.grade import SEEDS, grade_stage
from scalemodel.labs.playing.player import Here
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.shelf import LABS

SHARES = (0, 0.05, 0.5, 0.95, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ids", type=int, default=200)
    options = parser.parse_args()
    for lab in LABS.values():
        rows, failed = spread(lab, options.ids)
        print(f"{lab.title}: {options.ids} ids, {failed} where the answer key fails")
        print(f"{'':24}{'limit':>8}  " + "".join(f"{share:>8.0%}" for share in SHARES))
        for budget, values in rows.items():
            told = "".join(f"{value:8.1f}" for value in np.quantile(values, SHARES))
            print(f"{budget.name:24}{budget.limit:8.1f}  {told}")


def spread(lab, ids):
    """For each budget the value of each id; and how many ids any stage fails."""
    written = jupytext.read(ROOT / "labs" / lab.folder / "lab.py")
    space = {"__name__": "answer"}
    for cell in teacher(written).cells:
        if "answer" in cell.metadata.get("tags", []):
            exec(compile(cell.source, "answer.py", "exec"), space)
    player = Here(space[lab.subject], list(lab.service))
    rows = {budget: [] for stage in lab.stages for budget in stage.budgets}
    failed = 0
    for number in range(ids):
        seeds = seeds_of(PRACTICE_KEY, f"student-{number}", lab.name, 1, SEEDS)
        graded = [grade_stage(lab, stage, player, seeds) for stage in lab.stages]
        failed += any(stage.outcome != "valid" for stage in graded)
        for measured in (m for stage in graded for m in stage.budgets):
            rows[measured.budget].append(measured.value)
    return rows, failed


if __name__ == "__main__":
    main()
