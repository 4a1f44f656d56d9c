// Surprise: xentcourse/reference/information.py is the judge.

/** The surprise of an event of probability p, in units of the base: −log p. */
export function selfInformation(p, base = Math.E) {
  if (base === 2) return 0 - Math.log2(p); // 0 −: no negative zero
  return 0 - Math.log(p) / Math.log(base);
}
