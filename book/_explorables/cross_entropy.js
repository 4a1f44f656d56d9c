// Cross-entropy as an area: columns as wide as the truth p, as high as what the model q pays.
import { button, frame, grip, scaleLinear, slider, WIDTH } from "#xp";
import { parts } from "./math/cross_entropy.js";
import { pushed, sharesBetween } from "./math/entropy.js";
import { selfInformation } from "./math/information.js";

const COLOURS = ["xp-blue", "xp-orange", "xp-green"];
const TOP = 6; // bits; higher columns are cut off
const MOST = 4; // bits; longer bars are cut off

export const words = ["x", "y", "names", "model", "own", "extra", "whole", "reading", "infinite"];
export const start = { p: [0.5, 0.75], q: [0.2, 0.7] };
export const height = 316;

const border = (key, index) =>
  slider(key, {
    min: 0,
    max: 1,
    index,
    word: `border_${key}`,
    change: (place, state) => ({ [key]: pushed(state[key], index, place) }),
  });

export const controls = [
  ...[0, 1].map((index) => border("p", index)),
  ...[0, 1].map((index) => border("q", index)),
  button("swap", ({ p, q }) => ({ p: q, q: p }), { glides: true }),
  button("equal", ({ p }) => ({ q: p }), { glides: true }),
];

export function draw(svg, stage) {
  const names = stage.say("names").split(" ");
  const plot = frame(svg, stage, {
    x: { domain: [0, 1], label: "x" },
    y: { domain: [0, TOP], label: "y", values: [0, 2, 4, 6] },
    height: 216,
    bottom: 50,
  });
  svg.selectAll(".xp-axis:not(.xp-grid) text").attr("dy", "1.9em");
  const columns = COLOURS.map((colour, i) => column(plot, colour, names[i]));
  const strip = COLOURS.map((colour, i) => segment(plot, colour, names[i]));
  svg.append("text").attr("class", "xp-text").attr("x", 4).attr("y", 241).text(stage.say("model"));
  const sums = stack(svg, stage);
  const grips = ["p", "q"].map((key) =>
    [0, 1].map((index) => {
      const move = (px, _, state) => ({ [key]: pushed(state[key], index, inside(plot.x.invert(px))) });
      return grip(svg, stage, { key: `border_${key}-${index}`, move });
    }),
  );
  return ({ p, q }) => {
    const [own, model] = [sharesBetween(p), sharesBetween(q)];
    own.forEach((share, i) => columns[i](i ? p[i - 1] : 0, share, model[i]));
    model.forEach((share, i) => strip[i](i ? q[i - 1] : 0, share));
    sums(...parts(own, model, 2));
    p.forEach((place, i) => grips[0][i](plot.x(place), plot.y(0)));
    q.forEach((place, i) => grips[1][i](plot.x(place), 237));
  };
}

/** A column of one outcome: filled up to what the model pays, with a line at what the truth would pay. */
function column(plot, colour, name) {
  const box = plot.layer.append("rect").attr("class", `xp-bar ${colour}`);
  const owed = plot.layer.append("line").attr("class", "xp-line xp-thick");
  const text = plot.layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle").text(name);
  return (left, share, model) => {
    const top = plot.y(Math.min(selfInformation(model, 2), TOP));
    const level = plot.y(Math.min(selfInformation(share, 2), TOP));
    box.attr("x", plot.x(left)).attr("width", plot.x(share) - plot.x(0)).attr("y", top).attr("height", plot.y(0) - top);
    owed.attr("x1", plot.x(left)).attr("x2", plot.x(left + share)).attr("y1", level).attr("y2", level);
    text.attr("x", plot.x(left + share / 2)).attr("y", plot.y(0) - 6).attr("opacity", share > 0.03 ? 1 : 0);
  };
}

/** The model's probability of one outcome, as a part of a strip. */
function segment(plot, colour, name) {
  const box = plot.layer.append("rect").attr("class", `xp-bar ${colour}`).attr("y", 227).attr("height", 20);
  const text = plot.layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle").attr("y", 241).text(name);
  return (left, share) => {
    box.attr("x", plot.x(left)).attr("width", plot.x(share) - plot.x(0));
    text.attr("x", plot.x(left + share / 2)).attr("opacity", share > 0.03 ? 1 : 0);
  };
}

/** H(p) and D(p‖q) end to end, and H(p, q) below them. */
function stack(svg, { say, number }) {
  const long = scaleLinear().domain([0, MOST]).range([0, WIDTH - 38 - 12]).clamp(true);
  const bar = (colour, top) => svg.append("rect").attr("class", `xp-bar ${colour}`).attr("y", top).attr("height", 12);
  const [own, extra, whole] = [bar("xp-faint", 270), bar("xp-pink", 270), bar("xp-blue", 284)];
  const text = (top) => svg.append("text").attr("class", "xp-text").attr("x", 38).attr("y", top);
  const [above, below] = [text(265), text(310)];
  return (h, d, sum) => {
    own.attr("x", 38).attr("width", long(h));
    extra.attr("x", 38 + long(h)).attr("width", long(sum) - long(h));
    whole.attr("x", 38).attr("width", long(sum));
    above.text(`${say("own")} ${number(h)} + ${say("extra")} ${number(d)}`);
    below.text(`${say("whole")} ${number(sum)}`);
  };
}

const inside = (place) => Math.min(Math.max(place, 0), 1);

export function reading({ p, q }, { say, number }) {
  const [h, d, sum] = parts(sharesBetween(p), sharesBetween(q), 2);
  if (d === Infinity) return say("infinite", { h: number(h, 3) });
  return say("reading", { h: number(h, 3), d: number(d, 3), sum: number(sum, 3) });
}
