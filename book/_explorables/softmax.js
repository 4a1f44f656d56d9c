// Logits, their probabilities at a temperature, and which way the loss pushes each logit: against p − y.
import { button, choice, frame, grip, slider } from "#xp";
import { lossOfLabel, slopes, softmax } from "./math/softmax.js";

const ENDS = { min: -4, max: 4 };
const LABELS = ["first", "second", "third"];
const COLOURS = ["xp-blue", "xp-green", "xp-pink"];
const LONGEST = 2.5; // logits; longer arrows are cut off

export const words = ["scores", "shares", "reading"];
export const start = { logits: [1, -2, 0], label: "third", temperature: 1 };
export const height = 310;

export const controls = [
  choice("label", LABELS),
  slider("temperature", { min: 0.1, max: 10, scale: "log" }),
  ...start.logits.map((_, index) => slider("logits", { ...ENDS, index, word: "logit" })),
  button("step", (state) => ({ logits: state.logits.map((z, k) => inside(z - pushes(state)[k])) }), { glides: true }),
  button("again", () => start, { glides: true }),
];

const pushes = ({ logits, label, temperature }) => slopes(logits, LABELS.indexOf(label), temperature);
const inside = (z) => Math.min(Math.max(z, ENDS.min), ENDS.max);

export function draw(svg, stage) {
  const columns = { domain: [0.5, 3.5], values: [] };
  const top = frame(svg, stage, { x: columns, y: { domain: [-4, 4], label: "scores", values: [-4, -2, 0, 2, 4] }, height: 176, bottom: 12 });
  const low = frame(svg, stage, { x: columns, y: { domain: [0, 1], label: "shares", values: [0, 0.5, 1] }, height: 134, from: 176, bottom: 24 });
  const parts = LABELS.map((name, k) => ({
    arrow: arrow(top.layer),
    place: grip(top.layer, stage, {
      key: `logit-${k}`,
      move: (_, py, { logits }) => ({ logits: logits.with(k, inside(top.y.invert(py))) }),
    }),
    bar: low.layer.append("rect").attr("class", `xp-bar ${COLOURS[k]}`).attr("x", low.x(k + 1) - 26).attr("width", 52),
    name: text(low.layer, low.x(k + 1), 304, stage.say(name)),
    share: text(low.layer, low.x(k + 1), 0, ""),
  }));
  return (state) => {
    const [shares, push] = [softmax(state.logits, state.temperature), pushes(state)];
    parts.forEach(({ arrow, place, bar, name, share }, k) => {
      const [x, z] = [top.x(k + 1), state.logits[k]];
      arrow(x, top.y(z), top.y(z - Math.min(Math.max(push[k], -LONGEST), LONGEST)));
      place(x, top.y(z));
      bar.attr("y", low.y(shares[k])).attr("height", low.y(0) - low.y(shares[k]));
      share.attr("y", low.y(shares[k]) - 4).text(stage.number(shares[k]));
      name.classed("xp-chosen", LABELS[k] === state.label);
    });
  };
}

function text(layer, x, y, words) {
  return layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle").attr("x", x).attr("y", y).text(words);
}

/** An arrow beside the grip; returns (x, from, to) => void. */
function arrow(layer) {
  const shaft = layer.append("line").attr("class", "xp-line xp-orange xp-thick");
  const head = layer.append("path").attr("class", "xp-solid xp-orange");
  return (x, from, to) => {
    const size = Math.min(8, Math.abs(to - from)) * Math.sign(to - from);
    shaft.attr("x1", x + 18).attr("x2", x + 18).attr("y1", from).attr("y2", to - size);
    head.attr("d", `M${x + 18},${to}l${-0.75 * Math.abs(size)},${-size}h${1.5 * Math.abs(size)}z`);
  };
}

export function reading(state, { say, number }) {
  const loss = lossOfLabel(state.logits, LABELS.indexOf(state.label), state.temperature);
  const list = pushes(state).map((slope) => number(slope, 3)).join(", ");
  return say("reading", { loss: number(loss, 3), list });
}
