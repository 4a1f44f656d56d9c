// Softmax and its gradient: xentcourse/reference/softmax.py is the judge.

/** The distribution of the logits at a temperature. */
export function softmax(logits, temperature = 1) {
  const largest = Math.max(...logits);
  const shares = logits.map((z) => Math.exp((z - largest) / temperature));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

/** The loss of the label at a temperature, in nats: minus the logarithm of its probability. */
export function lossOfLabel(logits, label, temperature = 1) {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, z) => total + Math.exp((z - largest) / temperature), 0);
  return Math.log(sum) + (largest - logits[label]) / temperature;
}

/** The slopes of that loss in the logits: (p − y)/T. */
export function slopes(logits, label, temperature = 1) {
  return softmax(logits, temperature).map((p, k) => (p - (k === label ? 1 : 0)) / temperature);
}
