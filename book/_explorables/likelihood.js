// Toss a coin again and again: the likelihood of all coins sharpens round the share of heads.
import { areaBelow, button, curve, frame, random, slider } from "#xp";
import { plausible, relativeLikelihood } from "./math/likelihood.js";

const SHARE = 0.5; // as the chapter calls a coin plausible

export const words = ["x", "y", "reading", "nothing"];

/** `before` is the record until the last button was pressed. */
export const start = { coin: 0.7, heads: 7, tails: 3, before: { heads: 7, tails: 3 }, seed: 20 };

const EMPTY = { heads: 0, tails: 0 };

export function tossed({ coin, heads, tails, seed }, times) {
  const before = { heads, tails };
  for (let i = 0; i < times; i++) {
    const [chance, next] = random(seed);
    seed = next;
    if (chance < coin) heads += 1;
    else tails += 1;
  }
  return { heads, tails, before, seed };
}

export const controls = [
  button("one", (state) => tossed(state, 1)),
  button("ten", (state) => tossed(state, 10)),
  button("hundred", (state) => tossed(state, 100)),
  button("again", () => ({ ...EMPTY, before: EMPTY })),
  slider("coin", { min: 0, max: 1, change: (coin) => ({ coin, ...EMPTY, before: EMPTY }) }),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [0, 1], label: "x" },
    y: { domain: [0, 1], label: "y", values: [0, 0.5, 1] },
  });
  const draws = (name, mark = "path") => plot.layer.append(mark).attr("class", name);
  const [fill, old, now] = ["xp-fill xp-blue", "xp-line xp-faint xp-dashed", "xp-line xp-blue"].map((name) => draws(name));
  const range = draws("xp-line xp-orange xp-thick", "line");
  const truth = draws("xp-line xp-dotted", "line");
  return ({ coin, heads, tails, before }) => {
    const height = (theta) => relativeLikelihood(heads, tails, theta);
    fill.attr("d", areaBelow(plot, height, 400));
    now.attr("d", curve(plot, height, 400));
    old.attr("d", curve(plot, (theta) => relativeLikelihood(before.heads, before.tails, theta), 400));
    const [low, high] = plausible(heads, tails, SHARE);
    range.attr("x1", plot.x(low)).attr("x2", plot.x(high)).attr("y1", plot.y(SHARE)).attr("y2", plot.y(SHARE));
    truth.attr("x1", plot.x(coin)).attr("x2", plot.x(coin)).attr("y1", plot.y(0)).attr("y2", plot.y(1));
  };
}

export function reading({ heads, tails }, { say, number }) {
  const n = heads + tails;
  if (!n) return say("nothing");
  const [low, high] = plausible(heads, tails, SHARE);
  const values = { low: number(low), high: number(high), width: number(high - low), best: number(heads / n) };
  return say("reading", { n: number(n, 0), heads: number(heads, 0), ...values });
}
