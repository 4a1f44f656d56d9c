"""Every number that the page of chapter `calibration` states, computed without the course's own code."""

import math
import re
from functools import cache

import numpy as np
import pytest
import torch
from pages import number, prose, unchecked, words
from scipy import optimize, special, stats
from sklearn.datasets import load_digits
from torch.nn import functional

PAGE = words("calibration")
IMAGES, DIGITS_SHOWN = load_digits(return_X_y=True)


# ---- five services ----------------------------------------------------------------------------------


@cache
def weather() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 10, size=5000) / 10
    return truth, (rng.random(5000) < truth).astype(int)


def log_score(stated: np.ndarray, came: np.ndarray) -> float:
    return float(-np.log(np.where(came == 1, stated, 1 - stated)).mean())


def test_the_resolution_of_knows_bold_and_contrary_is_the_same():
    truth, came = weather()
    groups = [came[truth == t].mean() for t in np.unique(truth)]
    sizes = [(truth == t).mean() for t in np.unique(truth)]
    refinement = float(np.dot(sizes, [stats.entropy([c, 1 - c]) for c in groups]))
    assert stats.entropy([came.mean(), 1 - came.mean()]) - refinement == pytest.approx(0.1472, abs=5e-5)
    assert (
        log_score(1 - truth, came) > 2 * refinement > log_score(truth, came)
    )  # "larger than the refinement"


# ---- the network, by torch and its autograd ---------------------------------------------------------


@cache
def foggy() -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(0)
    images = IMAGES / 16 + rng.normal(0, 0.35, size=IMAGES.shape)
    order = rng.permutation(len(images))
    return images, tuple(np.split(order, [400, 1000]))


def focal(z, y):
    nll = functional.cross_entropy(z, y, reduction="none")
    return ((1 - torch.exp(-nll)) ** 2 * nll).mean()


LOSSES = {
    "plain": functional.cross_entropy,
    "smooth": lambda z, y: functional.cross_entropy(z, y, label_smoothing=0.1),
    "focal": focal,
}


@cache
def trained(loss: str, seed: int = 1) -> dict[str, torch.Tensor]:
    """The network's logits of all images: at step 80, at 640, and at 640 in thicker fog."""
    images, (train, _, _) = foggy()
    thicker = images + np.random.default_rng(4).normal(0, 0.7, size=images.shape)
    shown, thick = torch.tensor(images), torch.tensor(thicker)
    rng = np.random.default_rng(seed)
    first = (rng.normal(size=(64, 100)) / 8, np.zeros(100), rng.normal(size=(100, 10)) / 10, np.zeros(10))
    parameters = [torch.tensor(p, requires_grad=True) for p in first]
    optimizer = torch.optim.SGD(parameters, lr=0.5)

    def network(x):
        w1, b1, w2, b2 = parameters
        return torch.tanh(x @ w1 + b1) @ w2 + b2

    found, y = {}, torch.tensor(DIGITS_SHOWN[train])
    for step in range(641):
        if step in (80, 640):
            found[str(step)] = network(shown).detach()
        if step == 640:
            found["thick"] = network(thick).detach()
        optimizer.zero_grad()
        LOSSES[loss](network(shown[train]), y).backward()
        optimizer.step()
    return found


def mean_nll(z: torch.Tensor, rows: np.ndarray) -> float:
    return functional.cross_entropy(z[rows], torch.tensor(DIGITS_SHOWN[rows])).item()


def confident(z: torch.Tensor, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sure, predicted = torch.softmax(z[rows], 1).max(1)
    return sure.numpy(), predicted.numpy() == DIGITS_SHOWN[rows]


def temperature(z: torch.Tensor) -> float:
    """The best on the calibration set, by Brent's method."""
    tune = foggy()[1][1]
    return float(
        optimize.minimize_scalar(
            lambda t: mean_nll(z / math.exp(t), tune),
            bounds=(-2, 3),
            method="bounded",
            options={"xatol": 1e-10},
        ).x
    )


@cache
def scaled(loss: str, seed: int = 1, fog: str = "640") -> tuple[float, torch.Tensor]:
    z = trained(loss, seed)[fog]
    t = math.exp(temperature(z))
    return t, z / t


def error(sure: np.ndarray, right: np.ndarray) -> float:
    """The ECE with ten bins, from the sums of the gaps."""
    return float(
        np.abs(np.bincount((10 * sure).astype(int).clip(max=9), weights=right - sure)).sum() / sure.size
    )


def of_calibrated(sure: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(2)
    return np.quantile([error(sure, rng.random(sure.size) < sure) for _ in range(1000)], [0.025, 0.975])


# ---- what the page says -----------------------------------------------------------------------------


def coverage(theta: np.ndarray, k: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    holds = (low <= theta[:, None]) & (theta[:, None] <= high)
    return (stats.binom.pmf(k, 20, theta[:, None]) * holds).sum(axis=1)


@cache
def sentences() -> list[str]:
    """What the page says, each number in it computed here."""
    truth, came = weather()
    odds = (truth / (1 - truth)) ** 2
    bold = odds / (1 + odds)
    k = np.arange(21)
    ends = [stats.binomtest(int(i), 20).proportion_ci(1 - 2 * stats.norm.sf(1.96), "wilson") for i in k]
    wilson = np.array([end.low for end in ends]), np.array([end.high for end in ends])
    half = 1.96 * np.sqrt(k / 20 * (1 - k / 20) / 20)
    at, grid = np.array([0.95]), np.linspace(0.5, 0.999, 500)
    _, (_, _, test) = foggy()
    plain = trained("plain")
    sure, right = confident(plain["640"], test)
    last = sure >= 0.9
    end = stats.binomtest(int(right[last].sum()), int(last.sum())).proportion_ci(0.95, "wilson").high
    t, z = scaled("plain")
    sure_scaled, _ = confident(z, test)
    y = torch.tensor(DIGITS_SHOWN[test])
    gain = (
        functional.cross_entropy(plain["640"][test], y, reduction="none")
        - functional.cross_entropy(z[test], y, reduction="none")
    ).numpy()
    drawn = np.random.default_rng(3).integers(test.size, size=(5000, test.size))
    bounds = np.quantile(gain[drawn].mean(axis=1), [0.025, 0.975])
    thick_sure, thick_right = confident(trained("plain")["thick"] / t, test)
    low, high = of_calibrated(sure)
    early = math.exp(temperature(plain["80"]))
    share = number(right.mean(), 3)
    mistakes = 1 - confident(plain["80"], test)[1].mean()
    return [
        f"says {number(bold.max(), 3)} where it rains on {number(came[truth == 0.9].mean(), 3)} of the days",
        f"pays {number(log_score(np.full(5000, 0.5), came), 4)} nats a day",
        f"and pays {number(log_score(bold, came), 4)}.",
        f"on a share of {share} of the unseen images, and states a mean confidence of "
        f"{number(sure.mean(), 3)}",
        f"lowest at step 80, and then rises by half, from {number(mean_nll(plain['80'], test), 4)} to "
        f"{number(mean_nll(plain['640'], test), 4)} nats",
        f"grows only from {number(mistakes, 3)} to {number(1 - right.mean(), 3)}",
        f"holds 0.95 in {number(100 * coverage(at, k, k / 20 - half, k / 20 + half)[0], 1)}% of the samples, "
        f"Wilson's in {number(100 * coverage(at, k, *wilson)[0], 1)}%",
        f"in the figure in {number(100 * coverage(grid, k, *wilson).mean(), 1)}%",
        f"Of the {last.sum()} images on which the network is surest, with a mean confidence of "
        f"{number(sure[last].mean(), 3)}, a share of {number(right[last].mean(), 3)} is right, and the "
        f"interval ends at {number(end, 3)}",
        f"This network's, {number(error(sure, right), 4)}, lies far outside the range from "
        f"{number(low, 4)} to {number(high, 4)}",
        f"is {number(math.sqrt(10 / 10_000) / 2, 4)} for A and {number(math.sqrt(15 / 800) / 2, 4)} for B",
        f"the error of {number(0.78 - 0.62, 2)} is gone",
        f"$\\log 3 = {number(math.log(3), 6)}$",
        f"At $T = {number(t, 4)}$ the mean confidence on the unseen images is "
        f"{number(sure_scaled.mean(), 4)}, where it was {number(sure.mean(), 4)}, and the share right is "
        f"{number(right.mean(), 4)}",
        f"fallen by {number(gain.mean(), 4)} nats an image, with an interval from {number(bounds[0], 4)} to "
        f"{number(bounds[1], 4)}",
        f"The calibration error is {number(error(sure_scaled, right), 4)}, which is",
        f"but only from {number(mean_nll(plain['80'] / early, test), 4)} to "
        f"{number(mean_nll(z, test), 4)} at",
        f"lower loss: {number(mean_nll(trained('smooth')['640'], test), 4)} and "
        f"{number(mean_nll(trained('focal')['640'], test), 4)} nats, against "
        f"{number(mean_nll(plain['640'], test), 4)}",
        f"the plain network has {number(mean_nll(z, test), 4)} nats",
        f"a share of {number(thick_right.mean(), 3)} and states {number(thick_sure.mean(), 3)}",
    ]


#: Numbers that are given, not computed: statements, sizes and round numbers of the stories.
GIVEN = {"0.98", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.62", "0.75", "0.78", "0.8", "0.85", "0.9"}
GIVEN |= {"0.95", "0.03", "1.96", "0.021", "0.034", "5,000", "10,000", "400", "600", "797", "500", "800"}
GIVEN |= {"200", "640", "100", "90%", "95%", "85%", "65%"}


def stated() -> str:
    """The prose of the page, without the years of its citations."""
    return re.sub(r"\{cite:[pt]\}`[^`]*`", "", prose("calibration"))


def test_the_page_states_what_another_computation_gives():
    assert [sentence for sentence in sentences() if sentence not in PAGE] == []


def test_no_number_of_the_page_is_left_unchecked():
    assert unchecked(stated(), sentences(), GIVEN) == []


def test_the_scaled_network_errs_no_more_than_calibrated_ones():
    test = foggy()[1][2]
    sure, right = confident(scaled("plain")[1], test)
    low, high = of_calibrated(sure)
    assert low <= error(sure, right) <= high


@pytest.mark.parametrize("seed", [1, 2])
def test_the_plain_network_is_the_worst_as_it_is_and_the_best_once_scaled(seed):
    """What the page concludes must not hang on the first weights."""
    test = foggy()[1][2]
    as_it_is = {name: mean_nll(trained(name, seed)["640"], test) for name in LOSSES}
    mended = {name: mean_nll(scaled(name, seed)[1], test) for name in LOSSES}
    assert max(as_it_is, key=as_it_is.__getitem__) == "plain"
    assert min(mended, key=mended.__getitem__) == "plain"
    assert scaled("smooth", seed)[0] < 1 < scaled("focal", seed)[0] < scaled("plain", seed)[0]


def test_the_training_set_is_all_right_in_the_end_and_not_at_step_80():
    train = foggy()[1][0]
    assert confident(trained("plain")["640"], train)[1].all()
    assert not confident(trained("plain")["80"], train)[1].all()


def test_the_hand_made_temperature_gives_three_quarters():
    best = 2 / math.log(6)
    np.testing.assert_allclose(special.softmax(np.array([2, 0, 0]) / best), [3 / 4, 1 / 8, 1 / 8])


def test_a_perfect_models_error_on_500_examples_is_about_three_hundredths():
    rng = np.random.default_rng(11)
    s = rng.uniform(0.5, 1, size=(300, 500))
    found = np.mean([error(row, rng.random(500) < row) for row in s])
    assert 0.028 < found < 0.033
