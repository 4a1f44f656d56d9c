// Build a code tree by joining trees two by two, and see what it costs against Huffman's choice.
import { button, buttons } from "#xp";
import { joined, leastMeanLength, leaves, meanLength, rarest, trees } from "./math/coding.js";
import { entropy } from "./math/entropy.js";

const SOURCES = [
  [0.3, 0.25, 0.2, 0.15, 0.1],
  [0.5, 0.2, 0.15, 0.1, 0.05],
  [0.2, 0.2, 0.2, 0.2, 0.2],
  [0.9, 0.04, 0.03, 0.02, 0.01],
];
const LEVEL = 32;
const FLOOR = 156; // where the leaves lie, below four levels of joints

export const words = ["names", "progress", "best", "worse"];
export const start = fresh(0);
export const height = 204;

function fresh(source) {
  return { source, forest: leaves(SOURCES[source]), picked: -1 };
}

const apart = ({ forest }) => trees(forest).length > 1;

/** The first tree that is picked waits for the second. */
function pick({ forest, picked }, i) {
  if (trees(forest).length === 1) return {};
  if (picked === i) return { picked: -1 };
  return picked < 0 ? { picked: i } : { forest: joined(forest, picked, i), picked: -1 };
}

export const controls = [
  buttons("pick", {
    label: "tree",
    count: start.forest.length,
    values: ({ forest }, i, { say, number }) =>
      forest[i] && { names: named(forest[i], say("names").split(" ")), weight: number(forest[i].weight) },
    pressed: ({ picked }, i) => picked === i,
    act: pick,
  }),
  button("rarest", ({ forest }) => ({ forest: joined(forest, ...rarest(forest)), picked: -1 }), { enabled: apart }),
  button("again", ({ source }) => fresh(source)),
  button("other", ({ source }) => fresh((source + 1) % SOURCES.length)),
];

const named = (tree, names) => order(tree).map((leaf) => names[leaf]).join("");
const order = (tree) => ("leaf" in tree ? [tree.leaf] : [...order(tree.left), ...order(tree.right)]);

/** Where a tree's joints and leaves lie: leaves side by side from `left` on, a joint above its highest branch. */
function laidOut(tree, left) {
  if ("leaf" in tree) return { ...tree, x: left, level: 0, width: 1 };
  const first = laidOut(tree.left, left);
  const second = laidOut(tree.right, left + first.width);
  const level = 1 + Math.max(first.level, second.level);
  const x = (first.x + second.x) / 2;
  return { ...tree, left: first, right: second, x, level, width: first.width + second.width };
}

const parts = (tree) => ("leaf" in tree ? [tree] : [tree, ...parts(tree.left), ...parts(tree.right)]);

export function draw(svg, stage) {
  const names = stage.say("names").split(" ");
  const links = svg.append("g");
  const marks = svg.append("g");
  const x = (place) => 36 + 72 * place;
  const y = (level) => FLOOR - LEVEL * level;
  return ({ forest, picked }) => {
    links.selectAll("*").remove();
    marks.selectAll("*").remove();
    let left = 0;
    forest.forEach((tree, i) => {
      if (!tree) return;
      const root = laidOut(tree, left);
      left += root.width;
      for (const part of parts(root)) {
        if (!("leaf" in part)) branches(links, part);
        mark(marks, part, part === root && i === picked);
      }
    });
  };

  function branches(layer, { x: from, level, left, right }) {
    for (const [bit, branch] of [["0", left], ["1", right]]) {
      const [x1, y1, x2, y2] = [x(from), y(level), x(branch.x), y(branch.level)];
      layer.append("line").attr("class", "xp-line xp-faint").attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
      const text = layer.append("text").attr("class", "xp-text").text(bit);
      text.attr("x", 0.45 * x1 + 0.55 * x2 + (bit === "0" ? -9 : 5)).attr("y", 0.45 * y1 + 0.55 * y2 - 3);
    }
  }

  function mark(layer, part, chosen) {
    const leaf = "leaf" in part;
    const colour = leaf ? "xp-blue" : "xp-green";
    const dot = layer.append(leaf ? "rect" : "circle").attr("class", `xp-solid ${chosen ? "xp-orange" : colour}`);
    if (leaf) dot.attr("x", x(part.x) - 6).attr("y", y(0) - 6).attr("width", 12).attr("height", 12);
    else dot.attr("cx", x(part.x)).attr("cy", y(part.level)).attr("r", 5);
    const text = layer.append("text").attr("class", "xp-text").attr("x", x(part.x));
    text.attr("text-anchor", "middle").text(leaf ? names[part.leaf] : stage.number(part.weight));
    text.attr("y", leaf ? y(0) + 20 : y(part.level) - 9);
    if (!leaf) return;
    const share = layer.append("text").attr("class", "xp-text").attr("text-anchor", "middle");
    share.attr("x", x(part.x)).attr("y", y(0) + 36).text(stage.number(part.weight));
  }
}

export function reading({ source, forest }, { say, number }) {
  const p = SOURCES[source];
  const left = trees(forest).length;
  const mean = meanLength(forest, p);
  const values = { mean: number(mean), entropy: number(entropy(p, 2), 4), least: number(leastMeanLength(p)) };
  if (left > 1) return say("progress", { ...values, left: number(left, 0) });
  return say(mean < leastMeanLength(p) + 1e-9 ? "best" : "worse", values);
}
