// A model of the next letter: counts of pairs, shrunk towards counts of letters, shrunk towards equal shares.

/** A text as the model sees it: lower-case letters, and a blank for every run of anything else. */
export function letters(text) {
  return [...text.toLowerCase().replace(/[^\p{L}]+/gu, " ")];
}

/** Counts shrunk towards a base distribution that is worth `strength` observations: (n + αb)/(N + α). */
export function smoothed(counts, base, strength) {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((n, k) => (n + strength * base[k]) / (total + strength));
}

/** Learn from a text: the alphabet, and for each letter the distribution of the next. */
export function learn(text, strength) {
  const seen = letters(text);
  const alphabet = [...new Set([" ", ...seen])].sort();
  const place = new Map(alphabet.map((letter, k) => [letter, k]));
  const none = () => alphabet.map(() => 0);
  const single = none();
  const pairs = alphabet.map(none);
  seen.forEach((letter, i) => {
    single[place.get(letter)] += 1;
    if (i) pairs[place.get(seen[i - 1])][place.get(letter)] += 1;
  });
  const equal = alphabet.map(() => 1 / alphabet.length);
  const base = smoothed(single, equal, 1);
  return { alphabet, place, next: pairs.map((counts) => smoothed(counts, base, strength)) };
}

/** [letter, bits] of each letter typed, after a blank; a letter that the alphabet lacks counts as a blank. */
export function bitsOf(text, { place, next }) {
  let before = " ";
  return letters(text).map((typed) => {
    const letter = place.has(typed) ? typed : " ";
    const bits = -Math.log2(next[place.get(before)][place.get(letter)]);
    before = letter;
    return [letter, bits];
  });
}

/** The likeliest letters after a text, the first first. */
export function guesses(text, { alphabet, place, next }, count) {
  const last = letters(text).at(-1) ?? " ";
  const row = next[place.get(place.has(last) ? last : " ")];
  return [...alphabet.keys()].sort((a, b) => row[b] - row[a]).slice(0, count).map((k) => alphabet[k]);
}

/** `bitsOf` with what the model learns from. */
export const priced = (training, strength, text) => bitsOf(text, learn(training, strength));

/** The distribution of the next letter after each. */
export const rows = (training, strength) => learn(training, strength).next;
