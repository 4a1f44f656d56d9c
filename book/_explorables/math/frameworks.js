// Softmax once and twice: xentcourse/reference/softmax.py is the judge.
import { lossOfLabel, slopes, softmax } from "./softmax.js";

/** The slopes, in the logits, of the loss that takes softmax(z) for logits. */
export function fadedSlopes(logits, label) {
  const p = softmax(logits);
  const r = slopes(p, label);
  const mean = p.reduce((sum, share, k) => sum + share * r[k], 0);
  return p.map((share, k) => share * (r[k] - mean));
}

/** The right loss before each step of descent with learning rate 1, by the slopes of "once" or "twice". */
export function descent(which, logits, label, steps) {
  const losses = [lossOfLabel(logits, label)];
  let z = logits;
  for (let step = 0; step < steps; step++) {
    const slope = which === "twice" ? fadedSlopes(z, label) : slopes(z, label);
    z = z.map((logit, k) => logit - slope[k]);
    losses.push(lossOfLabel(z, label));
  }
  return losses;
}
