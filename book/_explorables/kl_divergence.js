// Fit one bell to a target with two: forward KL covers both, reverse KL picks the one that is near.
import { area, button, frame, grip, legend, line, scaleLinear, slider, WIDTH } from "#xp";
import { bell, bothWays, fit, GRID, TARGET, WIDTHS } from "./math/kl_divergence.js";

const TALLEST = 0.07; // of the shares on the grid
const MOST = 4; // nats; longer bars are cut off
const CENTRES = { min: -6, max: 6 };

export const words = ["x", "p", "q", "ahead", "back", "reading"];
export const start = { mu: 0, sigma: 1.5 };
export const height = 300;

const fitted = (direction) => ({ mu, sigma }) => {
  const [centre, width] = fit(direction, mu, sigma);
  return { mu: centre, sigma: width };
};

export const controls = [
  slider("mu", CENTRES),
  slider("sigma", { min: WIDTHS.least, max: WIDTHS.most }),
  button("forward", fitted("forward"), { glides: true }),
  button("reverse", fitted("reverse"), { glides: true }),
];

export function draw(svg, stage) {
  const plot = frame(svg, stage, {
    x: { domain: [-8, 8], label: "x" },
    y: { domain: [0, TALLEST], values: [] },
    left: 12,
  });
  const outline = line((_, i) => plot.x(GRID[i]), (height) => plot.y(Math.min(height, 1.1 * TALLEST)));
  const below = area((_, i) => plot.x(GRID[i]), plot.y(0), (height) => plot.y(height));
  plot.layer.append("path").attr("class", "xp-fill xp-faint").attr("d", below(TARGET));
  plot.layer.append("path").attr("class", "xp-line xp-faint xp-dashed").attr("d", outline(TARGET));
  const model = plot.layer.append("path").attr("class", "xp-line xp-blue");
  legend(svg, 12, 14, "xp-faint xp-dashed", stage.say("p"));
  legend(svg, 200, 14, "xp-blue", stage.say("q"));
  const bars = [distance(svg, stage.say("ahead"), 248, "xp-blue", stage), distance(svg, stage.say("back"), 276, "xp-orange", stage)];
  const centre = grip(plot.layer, stage, { key: "mu", move: (px) => ({ mu: inside(plot.x.invert(px), CENTRES) }) });
  const edge = grip(plot.layer, stage, {
    key: "sigma",
    move: (px, _, { mu }) => ({ sigma: inside(Math.abs(plot.x.invert(px) - mu), { min: WIDTHS.least, max: WIDTHS.most }) }),
  });
  return ({ mu, sigma }) => {
    const shares = bell(GRID, mu, sigma);
    const at = (x) => plot.y(Math.min((Math.exp(-(((x - mu) / sigma) ** 2) / 2) * 0.1) / (sigma * Math.sqrt(2 * Math.PI)), TALLEST));
    model.attr("d", outline(shares));
    centre(plot.x(mu), at(mu));
    edge(plot.x(Math.min(mu + sigma, 8)), at(mu + sigma));
    bothWays(mu, sigma).forEach((nats, i) => bars[i](nats));
  };
}

/** A bar as long as a divergence, with its name and value. */
function distance(svg, name, top, colour, { number }) {
  const long = scaleLinear().domain([0, MOST]).range([0, WIDTH - 110 - 50]).clamp(true);
  svg.append("text").attr("class", "xp-text").attr("x", 12).attr("y", top + 13).text(name);
  const box = svg.append("rect").attr("class", `xp-bar ${colour}`).attr("x", 110).attr("y", top).attr("height", 18);
  const value = svg.append("text").attr("class", "xp-text").attr("y", top + 13);
  return (nats) => {
    box.attr("width", long(nats));
    value.attr("x", 116 + long(nats)).text(number(nats));
  };
}

const inside = (x, { min, max }) => Math.min(Math.max(x, min), max);

export function reading({ mu, sigma }, { say, number }) {
  const [ahead, back] = bothWays(mu, sigma).map((nats) => number(nats, 3));
  return say("reading", { mu: number(mu), sigma: number(sigma), ahead, back });
}
