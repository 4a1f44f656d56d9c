// Surprise on a slider: each halving of the probability adds one bit, and one bit is one toss of a coin.
import { button, curve, frame, grip, slider } from "#xp";
import { selfInformation } from "./math/information.js";

const RAREST = 2 ** -10;

export const words = ["x", "y", "tosses", "reading"];
export const start = { p: 0.5 };
export const height = 270;

export const controls = [
  slider("p", { min: RAREST, max: 1, scale: "log", show: (p, { number }) => number(p, p < 0.1 ? 4 : 2) }),
  button("halve", ({ p }) => ({ p: p / 2 }), { enabled: ({ p }) => p / 2 >= RAREST, glides: true }),
  button("double", ({ p }) => ({ p: 2 * p }), { enabled: ({ p }) => 2 * p <= 1, glides: true }),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [0, 1], label: "x" },
    y: { domain: [0, 10], label: "y", values: [0, 2, 4, 6, 8, 10] },
  });
  plot.layer.append("path").attr("class", "xp-line xp-blue").attr("d", curve(plot, bits, 800));
  const down = plot.layer.append("line").attr("class", "xp-line xp-orange xp-thick");
  const showTosses = tosses(svg, stage);
  const place = grip(plot.layer, stage, { key: "p", move: (px) => ({ p: inside(plot.x.invert(px)) }) });
  return ({ p }) => {
    const [px, py] = [plot.x(p), plot.y(bits(p))];
    down.attr("x1", px).attr("x2", px).attr("y1", plot.y(0)).attr("y2", py);
    place(px, py);
    showTosses(bits(p));
  };
}

/** A row of coins: as many heads in a row are as surprising. The last coin may be there in part. */
function tosses(svg, stage) {
  svg.append("text").attr("class", "xp-text").attr("x", 4).attr("y", 255).text(stage.say("tosses"));
  const room = (i) => 141 + 22 * i;
  const coins = Array.from({ length: 10 }, (_, i) => {
    svg.append("circle").attr("class", "xp-outline").attr("cx", room(i)).attr("cy", 251).attr("r", 8.5);
    return svg.append("circle").attr("class", "xp-solid xp-orange").attr("cx", room(i)).attr("cy", 251);
  });
  return (amount) => coins.forEach((coin, i) => coin.attr("r", 8.5 * Math.sqrt(Math.min(Math.max(amount - i, 0), 1))));
}

const bits = (p) => selfInformation(p, 2);
const inside = (p) => Math.min(Math.max(p, RAREST), 1);

export function reading({ p }, { say, number }) {
  const values = { p: number(p, p < 0.1 ? 4 : 2), odds: number(1 / p, p < 0.1 ? 0 : 1) };
  return say("reading", { ...values, bits: number(bits(p)), nats: number(selfInformation(p)) });
}
