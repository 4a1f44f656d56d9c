"""A small recurrent model of bytes: trained in torch, and read one byte at a time by the arithmetic coder.

Taught in book/language_models.md.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Step = Callable[[int | None, Any], tuple[npt.NDArray[np.float64], Any]]


class ByteGRU(nn.Module):
    """Embedding, one gated recurrent layer, and logits of the next byte at every place.

    >>> logits, state = ByteGRU(hidden=8)(torch.zeros((2, 5), dtype=torch.long))
    >>> logits.shape, state.shape
    (torch.Size([2, 5, 256]), torch.Size([1, 2, 8]))
    """

    def __init__(self, hidden: int = 192, features: int = 64, vocabulary: int = 256) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, features)
        self.recurrent = nn.GRU(features, hidden, batch_first=True)
        self.output = nn.Linear(hidden, vocabulary)

    def forward(self, tokens: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits (B, L, V) for tokens (B, L), and the state (1, B, H) after the last of them."""
        features, state = self.recurrent(self.embedding(tokens), state)
        return self.output(features), state


def as_step(model: ByteGRU) -> Step:
    """The model as `step(token, state)`: the distribution of the next byte, and the new state.

    Encoder and decoder must see the same numbers to the last bit, so both go through here: a batch of one
    row, one byte at a time. Nothing is known before the first byte, and its distribution is uniform.
    """
    device = next(model.parameters()).device

    def step(token: int | None, state: Any) -> tuple[npt.NDArray[np.float64], Any]:
        if token is None:
            return np.full(model.output.out_features, 1 / model.output.out_features), None
        with torch.no_grad():
            logits, state = model(torch.tensor([[token]], device=device), state)
            return logits[0, 0].double().softmax(dim=0).cpu().numpy(), state

    return step
