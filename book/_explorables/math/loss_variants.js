// Focal loss and label smoothing for one example: xentcourse/reference/loss_variants.py is the judge.

/** (1 − q)^γ · (−log q) of the label's probability q, in nats. */
export function focal(q, gamma) {
  return q > 0 ? (1 - q) ** gamma * (0 - Math.log(q)) : Infinity;
}

/** The loss with smoothed labels when the other classes share 1 − q equally; K classes. */
export function smoothed(q, epsilon, classes) {
  const other = epsilon / classes;
  const label = 1 - epsilon + other;
  const rest = (1 - q) / (classes - 1);
  return cost(label, q) + (classes - 1) * cost(other, rest);
}

function cost(target, q) {
  return target > 0 ? 0 - target * Math.log(q) : 0;
}

/** The probability of the label that smoothing makes cheapest: that of the smoothed target. */
export function modest(epsilon, classes) {
  return 1 - epsilon + epsilon / classes;
}
