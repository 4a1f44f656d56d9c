// The bytes that three ways to compute the same loss move between memory and processor.
import { choice, scaleLinear, slider, WIDTH } from "#xp";
import { chunkedTraffic, tableBytes, traffic } from "./math/fused_kernels.js";

const CACHE = 32 * 2 ** 20;
const SIZES = { four: 4, two: 2 };
const [LEFT, LONG] = [12, WIDTH - 24];

export const words = ["separate", "chunked", "fused", "reading", "spills"];
export const start = { rows: 4096, classes: 32000, chunk: 4096, size: "four" };
export const height = 176;

export const controls = [
  slider("rows", { min: 64, max: 65536, scale: "log", whole: true, change: (rows, { chunk }) => ({ rows, chunk: Math.min(chunk, rows) }) }),
  slider("classes", { min: 10, max: 262144, scale: "log", whole: true }),
  slider("chunk", { min: 1, max: 65536, scale: "log", whole: true, change: (chunk, { rows }) => ({ chunk: Math.min(chunk, rows) }) }),
  choice("size", Object.keys(SIZES)),
];

function bytes({ rows, classes, chunk, size }) {
  const { separate, fused } = traffic(rows, classes, SIZES[size]);
  return { separate, chunked: chunkedTraffic(rows, classes, SIZES[size], chunk, CACHE), fused };
}

export function draw(svg, stage) {
  const looks = { separate: "xp-blue", chunked: "xp-orange", fused: "xp-green" };
  const bars = Object.entries(looks).map(([way, look], i) => {
    const top = 8 + 56 * i;
    const text = (x, anchor) => svg.append("text").attr("class", "xp-text").attr("x", x).attr("y", top + 12).attr("text-anchor", anchor);
    text(LEFT, "start").text(stage.say(way));
    const box = svg.append("rect").attr("class", `xp-bar ${look}`).attr("x", LEFT).attr("y", top + 19).attr("height", 22);
    return { way, box, amount: text(WIDTH - LEFT, "end") };
  });
  return (state) => {
    const moved = bytes(state);
    const long = scaleLinear().domain([0, moved.separate]).range([0, LONG]);
    for (const { way, box, amount } of bars) {
      box.attr("width", long(moved[way]));
      amount.text(`${megabytes(moved[way], stage)} MB`);
    }
  };
}

const megabytes = (amount, { number }) => number(amount / 1e6, amount < 1e8 ? 2 : 0);

export function reading(state, stage) {
  const { separate, chunked, fused } = bytes(state);
  const table = megabytes(tableBytes(state.rows, state.classes, SIZES[state.size]), stage);
  const share = stage.number((100 * chunked) / separate, 0);
  const chunk = megabytes(4 * tableBytes(state.chunk, state.classes, SIZES[state.size]), stage);
  return stage.say(chunked === fused ? "reading" : "spills", { table, share, chunk });
}
