"""What a stage came to, as a student reads it at once: in a notebook, or on a page.

Left out: the report, which is in `labs.report`.
Sources: none needed.
"""

__all__ = ["told"]
__dir__ = lambda: __all__

from scalemodel.core import checks
from scalemodel.labs.grade import StageGrade
from scalemodel.labs.verdict import VALID


@checks.kinds
def told(result: StageGrade, tried: str, part: str = "all") -> tuple[bool, str]:
    """Whether the stage, or that `part` of it, is passed, and in which words; `tried` says on what.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> from scalemodel.labs.verdict import valid
    >>> told(StageGrade(LAB.stage("a"), valid(), ()), "8 seeds")
    (True, 'a. Correct: passed on 8 seeds')
    """
    if result.verdict.outcome != VALID:
        return False, result.verdict.sentence()
    measured = [m for m in result.budgets if part in ("all", m.budget.name)]
    lines = [m.sentence() for m in measured]
    if not all(m.kept for m in measured):
        return False, "\n".join(lines)
    stage = result.stage
    return True, "\n".join([f"{stage.key}. {stage.title}: passed on {tried}", *lines])
