"""What JupyterLab shows of ours, measured in its own page: contrast, and how a hand reaches it."""

from playwright.sync_api import TimeoutError

# Everything of ours that moves, once, with what it says when it refuses.
OURS = [
    """import plotly.graph_objects as go
from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.predict import guess_choice, guess_number
def line(n, way="straight", wide=False):
    if way == "nowhere":
        raise KeyError("a place called <nowhere>")
    figure = go.Figure(go.Scatter(y=[0, n, n * (1 + wide)]), {"yaxis": {"title": {"text": "posts"}}})
    return Picture(figure, {"end": (n, "count")}, f"It ends at {n:g}.")
explore(line, title="Where does it end?", way=["straight", "nowhere"], wide=[False, True],
        n=axis(1, 12, 12, unit="count", label="room in the outbox of each of the readers, in posts"))""",
    """explore(line, title="How far?", n=[1, 2],
        predict=guess_number("How far is it?", unit="km", low=0, high=9, answer=2))""",
    """explore(line, title="Who?", n=[1, 2], predict=guess_choice("Who?", ["Ana", "Bo"], answer="Bo"))""",
    """from scalemodel.stage.reading.quiz import quiz
quiz("youtube/race.quiz.yml")""",
    """from scalemodel.stage.youtube.game import beat_the_algorithm
from scalemodel.youtube.abr.policies import Bola
from scalemodel.youtube.media import Player, Trace, Video
film, bus = Video.constant(4, [300, 750, 1200], 4), Trace.from_periods([(30, 2000), (30, 500)])
beat_the_algorithm(film, {"bus": bus}, Player(), {"BOLA": Bola()}, title="Can you?")""",
    """from scalemodel.stage.reading.choose import choose
choose("room.scene", question="Which?", options={"tea": "At four.", "milk": "At six."})""",
    """from scalemodel.stage.panel.moving import Step, moving
steps = [Step("Stored.", {"dot": (20, 20)}), Step("Copied.", {"dot": (90, 20, "good")})]
moving({"dot": '<circle r="6"/>'}, {"on write": steps}, title="Where does it go?")""",
    """from scalemodel.parts.system import Flow, Part, System
from scalemodel.stage.views.diagram import diagram
pair = System((Part("a", "sends", 0, 0), Part("b", "takes", 1, 0)), (Flow("a", "b", "post"),))
explore(lambda n: Picture(diagram(pair, f"From a to b, {n}."), {}, f"To {n}."), title="Who?", n=[1, 2])""",
]
# What needs no script is kept as it is.
PLAIN = [
    """from scalemodel.stage.python.outcome import Outcome, columns
Outcome("Two of three.", columns(("posts a second", "first", "last"), [1, 2, 1], [2, 2, 2], [0, 1, 0]))""",
    """diagram(pair, "From a to b.")""",
    """from scalemodel.youtube.abr.play import play
play(film, bus, Bola(), Player())""",
    """from scalemodel.stage.reading.recorded import Recorded
tea = Recorded("tea", {"wait_s": 3}, {"date": "2026-11-25", "machine": "a kettle"}, why_not="It is out.")
tea""",
]

# What is written in outputs with too little between ink and paper: WCAG's 4.5, or 3 where it is large.
PALE = """() => {
  const parts = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, n) => part * a + below[n] * (1 - a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = (node) => {
    const above = [], plot = node.closest('.js-plotly-plot');  // whose words lie above its paper
    for (let at = plot?.querySelector('.main-svg') ?? node; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      above.unshift(colour);
      if (colour[3] === 1) break;
    }
    return above.reduce((below, colour) => over(colour, below), [255, 255, 255]);
  };
  // What a letter of a drawing stands on: the last shape before it that holds its middle.
  const within = (path, x, y) => path.isPointInFill(new DOMPoint(x, y).matrixTransform(path.getScreenCTM().inverse()));
  const shape = (text) => {
    const { x, y, width, height } = text.getBoundingClientRect(), [mx, my] = [x + width / 2, y + height / 2];
    return [...text.closest('svg').querySelectorAll('rect, circle, ellipse, path')].filter((form) => {
      const box = form.getBoundingClientRect(), { fill, fillOpacity } = getComputedStyle(form);
      return fill !== 'none' && fillOpacity > 0.5 && form.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
        && box.left <= mx && mx <= box.right && box.top <= my && my <= box.bottom
        && (form.tagName !== 'path' || within(form, mx, my));
    }).at(-1);
  };
  const found = [], seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const look = (node, words) => {
    const style = getComputedStyle(node), ink = node.closest('svg') ? style.fill : style.color;
    if (!seen(node) || ink === 'none' || node.closest(':disabled, .sm-live, .MathJax, .jp-RenderedMarkdown pre')) return;
    const form = node.closest('svg') && !node.closest('.js-plotly-plot') && shape(node);
    const below = form ? over(parts(getComputedStyle(form).fill), paper(node)) : paper(node), [one, two] = [light(over(parts(ink), below)), light(below)];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < least) found.push(`${words.trim().slice(0, 40)}: ${ratio.toFixed(2)}, ${ink} on ${below.map(Math.round)}`);
  };
  for (const place of document.querySelectorAll('.jp-OutputArea-output:not(.jp-RenderedText)')) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      if (text.data.trim() && !text.parentElement.closest('script, style, noscript, option')) look(text.parentElement, text.data);
    }
    for (const field of place.querySelectorAll('input:not([type=radio], [type=checkbox], [type=range]), select, textarea')) look(field, field.className);
  }
  return found;
}"""

# Each slider, as the places of a click for each of its values.
TRACKS = """slider => {
  const { left, width, top, height } = slider.querySelector('.noUi-base').getBoundingClientRect();
  const last = Number(slider.querySelector('.noUi-handle').ariaValueMax);
  const within = (x) => Math.min(Math.max(x, 1), width - 1);
  return Array.from({ length: last + 1 }, (_, n) => [left + within((width * n) / last), top + height / 2]);
}"""
STANDS = "([slider, n]) => Math.round(slider.querySelector('.noUi-handle').ariaValueNow) === n"
# While a handle glides to where it was sent, it hears of nothing else.
RESTS = "slider => !slider.querySelector('.noUi-state-tap')"
STALE = "Error displaying widget"


def unreachable(page):
    """The values of sliders that a mouse does not reach."""
    found = []
    for slider in page.query_selector_all(".widget-slider .slider-container"):
        for n in range(len(slider.evaluate(TRACKS))):
            slider.scroll_into_view_if_needed()
            slider.wait_for_element_state("stable")  # cells above may have grown
            try:
                page.wait_for_function(RESTS, arg=slider, timeout=10_000)
                page.mouse.click(*slider.evaluate(TRACKS)[n])
                page.wait_for_function(STANDS, arg=[slider, n], timeout=10_000)
            except TimeoutError:
                label = slider.evaluate("slider => slider.parentElement.textContent")
                found.append(f"{label}: no mouse reaches value {n}")
    return found
