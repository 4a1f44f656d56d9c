// A logit under a label: the loss, its slope p − y as a tangent, and the decision.
import { choice, curve, frame, grip, slider } from "#xp";
import { lossOfLogit, sigmoid, slope } from "./math/binary_cross_entropy.js";

const ENDS = { min: -6, max: 6 };
const REACH = 1.6; // of the tangent, in logits

export const words = ["x", "y", "right", "wrong", "open"];
export const start = { z: -1, label: "one" };
export const height = 240;

export const controls = [slider("z", ENDS), choice("label", ["one", "zero"])];

const truth = ({ label }) => (label === "one" ? 1 : 0);

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [ENDS.min, ENDS.max], label: "x", ticks: 7 },
    y: { domain: [0, 6], label: "y", values: [0, 2, 4, 6] },
    height,
  });
  const middle = plot.layer.append("line").attr("class", "xp-line xp-faint xp-dotted");
  middle.attr("x1", plot.x(0)).attr("x2", plot.x(0)).attr("y1", plot.y(0)).attr("y2", plot.y(6));
  const other = plot.layer.append("path").attr("class", "xp-line xp-faint xp-dashed");
  const loss = plot.layer.append("path").attr("class", "xp-line xp-blue");
  const tangent = plot.layer.append("line").attr("class", "xp-line xp-orange xp-thick");
  const place = grip(plot.layer, stage, { key: "z", move: (px) => ({ z: inside(plot.x.invert(px)) }) });
  return (state) => {
    const [z, y] = [state.z, truth(state)];
    loss.attr("d", curve(plot, (at) => lossOfLogit(at, y)));
    other.attr("d", curve(plot, (at) => lossOfLogit(at, 1 - y)));
    const [height, rise] = [lossOfLogit(z, y), slope(z, y)];
    const reach = REACH / Math.hypot(1, rise);
    tangent.attr("x1", plot.x(z - reach)).attr("y1", plot.y(height - reach * rise));
    tangent.attr("x2", plot.x(z + reach)).attr("y2", plot.y(height + reach * rise));
    place(plot.x(z), plot.y(height));
  };
}

const inside = (z) => Math.min(Math.max(z, ENDS.min), ENDS.max);

export function reading(state, { say, number }) {
  const [z, y] = [state.z, truth(state)];
  const verdict = z === 0 ? "open" : z > 0 === (y === 1) ? "right" : "wrong";
  const values = { p: number(sigmoid(z), 3), loss: number(lossOfLogit(z, y), 3), slope: number(slope(z, y), 3) };
  return say(verdict, { ...values, y: number(y, 0) });
}
