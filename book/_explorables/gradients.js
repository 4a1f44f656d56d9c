// One neuron that should say 0 learns under both costs, from wherever you start it.
import { button, frame, grip, legend, line, slider } from "#xp";
import { sigmoid } from "./math/binary_cross_entropy.js";
import { outputs } from "./math/gradients.js";

const STEPS = 300;
const ENDS = { min: -2, max: 8 }; // of the logit at the start
const RATES = { min: 0.005, max: 1.5 };
const COSTS = { quadratic: "xp-blue", cross: "xp-orange xp-dashed" };

export const words = ["x", "y", "quadratic", "cross", "reading"];
export const start = { z: 4, rate: 0.15, step: STEPS };
export const height = 250;

export const controls = [
  slider("z", { ...ENDS, show: (z, { number }) => number(sigmoid(z), 3) }),
  slider("rate", { ...RATES, scale: "log", digits: 3 }),
  slider("step", { min: 0, max: STEPS, whole: true }),
  button("little", () => ({ z: 1.5 }), { glides: true }),
  button("very", () => ({ z: 4 }), { glides: true }),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [-12, STEPS], label: "x", values: [0, 100, 200, 300] },
    y: { domain: [0, 1], label: "y", values: [0, 0.5, 1] },
    height,
  });
  legend(svg, 120, 14, COSTS.quadratic, stage.say("quadratic"));
  legend(svg, 232, 14, COSTS.cross, stage.say("cross"));
  const path = line((_, step) => plot.x(step), (a) => plot.y(a));
  const now = plot.layer.append("line").attr("class", "xp-line xp-faint xp-dotted");
  now.attr("y1", plot.y(0)).attr("y2", plot.y(1));
  const runs = Object.entries(COSTS).map(([cost, look]) => {
    const run = plot.layer.append("path").attr("class", `xp-line ${look}`);
    const dot = plot.layer.append("circle").attr("class", `xp-solid ${look}`).attr("r", 4);
    return { cost, run, dot };
  });
  const begin = grip(plot.layer, stage, {
    key: "z",
    move: (_, py) => ({ z: logit(Math.min(Math.max(plot.y.invert(py), 0.001), 0.9999)) }),
  });
  return ({ z, rate, step }) => {
    const at = Math.round(step);
    for (const { cost, run, dot } of runs) {
      const found = outputs(cost, z, rate, STEPS);
      run.attr("d", path(found));
      dot.attr("cx", plot.x(at)).attr("cy", plot.y(found[at]));
    }
    now.attr("x1", plot.x(at)).attr("x2", plot.x(at));
    begin(plot.x(0), plot.y(sigmoid(z)));
  };
}

const logit = (a) => Math.min(Math.max(Math.log(a / (1 - a)), ENDS.min), ENDS.max);

export function reading({ z, rate, step }, { say, number }) {
  const [quadratic, cross] = Object.keys(COSTS).map((cost) => outputs(cost, z, rate, STEPS)[Math.round(step)]);
  const values = { begin: number(sigmoid(z), 3), n: number(step, 0) };
  return say("reading", { ...values, quadratic: number(quadratic, 3), cross: number(cross, 3) });
}
