"""The kernels of `xentcourse.accelerated.triton_engine`. Importing this module imports Triton.

One program computes one row; offsets of rows are 64-bit. See `xentcourse.accelerated.rows` for the formula.
"""

import triton
import triton.language as tl

SKIPPED = tl.constexpr(-(2**63))


@triton.jit
def load_row(  # type: ignore[no-untyped-def]
    z_ptr,
    z_col,
    columns,
    classes,
    label,
    exact,
    SOFTCAP: tl.constexpr,
    EXACT: tl.constexpr,
    DTYPE: tl.constexpr,
):
    """A block of a row after the soft cap, the label's logit as before its rounding; −inf beyond the end."""
    inside = columns < classes
    z = tl.load(z_ptr + columns * z_col, mask=inside, other=-float("inf")).to(DTYPE)
    if EXACT:
        z = tl.where(columns == label, exact, z)
    if SOFTCAP is not None:
        x = z / SOFTCAP
        e = tl.exp(-2 * tl.abs(x))
        tanh = (1 - e) / (1 + e)
        z = tl.where(inside, tl.where(x < 0, -tanh, tanh) * SOFTCAP, -float("inf"))
        z = tl.where(x != x, x, z)
    return z


@triton.jit
def load_weight(weight_ptr, columns, classes, WEIGHTED: tl.constexpr, DTYPE: tl.constexpr):  # type: ignore[no-untyped-def]
    """A block of class weights; 0 beyond the end."""
    inside = columns < classes
    if WEIGHTED:
        return tl.load(weight_ptr + columns, mask=inside, other=0).to(DTYPE)
    return inside.to(DTYPE)


@triton.jit
def product(coefficients, values):  # type: ignore[no-untyped-def]
    """A coefficient 0 gives 0 beside any value, −inf included."""
    return tl.where(coefficients == 0, 0.0, coefficients * values)


@triton.jit
def rows_kernel(  # type: ignore[no-untyped-def]
    z_ptr,
    z_row,
    z_col,
    label_ptr,
    probs_ptr,
    probs_row,
    probs_col,
    weight_ptr,
    weight_sum_ptr,
    exact_ptr,
    u_ptr,
    v_ptr,
    out_ptr,
    out_row,
    out_col,
    nll_ptr,
    square_ptr,
    classes,
    SMOOTHING: tl.constexpr,
    SOFTCAP: tl.constexpr,
    SOFT: tl.constexpr,
    EXACT: tl.constexpr,
    WEIGHTED: tl.constexpr,
    GRADIENT: tl.constexpr,
    WHOLE: tl.constexpr,
    DTYPE: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Loss and, where wanted, gradient of a row; WHOLE rows are read once, longer ones once more."""
    row = tl.program_id(0).to(tl.int64)
    z_ptr += row * z_row
    probs_ptr += row * probs_row
    out_ptr += row * out_row
    label = tl.load(label_ptr + row)
    exact = tl.load(exact_ptr + row)
    block = tl.arange(0, BLOCK).to(tl.int64)
    if label == SKIPPED:
        tl.store(nll_ptr + row, 0.0)
        tl.store(square_ptr + row, 0.0)
        if GRADIENT:
            for start in range(0, classes, BLOCK):
                columns = start + block
                tl.store(out_ptr + columns * out_col, 0.0, mask=columns < classes)
    else:
        # 1. The maximum and the sum of exponentials, online: the sum is scaled when the maximum grows.
        kept = load_row(z_ptr, z_col, block, classes, label, exact, SOFTCAP, EXACT, DTYPE)
        largest = tl.max(kept, axis=0)
        shift = tl.where(largest == -float("inf"), 0.0, largest)  # a first block of −inf must not give NaN
        total_exp = tl.sum(tl.exp(kept - shift), axis=0)
        for start in range(BLOCK, classes, BLOCK):
            z = load_row(z_ptr, z_col, start + block, classes, label, exact, SOFTCAP, EXACT, DTYPE)
            higher = tl.maximum(largest, tl.max(z, axis=0))
            shift = tl.where(higher == -float("inf"), 0.0, higher)
            total_exp = total_exp * tl.exp(largest - shift) + tl.sum(tl.exp(z - shift), axis=0)
            largest = higher
        log_sum = tl.log(total_exp)
        lse = largest + log_sum
        # 2. The target: the sum of its coefficients, and their sum with z − max.
        share = total_exp * 0 + 1 - SMOOTHING
        spread = (total_exp * 0 + SMOOTHING) / classes
        own = share * 0
        total = share * 0
        weighted = share * 0
        outside = (label < 0) | (label >= classes)
        if not SOFT:
            at = tl.where(outside, 0, label)
            own = share
            if WEIGHTED:
                own = share * tl.load(weight_ptr + at).to(DTYPE)
            own = tl.where(outside, float("nan"), own)
            z = tl.load(z_ptr + at * z_col).to(DTYPE)
            if EXACT:
                z = exact
            if SOFTCAP is not None:
                e = tl.exp(-2 * tl.abs(z / SOFTCAP))
                z = tl.where(z < 0, -1.0, 1.0) * ((1 - e) / (1 + e)) * SOFTCAP
            total = own
            weighted = product(own, z - largest)
        if SOFT or SMOOTHING > 0:
            every = share * 0
            for start in range(0, classes, BLOCK):
                columns = start + block
                z = (
                    kept
                    if WHOLE
                    else load_row(z_ptr, z_col, columns, classes, label, exact, SOFTCAP, EXACT, DTYPE)
                )
                w = load_weight(weight_ptr, columns, classes, WEIGHTED, DTYPE)
                if SOFT:
                    p = tl.load(probs_ptr + columns * probs_col, mask=columns < classes, other=0).to(DTYPE)
                    total += tl.sum(share * p * w, axis=0)
                    weighted += tl.sum(product(share * p * w, z - largest), axis=0)
                if SMOOTHING > 0:
                    every += tl.sum(product(w, z - largest), axis=0)
            if SMOOTHING > 0:
                total += spread * tl.load(weight_sum_ptr)
                weighted += spread * every
        tl.store(nll_ptr + row, total * log_sum - weighted)
        tl.store(square_ptr + row, lse * lse)
        # 3. The gradient; the row is read again only where it is too long to be kept.
        if GRADIENT:
            u = tl.load(u_ptr + row)
            scale = (u * total + 2 * tl.load(v_ptr + row) * lse) / total_exp
            for start in range(0, classes, BLOCK):
                columns = start + block
                inside = columns < classes
                z = (
                    kept
                    if WHOLE
                    else load_row(z_ptr, z_col, columns, classes, label, exact, SOFTCAP, EXACT, DTYPE)
                )
                gradient = tl.exp(z - largest) * scale
                if SMOOTHING > 0:
                    gradient -= u * spread * load_weight(weight_ptr, columns, classes, WEIGHTED, DTYPE)
                if SOFT:
                    p = tl.load(probs_ptr + columns * probs_col, mask=inside, other=0).to(DTYPE)
                    gradient -= u * share * p * load_weight(weight_ptr, columns, classes, WEIGHTED, DTYPE)
                else:
                    gradient -= tl.where(columns == label, u * own, 0.0)
                    gradient = tl.where(outside, float("nan"), gradient)
                if SOFTCAP is not None:
                    tanh = z / SOFTCAP
                    gradient *= 1 - tanh * tanh
                tl.store(out_ptr + columns * out_col, gradient.to(out_ptr.dtype.element_ty), mask=inside)


@triton.jit
def scale_kernel(gradient_ptr, factor_ptr, size, BLOCK: tl.constexpr):  # type: ignore[no-untyped-def]
    """Multiply the gradient by the factor, without touching the gradient where the factor is 1."""
    factor = tl.load(factor_ptr)
    if factor != 1:
        place = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
        inside = place < size
        value = tl.load(gradient_ptr + place, mask=inside) * factor
        tl.store(gradient_ptr + place, value.to(gradient_ptr.dtype.element_ty), mask=inside)
