// Trees of codewords: xentcourse/reference/coding.py is the judge. A tree is a leaf {leaf, weight} or
// a joint {left, right, weight}; a forest is an array with null in the places that are empty.

/** The forest in which tree `b` has taken up tree `a`, in b's place. */
export function joined(forest, a, b) {
  const joint = { left: forest[a], right: forest[b], weight: forest[a].weight + forest[b].weight };
  return forest.with(b, joint).with(a, null);
}

/** The places of the two trees of least weight; the earlier first, also among equals. */
export function rarest(forest) {
  const places = [...forest.keys()].filter((i) => forest[i]);
  return places.sort((i, j) => forest[i].weight - forest[j].weight || i - j).slice(0, 2);
}

/** The trees that are there. */
export const trees = (forest) => forest.filter(Boolean);

/** A forest of single leaves with these probabilities. */
export const leaves = (p) => p.map((weight, leaf) => ({ leaf, weight }));

/** [leaf, length of its codeword] of each leaf of a tree, from left to right. */
export function lengths(tree, depth = 0) {
  if ("leaf" in tree) return [[tree.leaf, depth]];
  return [...lengths(tree.left, depth + 1), ...lengths(tree.right, depth + 1)];
}

/** Mean length of the codewords so far: each leaf's depth in its tree, weighed by its probability. */
export function meanLength(forest, p) {
  const all = trees(forest).flatMap((tree) => lengths(tree));
  return all.reduce((sum, [leaf, length]) => sum + p[leaf] * length, 0);
}

/** The least mean length of all codes, which is Huffman's. */
export function leastMeanLength(p) {
  let forest = leaves(p);
  while (trees(forest).length > 1) forest = joined(forest, ...rarest(forest));
  return meanLength(forest, p);
}
