"""Wrong and right solutions of the assignment `coding`."""

import heapq
import math
import warnings
from collections import Counter
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
from mutation import mutant, right

# ---- part 1 -----------------------------------------------------------------------------------------


@right("kraft_sum")
def with_numpy(lengths):
    return (0.5**lengths).sum()


@right("kraft_sum")
def with_a_loop(lengths):
    total = 0
    for length in lengths:
        total += 2.0**-length
    return total


@right("kraft_sum")
def printing_and_warning(lengths):
    print("lengths", lengths)
    warnings.warn("careful", stacklevel=1)
    return float(np.exp2(-lengths.astype(float)).sum())


@mutant("kraft_sum", says="the sign of the exponent")
def growing_powers(lengths):
    return np.sum(2.0**lengths)


@mutant("kraft_sum", says="exp has the base e")
def natural_powers(lengths):
    return np.exp(-np.array(lengths, dtype=float)).sum()


@mutant("kraft_sum", says="Add them up")
def not_added_up(lengths):
    return 2.0 ** -np.array(lengths)


@mutant("kraft_sum", says="that is the mean")
def mean_power(lengths):
    return np.mean(2.0**-lengths)


@mutant("kraft_sum", says="whether the sum is at most 1")
def yes_or_no(lengths):
    return sum(2.0 ** -float(x) for x in lengths) <= 1


@mutant("kraft_sum", says="Take the powers first")
def power_of_the_sum(lengths):
    return 2.0 ** -sum(lengths)


@mutant("kraft_sum", says="Integers to negative integer powers")
def whole_base(lengths):
    return (2**-lengths).sum()


@mutant("kraft_sum", says="(The case: a symbol without a codeword.)")
def whole_lengths_only(lengths):
    return sum(Fraction(1, 2 ** int(x)) for x in lengths) * 1.0


# ---- part 2 -----------------------------------------------------------------------------------------


@right("shannon_lengths")
def rounded_up(p):
    return np.ceil(-np.log2(p))


@right("shannon_lengths")
def of_the_reciprocal(p):
    return np.ceil(np.log2(1 / p))


@right("shannon_lengths")
def counting_halves(p):
    lengths = []
    for x in p:
        length = 0
        while x > 0 and 0.5**length > x:
            length += 1
        lengths.append(length if x > 0 else math.inf)
    return lengths


@right("shannon_lengths")
def with_math_log2(p):
    return [math.ceil(-math.log2(x)) if x > 0 else math.inf for x in p]


@mutant("shannon_lengths", says="rounded down, too short")
def floored(p):
    return np.floor(-np.log2(p))


@mutant("shannon_lengths", says="rounded down, too short")
def cut_off(p):
    return np.array([int(-np.log2(x)) for x in p])


@mutant("shannon_lengths", says="rounded to the nearest")
def nearest(p):
    return np.round(-np.log2(p))


@mutant("shannon_lengths", says="not rounded")
def surprises_themselves(p):
    return -np.log2(p)


@mutant("shannon_lengths", says="the natural logarithm")
def in_nats(p):
    return np.ceil(-np.log(p))


@mutant("shannon_lengths", says="after the sign is turned")
def ceil_then_sign(p):
    return -np.ceil(np.log2(p)) + 0.0


@mutant("shannon_lengths", says="the sign is missing")
def negative_lengths(p):
    return np.floor(np.log2(p)) + 1 - (np.log2(p) == np.floor(np.log2(p)))


@mutant("shannon_lengths", says="rounded down, plus 1")
def floor_plus_one(p):
    return np.floor(-np.log2(p)) + 1


@mutant("shannon_lengths", says="np.log2 is exact there")
def quotient_of_logarithms(p):
    return np.ceil(-np.log(p) / np.log(2))


@mutant("shannon_lengths", says="at least 1 bit was given")
def at_least_one(p):
    return np.maximum(1, np.ceil(-np.log2(p)))


@mutant("shannon_lengths", says="was given the length 0")
def none_for_nothing(p):
    return np.array([np.ceil(-np.log2(x)) if x > 0 else 0 for x in p])


@mutant("shannon_lengths", says="which math.log refuses")
def math_log_of_zero(p):
    return [math.ceil(-math.log2(x)) for x in p]


# ---- part 3 -----------------------------------------------------------------------------------------


@right("bits_per_letter")
def letter_by_letter(text, lengths):
    total = 0
    for letter in text:
        if letter not in lengths:
            return math.inf
        total += lengths[letter]
    return total / len(text)


@right("bits_per_letter")
def by_counts(text, lengths):
    return sum(n * lengths.get(x, np.inf) for x, n in Counter(text).items()) / len(text)


@right("bits_per_letter")
def mean_of_an_array(text, lengths):
    return np.mean([lengths.get(x, np.inf) for x in text])


@mutant("bits_per_letter", says="that is the sum")
def total(text, lengths):
    return sum(lengths.get(x, np.inf) for x in text)


@mutant("bits_per_letter", says="each letter was counted once")
def distinct_letters(text, lengths):
    return np.mean([lengths.get(x, np.inf) for x in sorted(set(text))])


@mutant("bits_per_letter", says="divided by the number of different letters")
def over_different_letters(text, lengths):
    return sum(lengths.get(x, np.inf) for x in text) / len(set(text))


@mutant("bits_per_letter", says="The text decides")
def mean_of_the_code(text, lengths):
    return np.mean(list(lengths.values()))


@mutant("bits_per_letter", says="The text has shares of its own")
def as_the_code_expects(text, lengths):
    return sum(2.0**-n * n for n in lengths.values())


@mutant("bits_per_letter", says="the price of the best code")
def its_own_entropy(text, lengths):
    p = np.array(list(Counter(text).values())) / len(text)
    return -(p * np.log2(p)).sum()


@mutant("bits_per_letter", says="was skipped, or counted 0")
def counted_zero(text, lengths):
    return sum(lengths.get(x, 0) for x in text) / len(text)


@mutant("bits_per_letter", says="was skipped, or counted 0")
def left_out(text, lengths):
    return np.mean([lengths[x] for x in text if x in lengths])


@mutant("bits_per_letter", says="0 * inf is nan")
def through_the_code(text, lengths):
    if any(x not in lengths for x in text):
        return np.inf
    return sum(text.count(x) * n for x, n in lengths.items()) / len(text)


@mutant("bits_per_letter", says="raised KeyError")
def not_thought_of(text, lengths):
    return sum(lengths[x] for x in text) / len(text)


# ---- part 4 -----------------------------------------------------------------------------------------


def tree_lengths(weights, choose):
    """Lengths where `choose` sorts or picks the trees before the first two are joined."""
    lengths = [0] * len(weights)
    trees = [(float(w), [k]) for k, w in enumerate(weights)]
    while len(trees) > 1:
        trees = choose(trees)
        for k in trees[0][1] + trees[1][1]:
            lengths[k] += 1
        trees = [*trees[2:], (trees[0][0] + trees[1][0], trees[0][1] + trees[1][1])]
    return lengths


@right("huffman_lengths")
def by_sorting(weights):
    return tree_lengths(weights, sorted)


@right("huffman_lengths")
def the_deepest_of_equals(weights):
    return tree_lengths(weights, lambda trees: sorted(trees, key=lambda t: (t[0], -len(t[1]))))


@right("huffman_lengths")
def with_a_heap(weights):
    heap = [[float(w), [k]] for k, w in enumerate(weights)]
    heapq.heapify(heap)
    lengths = np.zeros(len(weights), dtype=int)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        lengths[a[1] + b[1]] += 1
        heapq.heappush(heap, [a[0] + b[0], a[1] + b[1]])
    return lengths


@right("huffman_lengths")
def by_recursion(weights):
    weights = [float(w) for w in weights]
    if len(weights) == 1:
        return (0.0,)
    a, b = np.argsort(weights, kind="stable")[:2]
    rest = [w for k, w in enumerate(weights) if k not in (a, b)]
    *inner, joined = by_recursion.function([*rest, weights[a] + weights[b]])
    inner = iter(inner)
    return tuple(joined + 1 if k in (a, b) else next(inner) for k in range(len(weights)))


@mutant("huffman_lengths", says="0 bits will do")
def one_bit_at_least(weights):
    return [max(n, 1) for n in tree_lengths(weights, sorted)]


@mutant("huffman_lengths", says="Shannon's lengths")
def shannons(weights):
    return np.ceil(-np.log2(weights / weights.sum()))


@mutant("huffman_lengths", says="all codewords are equally long")
def equally_long(weights):
    return [math.ceil(math.log2(len(weights)))] * len(weights)


@mutant("huffman_lengths", says="the two heaviest trees were joined")
def heaviest_first(weights):
    return tree_lengths(weights, lambda trees: sorted(trees, reverse=True))


@mutant("huffman_lengths", says="Sort again before each step")
def never_sorted(weights):
    return tree_lengths(weights, list)


@mutant("huffman_lengths", says="A joined tree waits its turn")
def one_growing_tree(weights):
    order = sorted(range(len(weights)), key=lambda k: -weights[k])
    lengths = [0] * len(weights)
    for depth, k in enumerate(order, start=1):
        lengths[k] = depth
    lengths[order[-1]] = len(weights) - 1
    return lengths


@mutant("huffman_lengths", says="in the order of the symbols")
def sorted_up(weights):
    return sorted(tree_lengths(weights, sorted))


@mutant("huffman_lengths", says="in the order of the symbols")
def sorted_down(weights):
    return sorted(tree_lengths(weights, sorted), reverse=True)


@mutant("huffman_lengths", says="returned nothing (None)")
def forgot_to_return(weights):
    tree_lengths(weights, sorted)


@mutant("huffman_lengths", says="of 5 entries differ")
def half_a_bit_saved(weights):
    return [n - 0.5 for n in tree_lengths(weights, sorted)[:1]] + tree_lengths(weights, sorted)[1:-1] + [1.0]


# ---- part 5 -----------------------------------------------------------------------------------------


@right("codewords")
def by_fractions(lengths):
    words = {}
    C = Fraction(0)
    for k in np.argsort(lengths, kind="stable").tolist():
        words[k] = format(int(C * 2 ** lengths[k]), "b").zfill(lengths[k])
        C += Fraction(1, 2 ** lengths[k])
    return [words[k] for k in range(len(lengths))]


@right("codewords")
def first_that_fits(lengths):
    words = [None] * len(lengths)
    free = [""]
    for k in sorted(range(len(lengths)), key=lambda k: lengths[k]):
        free.sort(key=len)
        word = free.pop()
        while len(word) < lengths[k]:
            free.append(word + "1")
            word += "0"
        words[k] = word
    return tuple(words)


@right("codewords")
def counting_down_from_ones(lengths):
    flip = str.maketrans("01", "10")
    return np.array([word.translate(flip) for word in by_fractions.function(lengths)])


@right("codewords")
def numpy_s_own_text(lengths):
    return [np.str_(word) for word in by_fractions.function(lengths)]


@mutant("codewords", says="the shortest codewords must get their intervals first")
def in_the_order_of_symbols(lengths):
    words, C = [], 0.0
    for length in lengths:
        words.append(format(int(C * 2**length) % 2**length, f"0{length}b"))
        C += 2.0**-length
    return words


@mutant("codewords", says="the shortest codewords must get their intervals first")
def counted_without_a_shift(lengths):
    return [format(k, f"0{length}b")[-length:] for k, length in enumerate(lengths)]


@mutant("codewords", says="zeros in front are lost")
def without_zeros(lengths):
    return [format(int(word, 2), "b") for word in by_fractions.function(lengths)]


@mutant("codewords", says="at its symbol's place")
def in_the_order_of_lengths(lengths):
    return by_fractions.function(sorted(lengths))


@mutant("codewords", says="made of 0 and 1, such as")
def as_numbers(lengths):
    return [int(word, 2) for word in by_fractions.function(lengths)]


@mutant("codewords", says="made of 0 and 1, such as")
def with_bin(lengths):
    return [bin(int(word, 2)) for word in by_fractions.function(lengths)]


@mutant("codewords", says="A list of 4 codewords is needed")
def one_text(lengths):
    return " ".join(by_fractions.function(lengths))


# ---- part 6 -----------------------------------------------------------------------------------------


def fraction_encode(
    message, counts, *, before=lambda counts, s: sum(counts[:s]), up=math.ceil, slack=2, one=Fraction(1)
):
    """An encoder whose steps can be bent."""
    total = sum(counts)
    low, width = 0 * one, one
    for s in message:
        low = low + width * before(counts, s) / total
        width = width * counts[s] / total
    m = 1
    while slack * 0.5**m * one > width if isinstance(one, float) else Fraction(slack, 2**m) > width:
        m += 1
    return format(up(low * 2**m), f"0{m}b")


@right("arithmetic_encode")
def with_fractions(message, counts):
    return fraction_encode(message, counts)


@right("arithmetic_encode")
def shortest_that_fits(message, counts):
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low += width * Fraction(sum(counts[:s]), sum(counts))
        width *= Fraction(counts[s], sum(counts))
    m = 1
    while True:
        j = math.ceil(low * 2**m)
        if Fraction(j + 1, 2**m) <= low + width:
            return format(j, f"0{m}b")
        m += 1


@right("arithmetic_encode")
def with_many_decimals(message, counts):
    getcontext().prec = 2000
    low, width = Decimal(0), Decimal(1)
    for s in message:
        low += width * sum(counts[:s]) / sum(counts)
        width = width * counts[s] / sum(counts)
    m = 1
    while width * 2**m * (1 + Decimal(10) ** -1900) < 2:
        m += 1
    return format(math.ceil(low * 2**m - Decimal(10) ** -1000), f"0{m}b")


@mutant("arithmetic_encode", says="taken from its end")
def backwards(message, counts):
    return fraction_encode(message[::-1], counts)


@mutant("arithmetic_encode", says="without its own count")
def behind_the_symbol(message, counts):
    return fraction_encode(message, counts, before=lambda counts, s: sum(counts[: s + 1]))


@mutant("arithmetic_encode", says="Change low first")
def width_first(message, counts):
    low, width = Fraction(0), Fraction(1)
    for s in message:
        width *= Fraction(counts[s], sum(counts))
        low += width * Fraction(sum(counts[:s]), sum(counts))
    m = 1
    while Fraction(1, 2**m) > width / 2:
        m += 1
    return format(math.ceil(low * 2**m), f"0{m}b")


@mutant("arithmetic_encode", says="times the width")
def low_not_scaled(message, counts):
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low += Fraction(sum(counts[:s]), sum(counts))
        width *= Fraction(counts[s], sum(counts))
    m = 1
    while Fraction(1, 2**m) > width / 2:
        m += 1
    return format(math.ceil(low * 2**m), f"0{m}b")


@mutant("arithmetic_encode", says="low was rounded down")
def floor_of_low(message, counts):
    return fraction_encode(message, counts, up=math.floor)


@mutant("arithmetic_encode", says="one bit too few")
def surprise_rounded_up(message, counts):
    return fraction_encode(message, counts, slack=1)


@mutant("arithmetic_encode", says="zeros in front are lost")
def leading_zeros_lost(message, counts):
    return format(int(fraction_encode(message, counts), 2), "b")


@mutant("arithmetic_encode", says="m is the smallest number")
def too_many_bits(message, counts):
    return fraction_encode(message, counts, slack=32)


@mutant("arithmetic_encode", says="decimals were used on the way")
def in_decimals(message, counts):
    return fraction_encode(message, counts, one=1.0)


@mutant("arithmetic_encode", says="A piece of text made of 0 and 1 is needed")
def digits_in_a_list(message, counts):
    return [int(bit) for bit in fraction_encode(message, counts)]


@mutant("arithmetic_encode", says="A piece of text made of 0 and 1 is needed")
def with_0b(message, counts):
    return bin(int(fraction_encode(message, counts), 2))


@mutant("arithmetic_encode", says="lies outside the message's interval")
def all_equally_likely(message, counts):
    return fraction_encode(message, [1] * len(counts))


@mutant("arithmetic_encode", says="could lead out of it")
def middle_of_the_interval_cut_short(message, counts):
    low, width = Fraction(0), Fraction(1)
    for s in message:
        low += width * Fraction(sum(counts[:s]), sum(counts))
        width *= Fraction(counts[s], sum(counts))
    m = 1
    while not low <= Fraction(math.floor((low + width / 2) * 2**m), 2**m):
        m += 1
    return format(math.floor((low + width / 2) * 2**m), f"0{m}b")


# ---- part 7 -----------------------------------------------------------------------------------------


def fraction_decode(bits, counts, length, *, one=Fraction(1)):
    """A decoder for exact and for rounded numbers."""
    v, total, message = one * int(bits, 2) / 2 ** len(bits), sum(counts), []
    for _ in range(length):
        s, start = 0, 0
        while s < len(counts) - 1 and start + counts[s] <= total * v:
            start, s = start + counts[s], s + 1
        message.append(s)
        v = (total * v - start) / counts[s]
    return message


@right("arithmetic_decode")
def step_by_step(bits, counts, length):
    return fraction_decode(bits, counts, length)


@right("arithmetic_decode")
def keeping_low_and_width(bits, counts, length):
    v = sum(Fraction(int(bit), 2**i) for i, bit in enumerate(bits, start=1))
    sums = np.concatenate([[0], np.cumsum(counts)]).tolist()
    low, width, message = Fraction(0), Fraction(1), []
    for _ in range(length):
        for s in range(len(counts)):
            start = low + width * Fraction(sums[s], sums[-1])
            stop = low + width * Fraction(sums[s + 1], sums[-1])
            if start <= v < stop:
                message.append(s)
                low, width = start, stop - start
                break
    return np.array(message)


@right("arithmetic_decode")
def as_a_tuple(bits, counts, length):
    return tuple(fraction_decode(bits, counts, length))


@mutant("arithmetic_decode", says="the message is backwards")
def read_backwards(bits, counts, length):
    return fraction_decode(bits, counts, length)[::-1]


@mutant("arithmetic_decode", says="v was not magnified")
def never_magnified(bits, counts, length):
    v = Fraction(int(bits, 2), 2 ** len(bits))
    sums = np.cumsum(counts).tolist()
    return [next(s for s, stop in enumerate(sums) if v * sums[-1] < stop) for _ in range(length)]


@mutant("arithmetic_decode", says="the search not begun again")
def search_goes_on(bits, counts, length):
    v, T = Fraction(int(bits, 2), 2 ** len(bits)), sum(counts)
    s, start, message = 0, 0, []
    for _ in range(length):
        while start + counts[s] <= T * v:
            start, s = start + counts[s], s + 1
        message.append(s)
        v = (T * v - start) / counts[s]
    return message


@mutant("arithmetic_decode", says="exactly where two parts meet")
def strict_search(bits, counts, length):
    v, sums = Fraction(int(bits, 2), 2 ** len(bits)), np.cumsum(counts).tolist()
    message = []
    for _ in range(length):
        v *= sums[-1]
        s = next(s for s, stop in enumerate(sums) if v <= stop)
        message.append(s)
        v = (v - sums[s] + counts[s]) / counts[s]
    return message


@mutant("arithmetic_decode", says="divided by T")
def magnified_too_little(bits, counts, length):
    v, sums = Fraction(int(bits, 2), 2 ** len(bits)), np.cumsum(counts).tolist()
    message = []
    for _ in range(length):
        s = next(s for s, stop in enumerate(sums) if v * sums[-1] < stop)
        message.append(s)
        v -= Fraction(sums[s] - counts[s], sums[-1])
    return message


@mutant("arithmetic_decode", says="count from 0")
def counted_from_one(bits, counts, length):
    return [s + 1 for s in fraction_decode(bits, counts, length)]


@mutant("arithmetic_decode", says="one symbol too many")
def one_too_many(bits, counts, length):
    return fraction_decode(bits, counts, length + 1)


@mutant("arithmetic_decode", says="reads the bits one by one")
def bit_by_bit(bits, counts, length):
    return [int(bits[i]) for i in range(length)]


@mutant("arithmetic_decode", says="Likely slip: decimals")
def decoded_in_decimals(bits, counts, length):
    return fraction_decode(bits, counts, length, one=1.0)


@mutant("arithmetic_decode", says="a list of 2 entries was expected")
def as_one_text(bits, counts, length):
    return "".join(map(str, fraction_decode(bits, counts, length)))


@mutant("arithmetic_decode", says="(The case: an empty message")
def at_least_one_symbol(bits, counts, length):
    return fraction_decode(bits, counts, max(length, 1))
