// Every text comes from the page: there it is searched, read aloud and translated.

/** A function that says the text called `key`, its {places} filled with values. */
export function speaker(words, known) {
  return (key, values = {}) => {
    if (!known.has(key)) throw new Error(`the word "${key}" is not in its list of words`);
    return words[key].replace(/\{(\w+)\}/g, (place, name) => {
      if (!(name in values)) throw new Error(`the word "${key}" asks for ${place}, which has no value`);
      return values[name];
    });
  };
}

/** Where a page's words are not those that the explorable needs, an error that names them. */
export function compare(words, known) {
  const missing = [...known].filter((key) => !(key in words));
  const surplus = Object.keys(words).filter((key) => !known.has(key));
  if (missing.length) throw new Error(`the page's {words} lack: ${missing.join(", ")}`);
  if (surplus.length) throw new Error(`the page's {words} have no use for: ${surplus.join(", ")}`);
}

/** Numbers of any size, with so many significant digits: large and small ones with a power of ten. */
export function preciseFormat(language) {
  return (x, digits = 6) => {
    const plain = x === 0 || (Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6) || !Number.isFinite(x);
    const options = { maximumSignificantDigits: digits, notation: plain ? "standard" : "scientific" };
    return new Intl.NumberFormat(language, options).format(x).replaceAll("-", "−").replace("E", "e");
  };
}

/** Numbers as the page's language writes them, with a true minus. */
export function numberFormat(language) {
  return (x, digits = 2) => {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const text = new Intl.NumberFormat(language, options).format(x);
    // What rounds to nothing has no sign.
    return /[1-9∞]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
  };
}
