"""The monkey's week on its own page: every step says and shows what the engine's run says."""

import pytest

from scalemodel.netflix.chaos.monkey import GATES
from scalemodel.stage.netflix.monkey_week import week
from tests.site.reader import plays_and_pauses

pytestmark = pytest.mark.slow

PAGE = "book/netflix/monkey.html"
SEEN = """root => [root.querySelector('[data-said]').textContent.replaceAll('\\xa0', ' '),
  [...root.querySelectorAll('[data-fleet] circle')].flatMap((dot, n) => dot.className.baseVal ? [n] : []),
  root.querySelectorAll('svg + ol .open').length,
  root.querySelector('svg + ol .shut')?.textContent ?? '',
  root.querySelector('output').textContent]"""
WALK = f"""root => {{
  const seen = [({SEEN})(root)], next = root.querySelector('[data-to=next]');
  while (!next.disabled) {{ next.click(); seen.push(({SEEN})(root)); }}
  root.querySelector('[data-to=back]').click();
  return [...seen, ({SEEN})(root)];
}}"""


@pytest.fixture
def monkey(picture):
    return picture(PAGE, "monkey_moving")


def walk(monkey, moments):
    """Step to the end of a week, beside the moments of its run, and one step back."""
    *seen, back = monkey.evaluate(WALK)
    assert len(seen) == len(moments) and back == seen[-2]
    for number, (moment, (said, down, opened, shut, step)) in enumerate(
        zip(moments, seen, strict=True)
    ):
        assert (said, tuple(down)) == (moment.words, moment.down)
        assert (opened, shut) == (moment.passed, moment.refused)
        assert step == f"step {number + 1} of {len(moments)}"


def signs(monkey):
    """How many kills, dry kills, refusals and kills that should not have been the calendar has."""
    signs = monkey.locator("[data-marks] path").evaluate_all(
        "all => all.map((sign) => sign.className.baseVal)"
    )
    return [signs.count(kind) for kind in ("kill", "dry", "no", "")]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_week_is_walked_in_each_way(monkey):
    walk(monkey, week("Monkey", 2, 3, 2))
    assert signs(monkey) == [3, 0, 2, 0]
    monkey.get_by_role("button", name="Gorilla").click()
    walk(monkey, week("Gorilla", 2, 3, 2))
    monkey.get_by_role("button", name="on its leash").click()
    walk(monkey, week("Gorilla", 2, 3, 2, leashed=True))
    assert signs(monkey) == [0, 3, 7, 0]
    monkey.get_by_role("button", name="no gates").click()
    assert monkey.get_by_role("button", name="on its leash").is_disabled()
    walk(monkey, week("no gates", 2, 3, 2))
    assert signs(monkey) == [0, 0, 0, 7]


def test_the_reader_sizes_the_fleet_until_kong_may_come(monkey):
    monkey.get_by_role("button", name="Kong").click()
    for regions in (1, 2, 3):
        monkey.get_by_label("regions").select_option(str(regions))
        monkey.get_by_label("instances in each").select_option("4")
        moments = week("Kong", regions, 3, 4)
        assert monkey.locator("[data-fleet] circle").count() == regions * 12
        walk(monkey, moments)
        in_words = monkey.locator("details li").all_text_contents()
        assert [words.replace("\xa0", " ") for words in in_words] == [m.words for m in moments]


# ── Laws ────────────────────────────────────────────────────────────────────
def test_it_plays_to_the_end_of_a_week_and_can_be_paused(site, home_of, visit):
    visitor = visit(home_of(site))
    page = visitor.open(PAGE)
    monkey = page.locator(".sm-monkey_moving[data-ready]")
    all_open = f"({SEEN})(document.querySelector('.sm-monkey_moving'))[2] === {len(GATES)}"
    plays_and_pauses(page, monkey, all_open, f"root => ({SEEN})(root).slice(0, 2)")
    assert visitor.faults == []
