// What the focal loss and label smoothing ask for, beside cross-entropy.
import { button, curve, frame, grip, legend, slider } from "#xp";
import { focal, modest, smoothed } from "./math/loss_variants.js";

const CLASSES = 10;
const ENDS = { min: 0.01, max: 0.999 };

export const words = ["x", "y", "plain", "focal", "smooth", "reading"];
export const start = { q: 0.6, gamma: 2, epsilon: 0.1 };
export const height = 260;

export const controls = [
  slider("q", { ...ENDS, digits: 3 }),
  slider("gamma", { min: 0, max: 5 }),
  slider("epsilon", { min: 0, max: 0.5 }),
  button("modest", ({ epsilon }) => ({ q: inside(modest(epsilon, CLASSES)) }), { glides: true }),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [0, 1], label: "x" },
    y: { domain: [0, 3], label: "y", values: [0, 1, 2, 3] },
    height: 260,
    top: 42,
  });
  const looks = { plain: "xp-faint xp-dotted", focal: "xp-blue", smooth: "xp-orange xp-dashed" };
  Object.entries(looks).forEach(([word, look], i) => legend(svg, [8, 118, 200][i], 14, look, stage.say(word)));
  const paths = Object.values(looks).map((look) => plot.layer.append("path").attr("class", `xp-line ${look}`));
  const down = plot.layer.append("line").attr("class", "xp-line xp-faint");
  const dots = Object.values(looks).map((look) => plot.layer.append("circle").attr("class", `xp-solid ${look}`).attr("r", 4));
  const place = grip(plot.layer, stage, { key: "q", move: (px) => ({ q: inside(plot.x.invert(px)) }) });
  return ({ q, gamma, epsilon }) => {
    const losses = [(p) => focal(p, 0), (p) => focal(p, gamma), (p) => smoothed(p, epsilon, CLASSES)];
    const capped = (f) => (p) => (f(p) <= 3 ? f(p) : NaN);
    losses.forEach((loss, i) => {
      paths[i].attr("d", curve(plot, capped(loss), 800));
      dots[i].attr("cx", plot.x(q)).attr("cy", plot.y(Math.min(loss(q), 3)));
    });
    down.attr("x1", plot.x(q)).attr("x2", plot.x(q)).attr("y1", plot.y(0)).attr("y2", plot.y(3));
    place(plot.x(q), plot.y(0));
  };
}

const inside = (q) => Math.min(Math.max(q, ENDS.min), ENDS.max);

export function reading({ q, gamma, epsilon }, { say, number }) {
  const values = { plain: focal(q, 0), focal: focal(q, gamma), smooth: smoothed(q, epsilon, CLASSES), best: modest(epsilon, CLASSES) };
  const texts = Object.entries(values).map(([name, x]) => [name, number(x, 3)]);
  return say("reading", { q: number(q, 3), ...Object.fromEntries(texts) });
}
