// Chance that can be repeated: a state holds the seed, so that the still and every test see the same.

/** The number in 0..1 that a seed gives, and the seed of the next (Mulberry32). */
export function random(seed) {
  const next = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return [((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, next];
}
