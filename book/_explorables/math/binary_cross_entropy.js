// One label and a logit: xentcourse/reference/binary_cross_entropy.py is the judge.

/** The probability of a logit, without overflow on either side. */
export function sigmoid(z) {
  const small = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + small) : small / (1 + small);
}

/** The loss in nats of the logit z when the label is y (0 or 1): log(1 + e^z) − yz. */
export function lossOfLogit(z, y) {
  const wrong = y === 1 ? -z : z; // how far the logit leans to the wrong side
  return Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)));
}

/** The slope of that loss: p − y. */
export function slope(z, y) {
  return y === 1 ? 0 - sigmoid(-z) : sigmoid(z);
}
