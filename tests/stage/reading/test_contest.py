"""What every game against others shares: the frame, the tables, and what is refused."""

import re

import pytest

from scalemodel.stage.foundations import evict
from scalemodel.stage.reading.contest import Row, check_names, contest

FOUND = {"FIFO": Row("2 hits", 2, [2, 7]), "a<b": Row("5 hits", 5, [5, 4], "<i></i>")}


def a_game(**changes):
    given = {
        "title": "Can you?", "rules": "Press.", "pick": "Day", "board": "<p>a board</p>",
        "header": ["who", "hits", "misses"], "data": {"n": 3}, "words": {"place": "You: _"},
        "unscripted": "These are theirs.", **changes,
    }  # fmt: skip
    rounds = {"a<b": ("Everybody & all.", FOUND), "again": ("More.", {"LRU": Row(1, 1, [1, 8])})}
    return contest(evict.__file__, rounds, **given)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_best_comes_first_and_the_reader_has_an_empty_row_of_the_first_table():
    html = a_game(mine="<s></s>").html
    rows = re.findall(r"<tr (.*?)>(.*?)</tr>", html.split("</table>")[0])
    cells = '<td class="sm-number">5</td><td class="sm-number">4</td>'
    name = '<th scope="row">a&lt;b<br><i></i></th>'
    assert rows[0] == ('data-score="5" data-who="a&lt;b"', name + cells)
    assert rows[1][0] == 'data-score="2" data-who="FIFO"' and "<br>" not in rows[1][1]
    assert rows[2][0] == 'class="you" data-is="you" hidden' and "you<br><s></s></th>" in rows[2][1]
    assert html.count('data-is="you"') == 1 and "<caption>Everybody &amp; all.</caption>" in html


def test_the_frame_holds_what_the_script_looks_for():
    html = a_game().html
    assert html.startswith('<section class="sm-evict sm-contest" aria-label="Can you?"')
    assert re.findall(r'data-is="(\w+)"', html) == ["board", "pick", "again", "you", "data"]
    assert '{"n":3,"words":{"place":"You: _"}}' in html and "<option>a&lt;b</option>" in html
    assert "<noscript><p>The game needs JavaScript. These are theirs.</p></noscript>" in html
    assert 'aria-pressed="false">Look</button>' in a_game(ahead="Look").html


def test_the_stored_line_tells_each_round_as_it_was_given():
    assert a_game().text == "Can you?: a<b · FIFO 2 hits, a<b 5 hits; again · LRU 1"


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_title_is_text():
    for title in ("", None, 3):
        with pytest.raises(ValueError, match=f"title={title!r} must be text"):
            a_game(title=title)


@pytest.mark.parametrize("given", [{}, [("a", 1)], None, {"": 1}, {3: 1}, {"you": 1}])
def test_names_are_told_apart(given):
    with pytest.raises(ValueError, match=r"must map at least one name|rows has the name"):
        check_names("rows", given, taken=("you",))
    check_names("rows", {"you": 1, "me": 2})
