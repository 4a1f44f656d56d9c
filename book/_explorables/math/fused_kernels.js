// The bytes that a loss and its gradient move: xentcourse/reference/fused_kernels.py is the judge.

/** Tables read and written by each operation, one after the other. */
export const STEPS = [
  ["log_softmax", 1, 1],
  ["nll_loss backward", 0, 1],
  ["log_softmax backward", 2, 1],
];

/** Bytes of a table of logits. */
export const tableBytes = (rows, classes, itemsize) => rows * classes * itemsize;

/** Bytes moved by the operations one after the other on the whole table, and by a single pass over it. */
export function traffic(rows, classes, itemsize) {
  const table = tableBytes(rows, classes, itemsize);
  return { separate: STEPS.reduce((sum, [, read, written]) => sum + (read + written) * table, 0), fused: 2 * table };
}

/** Bytes moved where the operations run on `chunk` rows at a time: what fits in the cache moves only twice. */
export function chunkedTraffic(rows, classes, itemsize, chunk, cache) {
  // Alive at the same time: the logits, log p, the gradient in log p and the gradient in the logits.
  const fits = 4 * tableBytes(Math.min(chunk, rows), classes, itemsize) <= cache;
  const { separate, fused } = traffic(rows, classes, itemsize);
  return fits ? fused : separate;
}
