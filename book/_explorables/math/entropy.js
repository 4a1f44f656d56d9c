// Entropy: xentcourse/reference/entropy.py is the judge.

/** Expected surprise of a draw from p; what p rules out counts 0. */
export function entropy(p, base = Math.E) {
  const nats = p.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
  return (0 - nats) / Math.log(base); // 0 −: no negative zero
}

/** The distribution that borders between 0 and 1, in order, cut it into. */
export function sharesBetween(borders) {
  return [...borders, 1].map((end, i) => end - (i ? borders[i - 1] : 0));
}

/** The borders when one of them is moved to a place: it pushes the others along. */
export function pushed(borders, index, place) {
  return borders.map((border, i) => {
    if (i === index) return place;
    return i < index ? Math.min(border, place) : Math.max(border, place);
  });
}
