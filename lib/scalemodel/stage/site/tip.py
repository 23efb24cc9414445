"""A tip on each word that leads to the glossary: its meaning, on hover and on focus.

Left out: a click; the word stays a link to the glossary.
Sources: WCAG 2.2, criterion 1.4.13.
"""

__all__ = ["add_tips"]
__dir__ = lambda: __all__

from html import escape

from docutils import nodes

from scalemodel.stage.reading import glossary


def add_tips(app, doctree, docname) -> None:
    """Gives each word that leads to the glossary a tip with its meaning."""
    links = [
        link
        for link in doctree.findall(nodes.reference)
        if link.children and "std-term" in getattr(link[0], "attributes", {}).get("classes", [])
    ]
    if app.builder.format != "html" or not links:
        return
    _, (terms, _) = glossary.table_of(app.srcdir)
    meanings = {term.term.lower(): glossary.plain(term.means) for term in terms}
    targets = {
        labelid: meanings.get(name.lower(), "")
        for (kind, name), (_, labelid) in app.env.get_domain("std").objects.items()
        if kind == "term"
    }
    for number, link in enumerate(links, 1):
        address = link.get("refuri") or f"#{link['refid']}"
        meaning = targets.get(address.partition("#")[2], "")
        if not meaning:
            continue
        html = (
            f'<span class="sm-term"><a class="reference internal" href="{escape(address)}" '
            f'aria-describedby="tip-{number}">{escape(link.astext())}</a>'
            f'<span class="sm-tip" role="tooltip" id="tip-{number}">{escape(meaning)}</span></span>'
        )
        link.replace_self(nodes.raw("", html, format="html"))
