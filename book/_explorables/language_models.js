// A next-letter model prices what you type, letter by letter.
import { scaleLinear, typed, WIDTH } from "#xp";
import { bitsOf, guesses, learn } from "./math/language_models.js";

const STRENGTH = 3;
const LONGEST = 24;
const [LEFT, TOP, BOTTOM, HIGHEST] = [30, 24, 180, 12];

export const words = ["y", "even", "training", "empty", "reading"];
export const start = { text: "the letters" };
export const height = 210;
export const controls = [typed("text", { longest: LONGEST })];

export function draw(svg, stage) {
  const model = learn(stage.say("training"), STRENGTH);
  const y = scaleLinear().domain([0, HIGHEST]).range([BOTTOM, TOP]);
  const room = (WIDTH - LEFT - 10) / LONGEST;
  svg.append("text").attr("class", "xp-text").attr("x", 4).attr("y", 14).text(stage.say("y"));
  for (const level of [0, 4, 8, 12]) {
    svg.append("line").attr("class", "xp-rule").attr("x1", LEFT).attr("x2", WIDTH - 10).attr("y1", y(level)).attr("y2", y(level));
    svg.append("text").attr("class", "xp-text").attr("text-anchor", "end").attr("x", LEFT - 6).attr("y", y(level) + 4).text(stage.number(level, 0));
  }
  const layer = svg.append("g");
  const even = y(Math.log2(model.alphabet.length));
  const mark = svg.append("line").attr("class", "xp-line xp-orange xp-dashed");
  mark.attr("x1", LEFT).attr("x2", WIDTH - 10).attr("y1", even).attr("y2", even);
  svg.append("text").attr("class", "xp-text").attr("text-anchor", "end").attr("x", WIDTH - 10).attr("y", 14).text(stage.say("even"));
  return ({ text }) => {
    layer.selectAll("*").remove();
    bitsOf(text, model).slice(0, LONGEST).forEach(([letter, bits], i) => {
      const x = LEFT + room * i;
      const box = layer.append("rect").attr("class", "xp-bar xp-blue").attr("x", x + 1).attr("width", room - 2);
      const top = y(Math.min(bits, HIGHEST));
      box.attr("y", top).attr("height", BOTTOM - top);
      const name = layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle").attr("x", x + room / 2);
      name.attr("y", BOTTOM + 18).text(letter === " " ? "␣" : letter);
    });
  };
}

export function reading({ text }, { say, number }) {
  const model = learn(say("training"), STRENGTH);
  const next = guesses(text, model, 3).map((letter) => (letter === " " ? "␣" : letter)).join(", ");
  const bits = bitsOf(text, model).map(([, bits]) => bits);
  if (!bits.length) return say("empty", { next });
  const total = bits.reduce((a, b) => a + b, 0);
  const even = bits.length * Math.log2(model.alphabet.length);
  const values = { n: number(bits.length, 0), total: number(total, 1), rate: number(total / bits.length) };
  return say("reading", { ...values, even: number(even, 1), next });
}
