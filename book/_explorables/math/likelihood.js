// The likelihood of a coin's record: xentcourse/reference/likelihood.py is the judge.

/** Log-likelihood of `heads` heads and `tails` tails for the coin theta, in nats; a count of 0 counts 0. */
export function logLikelihood(heads, tails, theta) {
  return (heads && heads * Math.log(theta)) + (tails && tails * Math.log1p(-theta));
}

/** The likelihood of theta as a share of the largest there is; 1 everywhere without a record. */
export function relativeLikelihood(heads, tails, theta) {
  const best = heads + tails && heads / (heads + tails);
  return Math.exp(logLikelihood(heads, tails, theta) - logLikelihood(heads, tails, best));
}

/** The coins whose likelihood is `share` of the largest or more: [lowest, highest]. */
export function plausible(heads, tails, share) {
  const best = heads + tails && heads / (heads + tails);
  const enough = (theta) => relativeLikelihood(heads, tails, theta) >= share;
  if (!(heads + tails)) return [0, 1];
  return [border(enough, best, 0), border(enough, best, 1)];
}

/** Between a point that holds and an end: how far it holds, by halving. */
function border(holds, inside, end) {
  if (holds(end)) return end;
  let [good, bad] = [inside, end];
  for (let i = 0; i < 60; i++) {
    const middle = (good + bad) / 2;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
