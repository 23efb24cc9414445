"""Beat the algorithm: a whole game by keyboard and by pointer, scored as Python scores it."""

import re

import numpy as np
import pytest

from scalemodel.stage.youtube.game import rounded, switches
from scalemodel.stage.youtube.ride import ride_with_tunnel
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import Bola
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Player, Trace, Video
from tests.site.reader import findings, holds, two_corners
from tests.site.youtube.test_playback_twin import asking

pytestmark = pytest.mark.slow

VIDEO = Video.constant(4, [kbps for _, kbps in LADDER], 22)
PLAYER = Player(rtt_s=0.08, buffer_cap_s=30)
RIDES = {name: rounded(ride_with_tunnel(name, 20, 0.1)) for name in ("train", "bus")}
WALK = Trace.from_periods([(9, 2000), (9, 0), (9, 500)])
BOLD = [1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 7, 7, 7, 7, 5, 5, 5, 6, 6, 2, 0, 5]  # stops, and pauses


def figures(session):
    """A row of the table: score, seconds stopped, mean rate, switches."""
    return [
        f"{session.qoe(LINEAR):.2f}".replace("-", "−"), f"{session.rebuffer_s[1:].sum():.1f}",
        f"{session.kbps.mean():,.0f}", str(switches(session)),
    ]  # fmt: skip


def row_of(game, who):
    """The figures in the visible row of `who`."""
    row = game.locator("tr:visible", has=game.page.locator(f"th:text-is('{who}')"))
    return row.locator("td").all_inner_texts()


def status(game):
    return game.locator("[role=status]").inner_text()


@pytest.fixture
def page(specimens, home_of, visit):
    """The page, open: its visitor and itself."""
    visitor = visit(home_of(specimens))
    page = visitor.open("book/game.html")
    page.locator(".sm-game [data-rung]").first.wait_for(state="visible")
    return visitor, page


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_whole_game_by_keyboard_scores_what_python_scores(page):
    visitor, page = page
    game = page.locator(".sm-game").first
    session = play(VIDEO, RIDES["train"], asking(BOLD), PLAYER)
    assert session.rebuffer_s[1:].any() and session.pause_s.any()
    game.locator("[data-rung]").first.focus()
    for segment, rung in enumerate(BOLD):
        if segment:
            page.keyboard.press(str(rung + 1))
        if segment == len(BOLD) - 1:
            break
        said = status(game)
        assert said.startswith(
            f"Segment {segment + 1}: {LADDER[rung].height_px}p arrived in "
            f"{session.download_s[segment]:.1f} s; "
        )
        assert f"{session.buffer_s[segment]:.1f} s stored ahead." in said
        stopped_s = session.rebuffer_s[segment] if segment else 0
        assert ("the picture stopped for" in said) == (stopped_s > 0)
        assert (f"paused for {session.pause_s[segment]:.1f} s" in said) == (
            session.pause_s[segment] > 0
        )
        dry = game.locator("[data-is=gauge]").evaluate("g => g.classList.contains('dry')")
        assert dry == (stopped_s > 0)
    assert row_of(game, "you") == figures(session)
    assert page.evaluate("document.activeElement.innerText").startswith("Place ")
    page.keyboard.press("5")
    assert row_of(game, "you") == figures(session), "a game that is over stays as it is"
    assert visitor.faults == []


def test_a_whole_game_by_pointer_and_the_others_rows(page):
    visitor, page = page
    game = page.locator(".sm-game").first
    first = [1, 4, 5, 6, 7, 7, 5, 5]
    for rung in first[1:]:
        game.locator(f"[data-rung='{rung}']").click()
    game.get_by_role("button", name="Hold 1080p to the end").click()
    mine = play(VIDEO, RIDES["train"], asking([*first, *[5] * 14]), PLAYER)
    assert row_of(game, "you") == figures(mine)
    bola = play(VIDEO, RIDES["train"], Bola(), PLAYER)
    assert row_of(game, "BOLA") == figures(bola)
    best = optimum(VIDEO, RIDES["train"], PLAYER)
    assert row_of(game, "optimum") == figures(best.session)
    assert f"no choice of rungs scores above {best.upper:.3f}" in game.inner_text()
    scores = [
        float(row.replace("−", "-"))
        for row in game.locator("tr:visible td:nth-child(2)").all_inner_texts()
    ]
    assert scores == sorted(scores, reverse=True) and len(scores) == 5
    assert f"could have had {best.lower:.2f}" in game.inner_text()
    assert visitor.faults == []


def test_another_ride_and_another_try(page):
    _, page = page
    game = page.locator(".sm-game").first
    for ride in ("bus", "train", "bus"):
        game.get_by_label("Ride").select_option(ride)
        assert status(game).startswith("Segment 1: 240p")
        game.locator("[data-rung='4']").click()
        game.locator("[data-is=hold]").click()
        session = play(VIDEO, RIDES[ride], asking([1, *[4] * 21]), PLAYER)
        assert row_of(game, "you") == figures(session)
        assert ride in game.locator("caption:visible").inner_text()
    game.get_by_role("button", name="Start again").click()
    assert status(game).startswith("Segment 1: 240p")
    assert game.locator("table:visible").count() == 0
    assert page.evaluate("document.activeElement.dataset.rung") == "1"


def test_the_words_name_whom_you_left_behind(page):
    """Who asks for the lowest rung throughout beats follow buffer, which stops in the tunnel."""
    _, page = page
    game = page.locator(".sm-game").first
    game.locator("[data-rung='0']").click()
    game.locator("[data-is=hold]").click()
    said = game.locator("[data-is=end]").inner_text()
    assert said.startswith("Place 3 of 4, with a score of 0.08")
    assert "You did better than follow buffer. " in said
    game.get_by_role("button", name="Start again").click()
    game.locator("[data-rung='7']").click()
    game.locator("[data-is=hold]").click()
    said = game.locator("[data-is=end]").inner_text()
    assert said.startswith("Place 4 of 4") and "hard to read" in said


# ── Laws ────────────────────────────────────────────────────────────────────
def test_nothing_shows_the_future_before_the_end(page):
    """Neither a word nor a picture: what is drawn of the line are the downloads already made."""
    _, page = page
    game = page.locator(".sm-game").first
    for _ in range(20):
        game.locator("[data-rung='3']").click()
        assert game.locator("table:visible").count() == 0
        assert not game.locator("[data-is=line]").is_visible()
        said = game.inner_text()
        for word in ("optimum", "BOLA", "Place", "could have"):
            assert word not in said
    drawn = game.locator("[data-is=strip] .carried").get_attribute("d")
    assert drawn.count("M") == 21
    game.locator("[data-rung='3']").click()
    assert game.locator("[data-is=line] .field").is_visible()


def test_two_games_on_a_page_do_not_meet(page):
    _, page = page
    first, second = page.locator(".sm-game").all()
    before = status(first)
    second.locator("[data-rung='2']").focus()
    for _ in range(5):
        page.keyboard.press("3")
    session = play(
        Video.constant(4, [300, 750, 1850], 6), WALK, asking([1, *[2] * 5]),
        Player(rtt_s=0, buffer_cap_s=8),
    )  # fmt: skip
    assert row_of(second, "you") == figures(session)
    assert status(first) == before and first.locator("table:visible").count() == 0
    assert second.locator("[data-rung='2']").text_content().startswith("1,850\u00a0kbit/s")


def test_the_drawing_is_of_what_happened(page):
    """Bars as high as the rungs, a red line for each stop, the line's own steps at the end."""
    _, page = page
    game = page.locator(".sm-game").nth(1)
    game.locator("[data-rung='2']").click()
    game.locator("[data-is=hold]").click()
    session = play(
        Video.constant(4, [300, 750, 1850], 6), WALK, asking([1, *[2] * 5]),
        Player(rtt_s=0, buffer_cap_s=8),
    )  # fmt: skip
    stops = game.locator("[data-is=strip] .stop").get_attribute("d")
    assert [int(at) for at in re.findall(r"M(\d+) 0v", stops)] == (
        np.flatnonzero(session.rebuffer_s[1:] > 0) + 1
    ).tolist()
    steps = re.findall(
        r"V([\d.]+)H([\d.]+)", game.locator("[data-is=line] .field").get_attribute("d")
    )
    clock_s = (session.download_s + session.pause_s).sum()
    assert [float(end) for _, end in steps][:3] == [9, 18, 27]
    assert float(steps[-1][1]) >= clock_s > float(steps[-2][1])
    assert float(steps[1][0]) == 3.5, "a silent line lies on the ground"


# ── Everybody ───────────────────────────────────────────────────────────────
@two_corners
def test_nobody_is_shut_out_before_and_after(specimens, serve, visit, width, mode):
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": mode}
    page = visit(serve(specimens), **options).open("book/game.html")
    game = page.locator(".sm-game").first

    def of_the_game():
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for button in game.locator("button:visible, select:visible").all():
            box = button.bounding_box()
            assert box["height"] >= 32 and box["width"] >= 32
        return findings(page, {"include": [[".sm-game"]]})

    game.locator("[data-rung='7']").click()
    assert of_the_game() == []
    game.locator("[data-is=hold]").click()
    assert of_the_game() == []


def test_without_a_script_the_others_sessions_can_be_read(specimens, home_of, visit):
    page = visit(home_of(specimens), java_script_enabled=False).open("book/game.html")
    game = page.locator(".sm-game").first
    assert "needs JavaScript" in game.inner_text()
    assert game.locator("table:visible").count() == 2
    assert not game.locator("button").first.is_visible()
    assert row_of(page.locator(".sm-game").first.locator("table").first, "BOLA") == figures(
        play(VIDEO, RIDES["train"], Bola(), PLAYER)
    )
    assert game.locator("th:text-is('you'):visible").count() == 0


def test_a_scene_shows_the_last_segment_where_there_is_one(specimens, serve, visit):
    page = visit(serve(specimens)).open("book/game.html")
    page.evaluate(
        "() => { globalThis.seen = []; scalemodelTrain.paint = (canvas, ...how) => "
        "seen.push([canvas.width, ...how]); }"
    )
    first, second = page.locator(".sm-game").all()
    first.locator("[data-rung='7']").click()
    assert page.evaluate("seen") == [[192, 2160, 8, True]]  # the first was painted on arrival
    assert first.locator("canvas").is_visible()
    assert not second.locator("canvas").is_visible(), "a ladder without heights has no picture"


def test_only_a_page_with_a_game_loads_it(specimens):
    page, other = (
        (specimens / name).read_text() for name in ("book/game.html", "book/panels.html")
    )
    for name in ("train", "playback", "game"):
        assert name in holds(page) and name not in holds(other)
