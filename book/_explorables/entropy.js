// Entropy as an area: each outcome is a bar as wide as it is probable and as high as it is surprising.
import { button, frame, grip, slider } from "#xp";
import { entropy, pushed, sharesBetween } from "./math/entropy.js";
import { selfInformation } from "./math/information.js";

const COLOURS = ["xp-blue", "xp-orange", "xp-green", "xp-pink"];
const TOP = 7; // bits; higher bars are cut off

export const words = ["x", "y", "names", "reading", "certainty"];
export const start = { borders: [0.25, 0.5, 0.75] };
export const height = 250;

const border = (index) =>
  slider("borders", {
    min: 0,
    max: 1,
    index,
    word: "border",
    change: (place, { borders }) => ({ borders: pushed(borders, index, place) }),
  });

export const controls = [
  button("uniform", () => ({ borders: [0.25, 0.5, 0.75] }), { glides: true }),
  button("coin", () => ({ borders: [0.5, 1, 1] }), { glides: true }),
  button("rare", () => ({ borders: [0.9, 0.98, 0.99] }), { glides: true }),
  ...start.borders.map((_, index) => border(index)),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [0, 1], label: "x" },
    y: { domain: [0, TOP], label: "y", values: [0, 2, 4, 6] },
    height,
    bottom: 56,
  });
  svg.selectAll(".xp-axis:not(.xp-grid) text").attr("dy", "2.1em");
  const names = stage.say("names").split(" ");
  const bars = COLOURS.map((colour, i) => bar(plot, colour, names[i]));
  const mean = plot.layer.append("line").attr("class", "xp-line xp-dashed");
  mean.attr("x1", plot.x(0)).attr("x2", plot.x(1));
  const grips = start.borders.map((_, index) => {
    const move = (px, _, { borders }) => ({ borders: pushed(borders, index, inside(plot.x.invert(px))) });
    return grip(plot.layer, stage, { key: `border-${index}`, move });
  });
  return ({ borders }) => {
    const shares = sharesBetween(borders);
    shares.forEach((share, i) => bars[i](i ? borders[i - 1] : 0, share));
    const level = plot.y(entropy(shares, 2));
    mean.attr("y1", level).attr("y2", level);
    borders.forEach((place, i) => grips[i](plot.x(place), plot.y(0)));
  };
}

/** A bar with its name; returns (left, share) => void, which gives it its place and size. */
function bar(plot, colour, name) {
  const box = plot.layer.append("rect").attr("class", `xp-bar ${colour}`);
  const text = plot.layer.append("text").attr("class", "xp-text xp-on").attr("text-anchor", "middle").text(name);
  return (left, share) => {
    const top = plot.y(Math.min(selfInformation(share, 2), TOP));
    box.attr("x", plot.x(left)).attr("width", plot.x(share) - plot.x(0));
    box.attr("y", top).attr("height", plot.y(0) - top);
    text.attr("x", plot.x(left + share / 2)).attr("y", top - 4).attr("opacity", share > 0.02 ? 1 : 0);
  };
}

const inside = (place) => Math.min(Math.max(place, 0), 1);

export function reading({ borders }, { say, number }) {
  const shares = sharesBetween(borders);
  const bits = entropy(shares, 2);
  if (bits === 0) return say("certainty");
  const list = shares.map((share) => number(share)).join(", ");
  return say("reading", { list, bits: number(bits, 3), equal: number(2 ** bits) });
}
