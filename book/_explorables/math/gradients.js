// One sigmoid neuron under two costs: xentcourse/reference/gradients.py is the judge.
import { sigmoid } from "./binary_cross_entropy.js";

/** The slope of the cost in z, for the target 0: that of "quadratic" has the factor σ′ = a(1 − a). */
export function slopeOf(cost, z) {
  const a = sigmoid(z);
  return cost === "quadratic" ? a * a * sigmoid(-z) : a;
}

/** The outputs before and after each step of gradient descent; weight and bias both move, at the input 1. */
export function outputs(cost, z, rate, steps) {
  const found = [sigmoid(z)];
  for (let step = 0; step < steps; step++) {
    z -= 2 * rate * slopeOf(cost, z);
    found.push(sigmoid(z));
  }
  return found;
}
