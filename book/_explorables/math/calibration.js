// Reliability and temperature of a binary classifier. Its examples are [logit, label]; it decides by the sign.
import { lossOfLogit, sigmoid } from "./binary_cross_entropy.js";

/** Confidence in the decision, and whether it is right, of each example at a temperature. */
export function decisions(examples, temperature) {
  return examples.map(([z, y]) => [sigmoid(Math.abs(z) / temperature), z > 0 === (y === 1)]);
}

/** [how many, mean confidence, share right] of each of the bins of equal width between ½ and 1. */
export function reliability(examples, temperature, bins) {
  const found = Array.from({ length: bins }, () => [0, 0, 0]);
  for (const [confidence, right] of decisions(examples, temperature)) {
    const bin = found[Math.min(Math.floor((2 * confidence - 1) * bins), bins - 1)];
    bin[0] += 1;
    bin[1] += confidence;
    bin[2] += right ? 1 : 0;
  }
  return found.map(([n, confidence, right]) => [n, confidence / n, right / n]);
}

/** Expected calibration error over these bins. */
export function calibrationError(examples, temperature, bins) {
  const filled = reliability(examples, temperature, bins).filter(([n]) => n > 0);
  return filled.reduce((sum, [n, confidence, right]) => sum + n * Math.abs(confidence - right), 0) / examples.length;
}

/** Mean negative log-likelihood of the labels at a temperature, in nats. */
export function nllAt(examples, temperature) {
  return examples.reduce((sum, [z, y]) => sum + lossOfLogit(z / temperature, y), 0) / examples.length;
}

/** The temperature with the least NLL between two, found by golden section: NLL is convex in 1/T. */
export function bestTemperature(examples, least, most) {
  const shrink = (Math.sqrt(5) - 1) / 2;
  const cost = (beta) => nllAt(examples, 1 / beta);
  let [low, high] = [1 / most, 1 / least];
  while (high - low > 1e-9) {
    const [a, b] = [high - shrink * (high - low), low + shrink * (high - low)];
    if (cost(a) < cost(b)) high = b;
    else low = a;
  }
  return 2 / (low + high);
}

/** Examples of a model that is too sure: its logits are `sure` times those that the labels come from. */
export function tooSure(count, sure, random, seed) {
  return Array.from({ length: count }, () => {
    const draws = [0, 0, 0].map(() => {
      const [chance, next] = random(seed);
      seed = next;
      return chance;
    });
    const z = 1.6 * Math.sqrt(-2 * Math.log(1 - draws[0])) * Math.cos(2 * Math.PI * draws[1]);
    return [sure * z, draws[2] < sigmoid(z) ? 1 : 0];
  });
}
