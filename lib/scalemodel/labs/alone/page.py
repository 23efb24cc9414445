"""The checks of a lab, on a page: the command's verdicts, with Python and nothing else.

The worlds are drawn when the book is built; the dice that they hold pick what depends on the
program. What cannot be judged on a page is unknown, in words.

Left out: points and the report. Only the command's verdict counts.
Sources: none needed.
"""

__all__ = ["check", "judged"]
__dir__ = lambda: __all__

from dataclasses import replace

from scalemodel.core import checks
from scalemodel.labs.alone.player import Alone, Doubtful
from scalemodel.labs.grade import StageGrade, grade_stage
from scalemodel.labs.lab import Lab
from scalemodel.labs.submission import TEXTS, submission_in
from scalemodel.labs.told import told
from scalemodel.labs.verdict import INVALID, unknown


@checks.kinds
def judged(lab: Lab, key: str, source: str, seeds: list[int]) -> tuple[StageGrade, str]:
    """What the stage comes to, and what the run printed that its verdict tells of.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> result, printed = judged(LAB, "a", "import os\\nclass Timelines: pass", [3])
    >>> result.verdict.sentence().partition(",")[0]
    'unknown: it imports os'
    """
    player = Alone(source, lab.subject, list(lab.service))
    try:
        result = grade_stage(lab, lab.stage(key), player, seeds)
    except Doubtful as doubt:
        result = StageGrade(lab.stage(key), unknown(str(doubt)), ())
    return result, player.printed


@checks.kinds
def check(lab: Lab, key: str, text: str, seeds: list[int]) -> None:
    """Prints what the stage makes of a whole answer: the sentence, and the shortest run that shows it.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> check(LAB, "a", "import os", [3])
    Playing 1 world .
    unknown: it imports os, and on a page there are bisect, collections, functools, \
heapq, itertools, json, math, operator. The notebook and the command can judge it
    """
    try:
        answer = submission_in("answer.py", text.encode(), lab.subject)
    except ValueError as error:
        return print(error)
    print(f"Playing {len(seeds)} world{'s' * (len(seeds) > 1)}", end=" ")
    result, printed = judged(_dotted(lab), key, answer.source, seeds)
    passed, words = told(result, f"{len(seeds)} seeds, with practice dice")
    print(f"\n{words}")
    if result.verdict.story and result.verdict.outcome == INVALID:
        print(f"\nThe shortest run that shows it:\n{result.verdict.story}")
    if printed and not passed:
        print(f"\nIt printed:\n{printed}")
    if passed and answer.missing():
        print(f"Still to write: {', '.join(TEXTS[name] for name in answer.missing())}")
    return None


def _dotted(lab):
    """The lab, with a dot printed for each world that is begun."""

    def dotted(stage):
        def draw(seed):
            print(".", end="", flush=True)
            return stage.draw(seed)

        return replace(stage, draw=draw)

    return replace(lab, stages=tuple(map(dotted, lab.stages)))
