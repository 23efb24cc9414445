/* A number as a person types it, or null where it is none; the same rule as typed.py. */
globalThis.scalemodelTyped = (text) => {
  const grouped = /^[+-]?[1-9]\d{0,2}(?:([ '])\d{3}(?:\1\d{3})*(?:[.,]\d*)?|(?:,\d{3})+(?:\.\d*)?|(?:\.\d{3})+(?:,\d*|\.\d{3}))(?:e[+-]?\d+)?$/i;
  const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  let typed = text.trim().replaceAll(/\s/g, " ").replaceAll("−", "-").replaceAll("’", "'");
  if (grouped.test(typed)) typed = typed.replaceAll(/[ ',.]/.exec(typed)[0], "");
  typed = typed.replace(",", ".");
  return plain.test(typed) && Number.isFinite(Number(typed)) ? Number(typed) : null;
};
