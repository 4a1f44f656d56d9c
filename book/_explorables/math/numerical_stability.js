// The binary loss in formats with few digits: xentcourse/reference/numerical_stability.py is the judge.
import { lossOfLogit } from "./binary_cross_entropy.js";

/** Binary digits of a number, and the largest exponent. */
export const FORMATS = {
  float32: { significant: 24, largest: 127 },
  bfloat16: { significant: 8, largest: 127 },
  float16: { significant: 11, largest: 15 },
};

/** The nearest number that a format has, ties to the even one; Infinity above the largest. */
export function roundTo(x, format) {
  const { significant, largest } = FORMATS[format];
  if (x === 0 || !Number.isFinite(x)) return x;
  const unit = 2 ** (Math.max(exponent(x), 1 - largest) - significant + 1);
  const rounded = evenly(x / unit) * unit;
  return Math.abs(rounded) >= 2 ** (largest + 1) ? Math.sign(x) * Infinity : rounded;
}

function exponent(x) {
  const guess = Math.floor(Math.log2(Math.abs(x)));
  // The logarithm of a number just below a power of two may round up to it.
  return 2 ** guess > Math.abs(x) ? guess - 1 : guess;
}

function evenly(x) {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

const CLIP = 1e-7;

function sigmoid(z, r) {
  return r(1 / r(1 + r(Math.exp(-z))));
}

/** The loss of the logit z with the label 1, every step rounded by r. */
export const FORMULAS = {
  through: (z, r) => r(-Math.log(sigmoid(z, r))),
  clipped: (z, r) => r(-Math.log(Math.min(Math.max(sigmoid(z, r), r(CLIP)), r(1 - CLIP)))),
  logits: (z, r) => r(Math.max(-z, 0) + r(Math.log1p(r(Math.exp(-Math.abs(z)))))),
};

/** [what the formula gives, what is right] for the logit z, which the format has to hold first. */
export function computed(formula, format, z) {
  const r = (x) => roundTo(x, format);
  return [FORMULAS[formula](r(z), r), lossOfLogit(r(z), 1)];
}

/** The number of decimal digits that are right: at most `most`, and 0 for what is wrong altogether. */
export function rightDigits(found, right, most = 8) {
  const error = Math.abs(found - right) / right;
  if (!(error < 1)) return 0;
  return error === 0 ? most : Math.min(-Math.log10(error), most);
}
