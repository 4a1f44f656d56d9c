// Cross-entropy and its parts: xentcourse/reference/cross_entropy.py is the judge.
import { entropy } from "./entropy.js";
import { klDivergence } from "./kl_divergence.js";

/** [H(p), D(p‖q), H(p, q)]; the last two are Infinity where q rules out what p allows. */
export function parts(p, q, base = Math.E) {
  const own = entropy(p, base);
  const extra = klDivergence(p, q) / Math.log(base);
  return [own, extra, own + extra];
}
