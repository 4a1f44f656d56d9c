// Turn the temperature of a model that is too sure until its confidence is what comes true.
import { button, frame, legend, random, slider } from "#xp";
import { bestTemperature, calibrationError, nllAt, reliability, tooSure } from "./math/calibration.js";

const BINS = 8;
const RANGE = { min: 0.3, max: 10 };

const sample = (seed) => tooSure(600, 2.5, random, seed);

export const words = ["x", "y", "ideal", "reading"];
export const start = { temperature: 1, seed: 15 };
export const height = 270;

export const controls = [
  slider("temperature", { ...RANGE, scale: "log" }),
  button("best", ({ seed }) => ({ temperature: bestTemperature(sample(seed), RANGE.min, RANGE.max) }), { glides: true }),
  button("fresh", ({ seed }) => ({ seed: seed + 1 })),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [0.5, 1], label: "x" },
    y: { domain: [0, 1], label: "y", values: [0, 0.5, 1] },
    height,
  });
  const ideal = plot.layer.append("line").attr("class", "xp-line xp-faint xp-dashed");
  ideal.attr("x1", plot.x(0.5)).attr("y1", plot.y(0.5)).attr("x2", plot.x(1)).attr("y2", plot.y(1));
  legend(svg, 230, 14, "xp-faint xp-dashed", stage.say("ideal"));
  const bins = Array.from({ length: BINS }, () => ({
    gap: plot.layer.append("line").attr("class", "xp-line xp-orange"),
    dot: plot.layer.append("circle").attr("class", "xp-solid xp-blue"),
  }));
  return ({ temperature, seed }) => {
    const examples = sample(seed);
    reliability(examples, temperature, BINS).forEach(([n, confidence, right], i) => {
      const { gap, dot } = bins[i];
      for (const node of [gap, dot]) node.attr("visibility", n ? "visible" : "hidden");
      if (!n) return;
      const [x, y] = [plot.x(confidence), plot.y(right)];
      gap.attr("x1", x).attr("x2", x).attr("y1", plot.y(confidence)).attr("y2", y);
      dot.attr("cx", x).attr("cy", y).attr("r", 2 + 14 * Math.sqrt(n / examples.length));
    });
  };
}

export function reading({ temperature, seed }, { say, number }) {
  const examples = sample(seed);
  const right = reliability(examples, 1, 1)[0][2];
  const values = { nll: number(nllAt(examples, temperature), 4), error: number(calibrationError(examples, temperature, BINS), 3) };
  const sure = reliability(examples, temperature, 1)[0][1];
  return say("reading", { ...values, temperature: number(temperature), sure: number(100 * sure, 1), right: number(100 * right, 1) });
}
