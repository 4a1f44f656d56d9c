"""Copies are found whatever they are called, and people who think alike are not."""

import random
import time

import pytest

from xentcourse.teaching.likeness import alike, fingerprints, like_solution, prints_of, tokens

STUB = "def mean_of_rows(X):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
MINE = """def mean_of_rows(X):
    totals = []
    for row in X:
        total = 0.0
        for value in row:
            if value > 0:
                total += value
            else:
                total -= 2 * value
        totals.append(total / len(row))
    largest, smallest = max(totals), min(totals)
    if largest - smallest < 1e-12 * abs(largest):
        raise ValueError("all rows have one mean")
    return [(total - smallest) / (largest - smallest) for total in totals if total != largest]
"""
RENAMED = """def mean_of_rows(A):
    # all mine
    out = []
    for r in A:
        s = 0.0
        for v in r:
            if v > 0: s += v
            else: s -= 2 * v
        out.append(s / len(r))

    m, n = max(out), min(out)
    if m - n < 1e-12 * abs(m):  # else we divide by 0
        raise ValueError("no difference")

    return [(t - n) / (m - n) for t in out if t != m]
"""
USUAL = """def mean_of_rows(X):
    X = np.asarray(X, dtype=float)
    sums = X.sum(axis=1)
    counts = X.shape[1]
    answer = sums / counts
    assert answer.shape == (X.shape[0],)
    largest = np.max(answer, axis=0, keepdims=True)
    return np.where(answer == largest, 0.0, answer / largest)
"""


def prints(source: str, **options: bool):
    return prints_of({"part": source}, {"part": STUB}, **options)


def test_names_comments_and_layout_hide_nothing():
    assert tokens(MINE)[:40] == tokens(RENAMED)[:40]
    (pair,) = alike({"ada": prints(MINE), "bob": prints(RENAMED), "cyd": prints(USUAL)})
    assert (pair.first, pair.second) == ("ada", "bob")
    assert pair.share > 0.8


def test_two_who_left_the_release_as_it_was_are_not_alike():
    assert prints(STUB) == frozenset()
    assert alike({"ada": prints(STUB), "bob": prints(STUB)}) == []


def test_what_many_wrote_raises_no_alarm():
    everybody = {f"s{number}": prints(USUAL) for number in range(30)}
    assert alike(everybody) == []
    assert [p.first for p in alike(everybody | {"ada": prints(MINE), "bob": prints(RENAMED)})] == ["ada"]


def test_the_published_solution_is_found_however_many_have_it():
    solution = prints(USUAL, names=True)
    everybody = {f"s{number}": prints(USUAL, names=True) for number in range(30)}
    own = {"ada": prints(USUAL.replace("answer", "means").replace("sums", "all_of_it"), names=True)}
    assert {pair.first for pair in like_solution(everybody | own, solution)} == set(everybody)


@pytest.mark.parametrize(
    "source", ["def f(x:\n  return", "'''never closed", "\0", "x = 1\n\ty = 2", "é = ½", ""]
)
def test_what_is_no_python_is_read_as_far_as_it_is(source):
    assert isinstance(tokens(source), list)
    assert prints(source) == frozenset()


def test_a_shared_run_of_tokens_is_always_found():
    rng = random.Random(0)
    words = [str(number) for number in range(1000)]
    shared = rng.choices(words, k=15)
    for _ in range(50):
        one, two = (rng.choices(words, k=rng.randrange(60)) for _ in range(2))
        both = [fingerprints([*own, *shared, *own[::-1]]) for own in (one, two)]
        assert both[0] & both[1]


def test_a_thousand_are_compared_in_seconds():
    rng = random.Random(0)
    words = ["name", "(", ")", "=", "+", "*", "1", "0", ".", "sum", "[", "]", "for", "in", "return"]
    everybody = {f"s{n}": fingerprints(rng.choices(words, k=600)) for n in range(1000)}
    started = time.monotonic()
    assert alike(everybody) == []
    assert time.monotonic() - started < 20
