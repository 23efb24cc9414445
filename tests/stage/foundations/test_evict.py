"""The game before anybody plays: what stands on the page, and what is refused."""

import json
import re

import pytest

from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LRU, Belady
from scalemodel.stage.foundations import evict as module
from scalemodel.stage.foundations.evict import beat_belady
from scalemodel.stage.views.embed_live import live_embed
from scalemodel.stage.views.kinds import Kind

SCRIPT = Kind.beside(module.__file__).script
ROWS = {"a round": [0, 1, 2, 3, 4] * 3, "some": [0, 1, 0, 2, 0, 3, 4, 0, 5, 1, 0]}


def a_game(**changes):
    given = {"rows": ROWS, "places": 4, "title": "Can you?", **changes}
    return beat_belady(given["rows"], given["places"], title=given["title"])


def data_of(game):
    return json.loads(re.search(r'data-is="data">(.*?)</script>', game.html)[1])


def rows_of(html, table):
    body = html.split("<tbody>")[table + 1].split("</tbody>")[0]
    return re.findall(
        r'<tr data-score="(\d+)" data-who="(\w+)">.*?aria-hidden="true">(.*?)</span></th>'
        r'<td class="sm-number">(\d+)</td><td class="sm-number">(\d+)</td>',
        body,
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_stored_line_names_every_score(monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    game = a_game()
    assert game.text == (
        "Can you?: a round · Belady 8, LRU 0, FIFO 0; some · Belady 5, LRU 4, FIFO 3"
    )
    assert game._repr_mimebundle_()["text/plain"].startswith(repr(game))
    assert repr(game) == repr(a_game()) != repr(a_game(places=3))


def test_the_page_holds_the_very_requests_that_the_rivals_met():
    data = data_of(a_game())
    assert data["rows"] == list(ROWS.values()) and data["places"] == 4
    assert data["names"][:5] == "ABCDE"


def test_a_table_has_the_hits_of_each_and_the_best_first():
    html = a_game().html
    assert html.count("<caption>") == html.count("<table") == 2
    for table, row in enumerate(ROWS.values()):
        told = rows_of(html, table)
        hits = [int(hits) for hits, *_ in told]
        assert len(told) == 3 and hits == sorted(hits, reverse=True)
        for hits, who, marks, shown, missed in told:
            rule = {"FIFO": FIFO, "LRU": LRU, "Belady": Belady}[who]
            report = simulate(row, rule(capacity=4))
            assert (int(hits), int(shown), int(missed)) == (
                report.hits, report.hits, report.misses
            )  # fmt: skip
            spans = re.findall(r'<span class="(\w+)">(\w)', marks + "</span>")
            assert [kind == "hit" for kind, _ in spans] == report.hit_mask.tolist()
            assert [name for _, name in spans] == ["ABCDEF"[one] for one in row]
    assert html.count('data-is="you"') == 1, "one row for the reader, moved where it belongs"
    assert html.index('data-is="you"') < html.index("</table>")


def test_there_is_a_key_for_each_place():
    html = a_game(places=3).html
    assert html.count('<button type="button"><b></b>') == 3 and "Keys: 1 to 3" in html


def test_signs_of_html_are_text():
    html = a_game(title="You & <it>", rows={"<bus>": [0, 1, 2, 3, 4]}).html
    assert 'aria-label="You &amp; &lt;it&gt;"' in html and "<option>&lt;bus&gt;</option>" in html
    assert "<bus>" not in html


def test_every_word_that_the_script_says_stands_on_the_page():
    words = data_of(a_game())["words"]
    said = {
        word
        for call in re.findall(r"\bsay\(([^;]*)", SCRIPT)
        for word in re.findall(r'"(\w+)"', call)
    } & set(words)
    said |= set(re.findall(r"(?<!is\.)\bwords\.(\w+)", SCRIPT))
    assert said == set(words)
    assert set(re.findall(r'\bsay\("(\w+)"', SCRIPT)) <= set(words)


def test_every_part_that_the_script_fills_stands_on_the_page():
    parts = set(re.findall(r'data-is="(\w+)"', a_game().html))
    assert set(re.findall(r"\bis\.(\w+)", SCRIPT)) == parts


def test_jupyter_gets_the_twin_with_the_game():
    game = a_game()
    widget = live_embed(game.kind, game.html)
    assert [path.name for path in game.kind.scripts] == [
        "typed.js", "contest.js", "shelf.js", "evict.js"
    ]  # fmt: skip
    at = [widget.script.index(word) for word in ("scalemodelShelf =", 'Contest("sm-evict"')]
    assert at == sorted(at) and ".sm-evict" in widget.sheet


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_longest_and_the_widest_game_that_may_be():
    game = a_game(rows={"long": [n % 26 for n in range(40)]}, places=9)
    assert len(data_of(game)["rows"][0]) == 40
    assert a_game(rows={"short": [0, 1, 2]}, places=2).text.endswith("Belady 0, LRU 0, FIFO 0")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": {}}, "rows={} must map at least one name"),
        ({"rows": [[0, 1]]}, "must map at least one name"),
        ({"rows": {3: [0, 1, 2]}}, "rows has the name 3; it must be text"),
        ({"rows": {"": [0, 1, 2]}}, "rows has the name ''; it must be text"),
        ({"rows": {"bus": 3}}, "rows['bus']=3 must be a list of numbers"),
        ({"rows": {"bus": "ABC"}}, "rows['bus']='ABC' must be a list of numbers"),
        ({"rows": {"bus": []}}, "requests of rows['bus']=0 must be"),
        ({"rows": {"bus": [n % 9 for n in range(41)]}}, "requests of rows['bus']=41 must be"),
        ({"rows": {"bus": [0, 1, 2, 3, 26]}}, "rows['bus']=26 must be"),
        ({"rows": {"bus": [0, 1, 2, 3, -1]}}, "rows['bus']=-1 must be"),
        ({"rows": {"bus": [0, 1, 2, 3, 0]}}, "things of rows['bus']=4 must be"),
        ({"places": 1}, "places=1 must be"),
        ({"places": 10}, "places=10 must be"),
        ({"title": ""}, "title='' must be text"),
        ({"title": None}, "title=None must be text"),
    ],
)
def test_a_slip_is_named(changes, words):
    with pytest.raises(ValueError) as refusal:
        a_game(**changes)
    assert words in str(refusal.value)
