"""The lab on its page: an answer is written, checked in each stage, and taken home as a file."""

import json
import re

import pytest

from scalemodel.labs.twitter import page as lab_page
from scalemodel.labs.twitter.lab import LAB
from tests.laws import lab_laws
from tests.site.conftest import PYTHON_MS
from tests.site.hostile import firefox

pytestmark = pytest.mark.slow
SHOWS = lab_laws.mutant_of(LAB, "shows_twice.py")
LIMITED = """limit_s => { const lab = document.querySelector('.sm-code').dataset;
  lab.here = JSON.stringify({...JSON.parse(lab.here), limit_s}); }"""


def said(page, pattern):
    """Waits until the place for Python says what matches `pattern`."""
    says = "pattern => new RegExp(pattern).test(document.querySelector('.sm-desk p')?.textContent)"
    page.wait_for_function(says, arg=pattern, timeout=PYTHON_MS)


# ── Examples ────────────────────────────────────────────────────────────────
def test_an_answer_is_checked_by_keyboard_and_downloaded(site, home_of, visit, tmp_path, capsys):
    visitor = visit(home_of(site))
    page = visitor.open("book/twitter/lab.html")
    assert not [url for url in visitor.asked if "/python/" in url], "nobody has asked for it"
    page.evaluate(LIMITED, PYTHON_MS // 1000)  # and no less for the answer
    page.get_by_role("button", name="Change it and run it, here").focus()
    page.keyboard.press("Enter")
    desk = page.locator(".sm-desk")
    status, printed = desk.get_by_role("status"), desk.locator("pre").nth(1)
    said(page, "ready")

    def checked(stage, answer):
        desk.get_by_role("textbox").fill(answer)
        button = desk.get_by_role("button", name=f"Check {stage}")
        button.focus()
        page.keyboard.press("Enter")
        said(page, "^Done")
        return printed.inner_text()

    assert "a. Correct: passed on 8 seeds" in checked("a", lab_laws.reference_of(LAB))
    told = checked("b", SHOWS)
    assert re.search(r"twice; the worker died .*(?s:.*)The shortest run that shows it:\n", told)
    lab_page.run(SHOWS, "b")
    assert told.strip() == capsys.readouterr().out.strip(), "the same as in another Python"
    assert "unknown: it imports os" in checked("a", f"import os\n{SHOWS}")
    with page.expect_download() as download:
        desk.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "answer.py")
    assert download.value.suggested_filename == "answer.py"
    assert (tmp_path / "answer.py").read_text() == f"import os\n{SHOWS}"
    assert status.inner_text() == "Done." and visitor.faults == []


@pytest.mark.thorough
def test_in_firefox_too(site, home_of):
    if firefox.find() is None:
        pytest.skip(f"not run: Firefox: {firefox.HOW}")
    with firefox.started() as reader:
        reader.open(f"{home_of(site)}/book/twitter/lab.html")
        code = "document.querySelector('.sm-code')"
        said = f"{code}.querySelector('[role=status]')?.textContent"
        until = "new Promise((done) => {{ const look = () => ({}) ? done({}) : setTimeout(look, 50); look(); }})"
        press = f"[...{code}.querySelectorAll('button')].find((b) => b.textContent === 'Check %s').click();"
        reader.run(f"(() => {{ {code}.querySelector('button').click(); }})()")
        reader.run(until.format(f"{said} === 'Python is ready.'", "true"))
        for stage, source, words in (
            ("a", lab_laws.reference_of(LAB), "a. Correct: passed on 8 seeds"),
            ("b", SHOWS, "The shortest run that shows it:"),
        ):
            answer = f"{code}.querySelector('textarea').value = {json.dumps(source)};"
            reader.run(f"(() => {{ {answer} {press % stage} }})()")
            printed = f"{code}.querySelectorAll('pre')[1].textContent"
            assert words in reader.run(until.format(f"{said} === 'Done.'", printed))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.thorough
def test_a_call_that_never_ends_is_unknown_in_words(site, home_of, visit):
    page = visit(home_of(site)).open("book/twitter/lab.html")
    page.evaluate(LIMITED, 2)
    page.get_by_role("button", name="Change it and run it, here").click()
    desk = page.locator(".sm-desk")
    desk.get_by_role("textbox").fill("while True: pass")
    desk.get_by_role("button", name="Check a").click()
    said(page, "ended")
    assert desk.get_by_role("status").inner_text() == "unknown: It was ended after 2 seconds."
