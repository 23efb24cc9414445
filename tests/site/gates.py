"""What a page must hold to, measured where it is seen: each gate says what is wrong, a line each.

`test_pages` puts every page through them, `test_gates` shows each one a page with a fault.
"""

import itertools
import json
import math
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

# ── Controls ────────────────────────────────────────────────────────────────
# Each button and each line that unfolds is used once, by script, where a hand could reach it;
# what opens is used in its turn. What asks for paper, the clipboard or the full screen has
# done its work. Fields are not used: what they hold is what a reader puts there.
DEAD = """async () => {
  const dead = [], used = new Set(), rest = (ms) => new Promise((done) => setTimeout(done, ms));
  let changed = false;
  const had = document.activeElement;
  if (had && had !== document.body) {
    had.blur(); // a link that is seen only while it has the focus lies above others
    await rest(600); // and slides away
  }
  const note = () => { changed = true; };
  const watch = new MutationObserver(note);
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  document.addEventListener('scroll', note);
  document.execCommand = window.print = window.prompt = note;
  Element.prototype.requestFullscreen = async () => note();
  if (navigator.clipboard) navigator.clipboard.writeText = async () => note();
  const said = (control) => (control.ariaLabel || control.textContent.trim() || control.title
    || control.outerHTML).replace(/\\s+/g, ' ').slice(0, 80);
  const all = (place) => [...place.querySelectorAll('button, summary, [role=button]')].filter((c) =>
    c.checkVisibility({ visibilityProperty: true }) && c.getBoundingClientRect().width > 1
    && !c.disabled && !c.closest('[inert]'));
  const open = () => [...document.querySelectorAll('dialog[open], .dropdown-menu.show')];
  async function use(control) {
    used.add(control);
    control.scrollIntoView({ block: 'center', behavior: 'instant' });
    await rest(20);
    const { x, y, width, height } = control.getBoundingClientRect();
    const hit = document.elementFromPoint(x + width / 2, y + height / 2);
    if (!control.contains(hit)) return dead.push(`${said(control)}: lies under ${hit?.outerHTML.slice(0, 60)}`);
    watch.takeRecords();
    changed = false;
    control.click();
    for (let waited = 0; !changed && waited < 300; waited += 20) await rest(20);
    if (!changed) dead.push(`${said(control)}: changes nothing`);
    for (const place of open()) for (const inner of all(place)) if (!used.has(inner)) await use(inner);
    if (control.matches('[data-do=play], [data-to=play], summary')) control.click(); // and back
  }
  for (const control of all(document)) {
    if (used.has(control) || !all(control.parentElement).includes(control)) continue;
    await use(control);
    const drawers = [...document.querySelectorAll('dialog[open]')];
    drawers.forEach((dialog) => dialog.close());
    if (open().length) document.body.click();
    await rest(drawers.length ? 600 : 0); // a drawer slides away
  }
  watch.disconnect();
  document.removeEventListener('scroll', note);
  return dead;
}"""


def dead_controls(page):
    """The visible controls, the theme's too, that change nothing or lie under something else."""
    return page.evaluate(DEAD)


def broken_links(html, site):
    """The links of the page at the path `html` that lead nowhere in `site`."""
    anchors = {}
    found = []
    for address in re.findall(r'<a\b[^>]*\shref="([^"]+)"', html.read_text(encoding="utf-8")):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (html.parent / unquote(parts.path)).resolve() if parts.path else html
        if not target.is_file() or not target.is_relative_to(Path(site).resolve()):
            found.append(address)
            continue
        if parts.fragment and target.suffix == ".html":
            if target not in anchors:
                anchors[target] = set(re.findall(r'\sid="([^"]+)"', target.read_text("utf-8")))
            if unquote(parts.fragment) not in anchors[target]:
                found.append(address)
    return found


# The first thing on a page that a reader may move.
FIRST = ".sm-moving button:enabled, .sm-predict form :is(input, button), .sm-controls :is(button, input, select)"
AT_FIRST = f"""() => {{
  const here = document.activeElement, seen = (c) => c.checkVisibility() && !c.closest('[inert], [hidden]');
  return here === [...document.querySelectorAll('{FIRST}')].find(seen);
}}"""
AT_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
}"""
MOST_STOPS = 4


def stops_to_first_control(page, most=60):
    """How often a reader presses Tab or Enter to get from the top to the first control."""
    page.evaluate(AT_TOP)
    for pressed in range(1, most):
        leads = page.evaluate("document.activeElement.matches('[data-skip]')")
        page.keyboard.press("Enter" if leads else "Tab")
        if page.evaluate(AT_FIRST):
            return pressed
    return most


# ── Panels ──────────────────────────────────────────────────────────────────
MOST_HIGH = 620  # px for controls, picture and readings together, on a desk's screen
TALL = """most => [...document.querySelectorAll('.sm-panel, .sm-moving')].flatMap((panel) => {
  const parts = [...panel.querySelectorAll(
    '.sm-controls, [data-scene], .sm-plot, .sm-readings, .sm-moving-ways, svg, figcaption, .sm-moving-buttons')]
    .filter((part) => part.checkVisibility() && part.offsetHeight !== 0
      && !(part.matches('.sm-panel *') && part.matches('svg, figcaption')))
    .map((part) => part.getBoundingClientRect());
  if (!parts.length) return [];
  const high = Math.max(...parts.map((p) => p.bottom)) - Math.min(...parts.map((p) => p.top));
  const name = panel.querySelector('.sm-title')?.textContent ?? panel.id;
  return high > most ? [`${name}: ${Math.round(high)} px`] : [];
})"""
# Whose controls and whose readings are both out of sight when the middle of the picture is in it.
LOST = """() => [...document.querySelectorAll('.sm-panel')].flatMap((panel) => {
  const plot = panel.querySelector('.sm-plot'), controls = panel.querySelector('.sm-controls');
  if (!controls || !plot.checkVisibility()) return [];
  plot.scrollIntoView({ block: 'center', behavior: 'instant' });
  const seen = [controls, panel.querySelector('.sm-readings')].some((part) => {
    const { top, bottom, height } = part.getBoundingClientRect();
    return height && top >= 0 && bottom <= innerHeight + 1;
  });
  return seen ? [] : [panel.querySelector('.sm-title')?.textContent ?? panel.id];
})"""


def tall_panels(page):
    """The panels whose controls, picture and readings do not fit a desk's screen."""
    return page.evaluate(TALL, MOST_HIGH)


def lost_panels(page):
    """The panels of which a phone shows neither controls nor readings beside the picture."""
    return page.evaluate(LOST)


MOST_SHIFT = 0.05
SHIFTS = """() => new Promise((done) => {
  const found = [];
  new PerformanceObserver((list) => found.push(...list.getEntries())).observe(
    { type: 'layout-shift', buffered: true });
  setTimeout(() => done(found.filter((entry) => !entry.hadRecentInput).map(({ value, sources }) =>
    [value, sources.map(({ node }) => node?.cloneNode?.()?.outerHTML?.slice(0, 80) ?? node?.nodeName)])), 50);
})"""


def shifts(page):
    """By how much the page has jumped under a reader's eyes until now: each jump, and what jumped."""
    return page.evaluate(SHIFTS)


# What a page brings itself and shows from the first; what comes later it never shows (fonts.js).
OWN_TYPEFACES = """() => new Promise((done) => {
  const look = () => (document.documentElement.style.visibility ? setTimeout(look, 20)
    : done([...document.fonts].filter((face) => face.display === 'auto').map((face) => face.family.replaceAll('"', ''))));
  look();
})"""


def own_typefaces(page):
    """The families that the page shows its text in, as soon as it shows any."""
    page.wait_for_load_state()
    return page.evaluate(OWN_TYPEFACES)


# A browser now and then does not tell that the last of its requests has ended, and a wait for its
# idle network then never ends; what has come, and comes no more, can be counted.
AT_REST = """() => new Promise((done) => {
  let before = -1;
  const look = () => {
    const { length } = performance.getEntriesByType('resource');
    if (document.readyState === 'complete' && document.fonts.status === 'loaded' && length === before) return done();
    before = length;
    return setTimeout(look, 500);
  };
  look();
})"""


def come_to_rest(page):
    """Waits until all of a page has come, and for half a second nothing more."""
    page.evaluate(AT_REST)


# ── Guesses ─────────────────────────────────────────────────────────────────
# What belongs to a lock's answer: the panel but for its title, and all that comes after it in the
# order of the page, up to the next heading or the cell of the next lock. Of that, each text and each drawing, and
# whether an eye meets it.
ANSWERS = """() => [...document.querySelectorAll('.sm-predict')].flatMap((lock) => {
  const article = lock.closest('article'), figure = lock.querySelector('.sm-panel');
  const later = (part) => lock.compareDocumentPosition(part) & 4 && !lock.contains(part);
  const end = [...article.querySelectorAll('h1, h2, h3, h4, h5, h6, .sm-predict, .cell:has(.sm-predict)')].find(later);
  const mine = (part) => (figure.contains(part) && !part.parentElement.closest('.sm-title'))
    || (later(part) && !(end && (end.contains(part) || end.compareDocumentPosition(part) & 4)));
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeType === 3, owner = text ? node.parentElement : node;
    if (!(text ? node.data.trim() : node.matches('svg, canvas, img')) || !mine(node)) continue;
    if (owner.closest('script, style, noscript, summary, button, option, .sm-live, .sm-tip')) continue;
    const range = document.createRange();
    range.selectNode(node);
    const { width, height } = range.getBoundingClientRect();
    const seen = width * height > 1 && owner.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const folded = owner.closest('details:not([open]), [hidden], .sm-numbers') || (text && owner.closest('svg'));
    const what = (text ? node.data : node.outerHTML).trim().replace(/\\s+/g, ' ').slice(0, 60);
    found.push({ open: 'open' in lock.dataset, seen, folded: !!folded, heard: !owner.closest('[inert]'), what });
  }
  return found;
})"""


def told_too_soon(page):
    """What can be read or heard of an answer that the reader is still asked to guess."""
    parts = page.evaluate(ANSWERS)
    return [part["what"] for part in parts if not part["open"] and (part["seen"] or part["heard"])]


def still_covered(page):
    """What cannot be read, or heard, though the reader has guessed and it is not folded away."""
    parts = [part for part in page.evaluate(ANSWERS) if part["open"] and not part["folded"]]
    return [part["what"] for part in parts if not (part["seen"] and part["heard"])]


# ── Time ────────────────────────────────────────────────────────────────────
MOST_REDRAW_MS = 100
# Where each control stands, and at how many places it may.
AXES = """panel => [...panel.querySelectorAll('[data-axis]')].map((c) => c.type === 'checkbox'
  ? [Number(c.checked), 2] : [Number(c.value), c.options?.length ?? Number(c.max) + 1])"""
PUT = """async ([panel, n, value]) => {
  const control = panel.querySelectorAll('[data-axis]')[n];
  if (control.type === 'checkbox') control.checked = Boolean(value); else control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((done) => setTimeout(done, 0));
  panel.getBoundingClientRect();
}"""


def redraws_ms(page, panel, most=600):
    """What a redraw takes of the browser's main thread, for at most `most` states of `panel`.

    Every state is reached from the one before by its last changed control. Time of the
    processor, for others share the machine.
    """
    clock = page.context.new_cdp_session(page)
    clock.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent_ms():
        metrics = clock.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    axes = page.evaluate(AXES, panel)
    at, took = [here for here, _ in axes], {}
    states = list(itertools.product(*(range(size) for _, size in axes)))
    for state in states[:: math.ceil(len(states) / most)]:
        for n, value in enumerate(state):
            if at[n] != value:
                before = spent_ms()
                page.evaluate(PUT, [panel, n, value])
                took[state] = spent_ms() - before
                at[n] = value
    clock.detach()
    return took


PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntriesByName('first-contentful-paint')[0].startTime))
    .observe({ type: 'paint', buffered: true });
})"""


def first_picture_ms(page):
    """When the page showed its text, and with it the pictures that were drawn at build."""
    return page.evaluate(PAINTED)


# ── Letters ─────────────────────────────────────────────────────────────────
LEAST_LETTER = 11  # px
SMALL = """least => [...document.querySelectorAll('.bd-article svg text')].flatMap((text) => {
  const words = text.textContent.trim();
  if (!words || !text.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return [];
  const { a, b } = text.getScreenCTM(), { width } = text.getBoundingClientRect();
  const high = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
  return width && high < least - 0.05 ? [`${words.slice(0, 40)}: ${high.toFixed(1)} px`] : [];
})"""
CUT = """() => [...document.querySelectorAll('.bd-article svg text')].flatMap((text) => {
  let svg = text.ownerSVGElement;
  while (svg.ownerSVGElement) svg = svg.ownerSVGElement;
  if (getComputedStyle(svg).overflow === 'visible') return [];
  if (!text.textContent.trim() || !text.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return [];
  const [inner, outer] = [text, svg].map((part) => part.getBoundingClientRect());
  const over = Math.max(outer.left - inner.left, inner.right - outer.right,
    outer.top - inner.top, inner.bottom - outer.bottom);
  return inner.width && over > 2 ? [`${text.textContent.trim().slice(0, 40)}: ${over.toFixed(0)} px`] : [];
})"""


def small_letters(page):
    """The words in pictures that are too small to read."""
    return page.evaluate(SMALL, LEAST_LETTER)


def cut_letters(page):
    """The words in pictures that stand out of their picture, and are cut off."""
    return page.evaluate(CUT)


# ── Numbers ─────────────────────────────────────────────────────────────────
# An exponent, a rate that is no word, a share in millionths, a number that may part from its unit.
ILL_WRITTEN = re.compile(
    r"\d(?:\.\d+)?e[+-]?\d+\b|\d\xa0?1/(?:s|day)\b|\b1/day\b|\dµ(?!s)|×10"
    r"|\d (?:%|[kMG]?B|[kM]bit/s|ms|s|min|h|m|km|px)(?![\w/])"
)
NOT_SAID = r'(?s)<(pre|code|style|script|dt class="sig)\b.*?</(?:pre|code|style|script|dt)>'
STATES = r'(?s)<script type="application/json"[^>]*>(.*?)</script>'
TICKS = "() => [...document.querySelectorAll('.sm-plot text')].map((text) => text.textContent)"


def ill_numbers(html):
    """What a page says, or any state of its panels, with a number that nobody would write so."""
    article = re.search(r'(?s)<article class="bd-article".*?</article>', html)
    said = re.sub(r"<[^>]+>", "", re.sub(NOT_SAID, "", article[0])) if article else ""
    states = [text for data in re.findall(STATES, html) for text in strings(json.loads(data))]
    return ill_written([said, *states])


def ill_ticks(page):
    """The same, of what stands in the figures as they are drawn."""
    return ill_written(page.evaluate(TICKS))


def ill_written(texts):
    found = (match for text in texts for match in ILL_WRITTEN.finditer(text))
    return [each.string[max(0, each.start() - 20) : each.end() + 10] for each in found]


def strings(data):
    """All strings in JSON, but drawings and colours."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return [text for each in data for text in strings(each)]
    return [data] if isinstance(data, str) and not data.startswith(("<", "#")) else []
