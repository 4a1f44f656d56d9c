"""What every engine computes: the loss of each row of logits and, in the same pass, its gradient.

With z' the logits after the soft cap, m = max z', L = log Σ exp(z' − m) and lse = m + L, a row's loss is

    nll    = a·L − Σ_k c_k (z'_k − m),    a = Σ_k c_k,
    square = lse²,

where the coefficients are c_k = (1−ε) w_y 1[k = y] + (ε/K) w_k for a label y, and
c_k = (1−ε) w_k p_k + (ε/K) w_k for probabilities p. A coefficient 0 skips a logit of −inf.
Subtracting m first keeps a loss near 0 exact where logits are large.
For factors u and v of the row, the gradient of u·nll + v·square in the logits is

    [(u·a + 2 v·lse) softmax_k − u·c_k] · (1 − (z'_k / cap)²).

Source: Blanchard, Higham & Higham (2021); Milakov & Gimelshein (2018). Taught in the chapter fused_kernels.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

#: The label of a row that counts for nothing: loss 0, gradient 0, whatever its logits are.
SKIPPED = -(2**63)


class Problem(NamedTuple):
    """What the loss of a row depends on, besides its logits.

    labels    : (N,) int64; SKIPPED marks rows that count for nothing.
    probs     : (N, K) target probabilities, or None; given them, a label only says whether a row is skipped.
    weight    : (K,) class weights in the dtype of the sums, or None for ones.
    smoothing : ε, the share of the target that is spread evenly.
    softcap   : c of z' = c·tanh(z/c), or None.
    own       : (N,) each label's own logit before it was rounded to a short dtype, or None. The loss of a row
                has the rounding error of this one logit in full, of the others only on average.
    """

    labels: Tensor
    probs: Tensor | None = None
    weight: Tensor | None = None
    smoothing: float = 0.0
    softcap: float | None = None
    own: Tensor | None = None

    def rows(self, start: int, stop: int) -> "Problem":
        """The same for the rows start..stop−1."""
        labels, probs, own = (
            None if table is None else table[start:stop] for table in (self.labels, self.probs, self.own)
        )
        return self._replace(labels=labels, probs=probs, own=own)


#: (logits (N, K), problem, u (N,) or None, v (N,) or None, out (N, K) or None) -> nll (N,), square (N,).
#: Where `out` is given, the gradient is written there; it may be the logits themselves.
Engine = Callable[[Tensor, Problem, Tensor | None, Tensor | None, Tensor | None], tuple[Tensor, Tensor]]


def sum_dtype(dtype: torch.dtype) -> torch.dtype:
    """The dtype of sums and losses: float64 for float64, float32 for everything shorter."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def check_labels(labels: Tensor, classes: int, *, function: str) -> None:
    """Raise a ValueError that names the first label outside 0..classes−1, and its row."""
    outside = (labels != SKIPPED) & ((labels < 0) | (labels >= classes))
    if outside.any():
        row = int(outside.nonzero()[0, 0])
        raise ValueError(
            f"{function}: label {int(labels[row])} at row [{row}] is outside 0..{classes - 1}. "
            "Are the labels counted from 1, or is this a padding value (then say ignore_index)?"
        )
