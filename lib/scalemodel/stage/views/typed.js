/* A number as a person types it, or null where it is none; the same rule as typed.py. */
globalThis.scalemodelTyped = (text) => {
  const grouped = /^[+-]?(?!\d+\.\d+(?:e|$))[1-9]\d{0,2}([ ',.])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d*)?(?:e[+-]?\d+)?$/i;
  const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  let typed = text.trim().replaceAll(/\s/g, " ").replaceAll("−", "-").replaceAll("’", "'");
  const sign = grouped.exec(typed)?.[1];
  if (sign) typed = typed.replaceAll(sign, "");
  typed = typed.replace(",", ".");
  return plain.test(typed) && Number.isFinite(+typed) ? +typed : null;
};
