// Fits of a bimodal target by a bell: xentcourse/reference/kl_divergence.py is the judge.

/** D(p‖q) in nats of two distributions over the same outcomes; Infinity where q rules out what p allows. */
export function klDivergence(p, q) {
  // Term by term p log(p/q) − p + q, so that rounding makes no sum negative.
  return p.reduce((sum, share, i) => sum + (share > 0 ? Math.max(term(share, q[i]), 0) : q[i]), 0);
}

function term(p, q) {
  const t = (q - p) / p;
  return Math.abs(t) <= 0.5 ? p * (t - Math.log1p(t)) : p * (Math.log(p) - Math.log(q)) + (q - p);
}

/** The shares that a normal distribution gives to the points of a grid; they sum to 1. */
export function bell(grid, mu, sigma) {
  const heights = grid.map((x) => Math.exp(-(((x - mu) / sigma) ** 2) / 2));
  const sum = heights.reduce((a, b) => a + b, 0);
  return heights.map((height) => Math.max(height / sum, Number.MIN_VALUE)); // thin tails, and none of them 0
}

/** Mix of bells: `parts` are [share, mu, sigma]. */
export function mixture(grid, parts) {
  const bells = parts.map(([share, mu, sigma]) => bell(grid, mu, sigma).map((height) => share * height));
  return grid.map((_, i) => bells.reduce((sum, one) => sum + one[i], 0));
}

/** From [mu, sigma] downhill to where no small step makes `cost` smaller: a fit, perhaps a local one. */
export function downhill(cost, [mu, sigma], { least, most }) {
  let best = [mu, sigma];
  let value = cost(...best);
  for (let step = 0.5; step > 1e-4; ) {
    const around = [[step, 0], [-step, 0], [0, step], [0, -step]]
      .map(([a, b]) => [best[0] + a, Math.min(Math.max(best[1] + b, least), most)]);
    const costs = around.map((at) => cost(...at));
    const lowest = Math.min(...costs);
    if (lowest < value - 1e-12) [best, value] = [around[costs.indexOf(lowest)], lowest];
    else step /= 2;
  }
  return best;
}

export const GRID = Array.from({ length: 161 }, (_, i) => -8 + i / 10);
export const TARGET = mixture(GRID, [[0.6, -2, 0.6], [0.4, 2.5, 0.8]]);
export const WIDTHS = { least: 0.5, most: 5 };

/** D(p‖q) and D(q‖p) of the target p and the bell q, in nats. */
export function bothWays(mu, sigma) {
  const q = bell(GRID, mu, sigma);
  return [klDivergence(TARGET, q), klDivergence(q, TARGET)];
}

/** The bell downhill from this one: "forward" makes D(p‖q) least, "reverse" D(q‖p). */
export function fit(direction, mu, sigma) {
  const which = direction === "forward" ? 0 : 1;
  return downhill((...at) => bothWays(...at)[which], [mu, sigma], WIDTHS);
}
