// How many digits of the binary loss are right: three formulas, in formats with few digits.
import { choice, frame, grip, legend, line, slider } from "#xp";
import { computed, FORMATS, FORMULAS, rightDigits } from "./math/numerical_stability.js";

const ENDS = { min: -110, max: 50 };
const MOST = 8;
const POINTS = Array.from({ length: 641 }, (_, i) => ENDS.min + i / 4);

export const words = ["x", "y", "this", "reading", "infinite"];
export const start = { z: 10, formula: "through", format: "float32" };
export const height = 240;

export const controls = [
  slider("z", ENDS),
  choice("formula", Object.keys(FORMULAS)),
  choice("format", Object.keys(FORMATS)),
];

const digits = (formula, format, z) => rightDigits(...computed(formula, format, z), MOST);

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [ENDS.min, ENDS.max], label: "x", values: [-100, -50, 0, 50] },
    y: { domain: [0, MOST], label: "y", values: [0, 2, 4, 6, 8] },
    height,
  });
  legend(svg, 120, 14, "xp-blue", stage.say("this"));
  legend(svg, 240, 14, "xp-faint xp-dotted", stage.say("logits"));
  const path = line((_, i) => plot.x(POINTS[i]), (count) => plot.y(count));
  const best = plot.layer.append("path").attr("class", "xp-line xp-faint xp-dotted");
  const curve = plot.layer.append("path").attr("class", "xp-line xp-blue");
  const place = grip(plot.layer, stage, { key: "z", move: (px) => ({ z: inside(plot.x.invert(px)) }) });
  return ({ z, formula, format }) => {
    // The curve is smoothed over neighbours: a lucky rounding is no merit of the formula.
    const least = (name) => POINTS.map((_, i) => Math.min(...near(i).map((at) => digits(name, format, at))));
    best.attr("d", path(least("logits")));
    curve.attr("d", path(least(formula)));
    place(plot.x(z), plot.y(digits(formula, format, z)));
  };
}

const near = (i) => [i - 2, i - 1, i, i + 1, i + 2].filter((at) => POINTS[at] !== undefined).map((at) => POINTS[at]);
const inside = (z) => Math.min(Math.max(z, ENDS.min), ENDS.max);

export function reading({ z, formula, format }, { say, number, precise }) {
  const [found, right] = computed(formula, format, z);
  const values = { z: number(z), found: precise(found), right: precise(right), digits: number(rightDigits(found, right, MOST), 1) };
  return say(Number.isFinite(found) ? "reading" : "infinite", values);
}
