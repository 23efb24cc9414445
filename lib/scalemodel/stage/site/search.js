/* The search: pages by what they say, then what a word means, then the reference's names.

   The texts stand in the index, `scalemodelSearch`; Sphinx finds the names of the reference. */
(() => {
  "use strict";
  const MOST_NAMES = 30, BEFORE = 90, LONG = 240; // characters of an excerpt
  const WORTH = [0.3, 1, 2]; // a list of sources, another page, a chapter
  const LATE = /^(sources|check-yourself|exercises|solution|in-short)/; // they say again what was said
  const stemmer = new Stemmer(), known = new Map();
  const stem = (word) => known.get(word) ?? known.set(word, stemmer.stemWord(word)).get(word);
  const WORD = /[\p{L}\p{N}_]+/gu;
  const stems = (text) => [...text.toLowerCase().matchAll(WORD)].map(([word]) => word)
    .filter((word) => !stopwords.includes(word)).map(stem);

  // What is asked: each stem with its weight; what a word of the field is called here weighs half.
  function asked(query, terms) {
    const weights = new Map(stems(query).map((word) => [word, 1])), meant = [];
    for (const [term, anchor, means, others] of terms) {
      const called = [term, ...others].find((name) => {
        const all = stems(name);
        return all.length && all.every((word) => weights.get(word) === 1);
      });
      if (called === undefined) continue;
      meant.push({ term, anchor, means, others, words: stems(called) });
      for (const word of stems(term)) weights.set(word, weights.get(word) ?? 0.5);
    }
    const within = (one, other) => one !== other && one.words.length < other.words.length
      && one.words.every((word) => other.words.includes(word));
    return [weights, meant.filter((one) => !meant.some((other) => within(one, other)))];
  }

  function counted(text) {
    const counts = new Map();
    for (const word of stems(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  }

  let pages = null; // counted at the first search
  function weighed(weights) {
    pages ??= scalemodelSearch.pages.map(([name, kind, parts]) => ({
      name, kind, parts: parts.map(([anchor, title, text]) =>
        ({ anchor, title, text, titled: counted(title), said: counted(text) })),
    }));
    const has = (page, word) => page.parts.some(({ titled, said }) => titled.has(word) || said.has(word));
    const rare = new Map([...weights.keys()].map((word) =>
      [word, Math.log(1 + pages.length / (1 + pages.filter((page) => has(page, word)).length))]));
    const worth = (counts, word) => { // the tenth time a word is said tells little more
      const times = counts.get(word) ?? 0;
      return times && (weights.get(word) * rare.get(word) * 2.2 * times) / (times + 1.2);
    };
    const sum = (values) => values.reduce((all, value) => all + value, 0);
    return pages.map((page) => {
      const words = [...weights.keys()];
      const parts = page.parts.map((part, n) => ({ part, score:
        (LATE.test(part.anchor) ? 0.3 : 1)
        * sum(words.map((word) => worth(part.said, word) + (n ? 3 : 4) * worth(part.titled, word))) }));
      const best = parts.reduce((one, other) => (other.score > one.score ? other : one));
      const found = words.filter((word) => has(page, word)).length / words.length;
      const score = (best.score + 0.3 * sum(parts.map(({ score }) => score))) * found * WORTH[page.kind];
      return { page, best: best.part, score };
    }).filter(({ score }) => score > 0).sort((one, other) => other.score - one.score);
  }

  // A line of the text around the first word that was asked for, which is marked.
  function excerpt(text, weights) {
    const hits = [...text.matchAll(WORD)].filter(([word]) => weights.has(stem(word.toLowerCase())));
    const from = Math.max(0, text.lastIndexOf(" ", (hits[0]?.index ?? 0) - BEFORE) + 1);
    const to = text.length - from <= LONG ? text.length : text.lastIndexOf(" ", from + LONG);
    const line = document.createElement("p");
    line.className = "context";
    let at = from;
    for (const { 0: word, index } of hits.filter(({ index }) => index >= from && index < to)) {
      const mark = document.createElement("mark");
      mark.textContent = word;
      line.append(text.slice(at, index), mark);
      at = index + word.length;
    }
    line.append(text.slice(at, to));
    if (from) line.prepend("… ");
    if (to < text.length) line.append(" …");
    return line;
  }

  function row(address, title, ...below) {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = address;
    link.textContent = title;
    item.append(link, ...below);
    return item;
  }

  const spelt = (query) => /[a-z][A-Z][a-z]|\w[_.(]\w*/.test(query); // as code spells a name
  function names(query) {
    const all = Search._performSearch(...Search._parseQuery(query)).reverse();
    return all.filter(([name, , , described]) => name.startsWith("book/api/") && (described || spelt(query)))
      .slice(0, MOST_NAMES).map(([name, title, anchor, described]) =>
        row(`${name}.html${anchor}`, title, described ? ` (${described})` : ""));
  }

  Search.query = (query) => {
    const [weights, meant] = asked(query, scalemodelSearch.terms);
    const rows = weighed(weights).map(({ page: { name, parts }, best }) => {
      const title = parts.find((part) => part.title)?.title ?? name;
      const place = best.title && best.title !== title ? `${title} › ${best.title}` : title;
      return row(`${name}.html${best.anchor && `#${best.anchor}`}`, place, excerpt(best.text, weights));
    });
    const own = weighed(new Map([...weights].filter(([, weight]) => weight === 1))).length > 0;
    rows.splice(own ? 1 : 0, 0, ...meant.map(({ term, anchor, means, others }) => row(`book/glossary.html#${anchor}`,
      `Glossary › ${term}`, excerpt(others.length ? `${means} Also called ${others.join(", ")}.` : means, weights))));
    rows.splice(spelt(query) ? 0 : rows.length, 0, ...names(query));
    Search.stopPulse();
    Search.title.textContent = "Search results";
    Search.status.textContent = rows.length ? `${rows.length} found.` : "No page says that. Try one word of it.";
    Search.output.append(...rows);
  };
})();
