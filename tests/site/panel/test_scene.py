"""The dot of tests/stage/panel/dot on a built page: there, and on its way when a control moves."""

import pytest

from tests.site.reader import holds, panels_of

PLACE = "() => Number(document.querySelector('.sm-dot circle').getAttribute('cx'))"


@pytest.mark.slow
def test_a_dot_that_nobody_knows_rolls_where_the_control_says(specimens, home_of, visit):
    visitor = visit(home_of(specimens))
    page = visitor.open("book/scene.html")
    (panel,) = panels_of(page)
    page.wait_for_function(f"({PLACE})() === 10")
    assert panel.query_selector(".sm-dot:not([hidden])").is_visible()
    page.evaluate(
        f"() => {{ globalThis.places = []; const look = () => {{ places.push(({PLACE})());"
        " requestAnimationFrame(look); }; look(); }"
    )
    panel.query_selector("select").select_option(label="90")
    page.wait_for_function(f"({PLACE})() === 90")
    assert any(10 < place < 90 for place in page.evaluate("places")), "it jumped"
    assert visitor.faults == []


@pytest.mark.slow
def test_only_its_page_loads_its_script(specimens):
    page, other = ((specimens / f"book/{name}.html").read_text() for name in ("scene", "panels"))
    assert "dot" in holds(page) and "dot" not in holds(other)
