// Arithmetic coding: each letter zooms into its part of the interval, until the message has a codeword.
import { button, WIDTH } from "#xp";
import { codeword, surprise, within } from "./math/coding_interval.js";

const MODEL = { a: 6, b: 3, c: 1 }; // tenths
const COLOURS = { a: "xp-blue", b: "xp-orange", c: "xp-green" };
const LETTERS = Object.keys(MODEL);
const LONGEST = 12;
const SHOWN = 4; // bars, the last of them the message's own interval
const [LEFT, RIGHT, TALL, STEP] = [10, WIDTH - 10, 26, 52];

export const words = ["reading", "empty"];
export const start = { message: "ab" };
export const height = 240;

export const controls = [
  ...LETTERS.map((letter) =>
    button(letter, ({ message }) => ({ message: message + letter }), {
      enabled: ({ message }) => message.length < LONGEST,
    }),
  ),
  button("back", ({ message }) => ({ message: message.slice(0, -1) }), { enabled: ({ message }) => message !== "" }),
  button("again", () => ({ message: "" })),
];

export function draw(svg, stage) {
  const layer = svg.append("g");
  return ({ message }) => {
    layer.selectAll("*").remove();
    const first = Math.max(0, message.length - SHOWN + 1);
    for (let i = first; i <= message.length; i++) divided(layer, 24 + (i - first) * STEP, message[i], message.slice(0, i));
    code(layer, 24 + (message.length - first) * STEP, message);
  };
}

const across = (share) => LEFT + share * (RIGHT - LEFT);

/** A bar in three parts, magnified; the part of the next letter leads to the bar below. */
function divided(layer, top, next, before) {
  layer.append("text").attr("class", "xp-text").attr("x", LEFT).attr("y", top - 5).text(before === "" ? "0 … 1" : before);
  let left = 0;
  for (const letter of LETTERS) {
    const share = MODEL[letter] / 10;
    const box = layer.append("rect").attr("class", `xp-bar ${COLOURS[letter]}`).classed("xp-pale", next && next !== letter);
    box.attr("x", across(left)).attr("width", across(share) - across(0)).attr("y", top).attr("height", TALL);
    const text = layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle").text(letter);
    text.attr("x", across(left + share / 2)).attr("y", top + TALL / 2 + 4);
    if (next === letter) {
      for (const [from, to] of [[left, 0], [left + share, 1]]) {
        const rays = layer.append("line").attr("class", "xp-line xp-faint xp-dotted");
        rays.attr("x1", across(from)).attr("y1", top + TALL).attr("x2", across(to)).attr("y2", top + STEP);
      }
    }
    left += share;
  }
}

/** The codeword's own interval, below the message's. */
function code(layer, top, message) {
  if (message === "") return;
  const [from, to] = within(message, MODEL);
  const mark = layer.append("line").attr("class", "xp-line xp-thick");
  mark.attr("x1", across(from)).attr("x2", across(to)).attr("y1", top + TALL + 7).attr("y2", top + TALL + 7);
  const text = layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle");
  text.attr("x", WIDTH / 2).attr("y", top + TALL + 25).text(codeword(message, MODEL));
}

export function reading({ message }, { say, number }) {
  if (message === "") return say("empty");
  const [bits, code] = [surprise(message, MODEL), codeword(message, MODEL)];
  return say("reading", { message, n: number(message.length, 0), surprise: number(bits), bits: number(code.length, 0) });
}
