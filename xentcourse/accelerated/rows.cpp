// The rows of cross-entropy on a CPU: losses and, in the same pass, the gradient. See rows.py for the formula.
//
// A row is read once from memory, in blocks that fit the first cache: (1) the maximum so far and one exponential
// for each element, relative to it, kept in a buffer of the thread; (2) the target; (3) the gradient from the
// buffer, each block brought to the row's maximum. `out` may be the logits.
// No header of torch is needed: the caller passes pointers, and the threads are OpenMP's, which torch has
// already loaded.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <new>
#include <type_traits>

namespace {

constexpr int64_t BLOCK = 2048;  // numbers that are read twice while the first cache holds them
constexpr int64_t SKIPPED = std::numeric_limits<int64_t>::min();

struct bfloat16 { uint16_t bits; };

inline float load(float x) { return x; }
inline double load(double x) { return x; }
inline float load(_Float16 x) { return static_cast<float>(x); }
inline float load(bfloat16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline void store(float* to, float x) { *to = x; }
inline void store(double* to, double x) { *to = x; }
inline void store(_Float16* to, float x) { *to = static_cast<_Float16>(x); }
inline void store(bfloat16* to, float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const uint32_t nearest = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;  // ties to even
  to->bits = static_cast<uint16_t>(x != x ? 0x7fc0u : nearest);
}

// exp x for x <= 0, to about one unit in the last place; what would be subnormal is 0. Written so that a
// compiler turns a loop over it into vector instructions. Source: Cephes (Moshier), expf.
inline float exponential(float x) {
  const float turns = std::fma(x, 1.44269504088896341f, 12582912.0f) - 12582912.0f;  // rounds to an integer
  float r = std::fma(turns, -0.693359375f, x);
  r = std::fma(turns, 2.12194440e-4f, r);
  float y = 1.9875691500e-4f;
  y = std::fma(y, r, 1.3981999507e-3f);
  y = std::fma(y, r, 8.3334519073e-3f);
  y = std::fma(y, r, 4.1665795894e-2f);
  y = std::fma(y, r, 1.6666665459e-1f);
  y = std::fma(y, r, 5.0000001201e-1f);
  y = std::fma(y, r * r, r + 1.0f);
  const int32_t bits = (static_cast<int32_t>(turns < -126.0f ? -126.0f : turns) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return x < -87.0f ? 0.0f : y * power;  // a NaN is not below, and stays a NaN
}
inline double exponential(double x) { return std::exp(x); }

// tanh x. Source: Cephes (Moshier), tanhf.
inline float hyperbolic_tangent(float x) {
  const float size = std::fabs(x), square = x * x;
  const float e = exponential(-2.0f * size), far = std::copysign((1.0f - e) / (1.0f + e), x);
  float y = -5.70498872745e-3f;
  y = std::fma(y, square, 2.06390887954e-2f);
  y = std::fma(y, square, -5.37397155531e-2f);
  y = std::fma(y, square, 1.33314422036e-1f);
  y = std::fma(y, square, -3.33332819422e-1f);
  const float near = std::fma(y * square, x, x);
  return size < 0.625f ? near : far;
}
inline double hyperbolic_tangent(double x) { return std::tanh(x); }

template <typename A>
struct Problem {
  int64_t count, classes;
  int64_t logits_stride, probs_stride, out_stride;
  const int64_t* labels;
  const A* probs;   // null for labels
  const A* weight;  // null for ones
  const A* own;     // the labels' logits before they were rounded to a short T; null where they were not
  const A* u;       // null where no gradient is wanted
  const A* v;
  double smoothing, softcap;  // softcap 0: none
  double weight_sum;
  A *nll, *square;
};

template <typename A>
inline A product(A coefficient, A value) {  // 0 beside any value, -inf included
  return coefficient == A(0) ? A(0) : coefficient * value;
}

// What a thread needs beside its row: the exponentials, their blocks' maxima and later factors, and the logits
// as they are summed where they are not summed as they came.
template <typename A>
struct Scratch {
  A *e, *block, *capped;
};

// The sum of the exponentials in double: a float that holds 1 already does not notice what is far smaller.
template <typename A>
double exact_sum(const A* e, const A* block, int64_t classes, A largest) {
  double sum = 0;
  for (int64_t begin = 0; begin < classes; begin += BLOCK) {
    const int64_t end = begin + BLOCK < classes ? begin + BLOCK : classes;
    double more = 0;
#pragma omp simd reduction(+ : more)
    for (int64_t k = begin; k < end; ++k) more += static_cast<double>(e[k]);
    if (more > 0) sum += more * std::exp(static_cast<double>(block[begin / BLOCK]) - static_cast<double>(largest));
  }
  return sum;
}

template <typename T, typename A, bool CAPPED>
void one_row(const Problem<A>& p, int64_t row, const T* logits, T* out, const Scratch<A>& scratch) {
  const int64_t classes = p.classes, label = p.labels[row];
  const A nan = std::numeric_limits<A>::quiet_NaN(), infinity = std::numeric_limits<A>::infinity();
  if (label == SKIPPED) {
    p.nll[row] = p.square[row] = A(0);
    if (out) std::memset(static_cast<void*>(out), 0, classes * sizeof(T));
    return;
  }
  const A cap = static_cast<A>(p.softcap);
  A *__restrict__ e = scratch.e, *__restrict__ block = scratch.block, *__restrict__ capped = scratch.capped;
  constexpr bool COPIED = CAPPED || !std::is_same<T, A>::value;
  auto z = [&](int64_t k) { return COPIED ? capped[k] : static_cast<A>(load(logits[k])); };

  // 1. The maximum so far, the exponentials relative to it and their sum; a NaN among the logits comes through
  // in the exponentials.
  A largest = -infinity;
  double sum = 0;
  for (int64_t begin = 0; begin < classes; begin += BLOCK) {
    const int64_t end = begin + BLOCK < classes ? begin + BLOCK : classes;
    if (COPIED) {
#pragma omp simd
      for (int64_t k = begin; k < end; ++k) {
        const A value = load(logits[k]);
        capped[k] = CAPPED ? cap * hyperbolic_tangent(value / cap) : value;
      }
      if (p.own && label >= begin && label < end)
        capped[label] = CAPPED ? cap * hyperbolic_tangent(p.own[row] / cap) : p.own[row];
    }
    A top = largest;
#pragma omp simd reduction(max : top)
    for (int64_t k = begin; k < end; ++k) {
      const A value = z(k);
      top = value > top ? value : top;
    }
    if (top > largest && sum > 0) sum *= std::exp(static_cast<double>(largest) - static_cast<double>(top));
    largest = top;
    const A base = top == -infinity ? A(0) : top;  // exp(-inf - 0) is 0, exp(-inf + inf) is not
    A more = 0;
#pragma omp simd reduction(+ : more)
    for (int64_t k = begin; k < end; ++k) {
      const A value = exponential(z(k) - base);
      e[k] = value;
      more += value;
    }
    sum += static_cast<double>(more);
    block[begin / BLOCK] = top;
  }
  if (largest == -infinity) sum = nan;
  if (sum < 1.5) sum = exact_sum(e, block, classes, largest);  // one class is almost certain: its rivals count
  const A log_sum = static_cast<A>(std::log(sum)), lse = largest + log_sum;

  // 2. The target: the sum of its coefficients, and their sum with z - max.
  const A share = static_cast<A>(1.0 - p.smoothing), spread = static_cast<A>(p.smoothing / classes);
  const A* probs = p.probs ? p.probs + row * p.probs_stride : nullptr;
  A total = A(0), weighted = A(0), own = A(0);
  if (probs) {
#pragma omp simd reduction(+ : total, weighted)
    for (int64_t k = 0; k < classes; ++k) {
      const A c = share * probs[k] * (p.weight ? p.weight[k] : A(1));
      total += c;
      weighted += product(c, z(k) - largest);
    }
  } else {
    const bool outside = label < 0 || label >= classes;
    own = outside ? nan : share * (p.weight ? p.weight[label] : A(1));
    total = own;
    weighted = outside ? nan : product(own, z(label) - largest);
  }
  if (spread != A(0)) {
    A every = A(0);
#pragma omp simd reduction(+ : every)
    for (int64_t k = 0; k < classes; ++k) every += product(p.weight ? p.weight[k] : A(1), z(k) - largest);
    total += spread * static_cast<A>(p.weight_sum);
    weighted += spread * every;
  }
  p.nll[row] = total * log_sum - weighted;
  p.square[row] = lse * lse;
  if (!out) return;

  // 3. The gradient, from the exponentials.
  const A u = p.u[row], scale = static_cast<A>((u * total + A(2) * p.v[row] * lse) / sum);
  const bool plain = !CAPPED && !probs && spread == A(0), inside = label >= 0 && label < classes;
  const A at_label = inside ? u * own : nan;
  for (int64_t begin = 0; begin < classes; begin += BLOCK) {
    const int64_t end = begin + BLOCK < classes ? begin + BLOCK : classes;
    const A top = block[begin / BLOCK];
    const A factor = top == -infinity ? A(0) * scale : scale * std::exp(top - largest);
    const bool here = !probs && label >= begin && label < end;
    if (plain) {
      const A own_value = here ? e[label] * factor - at_label : A(0);
#pragma omp simd
      for (int64_t k = begin; k < end; ++k) store(out + k, e[k] * factor);
      if (here) store(out + label, own_value);
      continue;
    }
#pragma omp simd
    for (int64_t k = begin; k < end; ++k) {
      const A w = p.weight ? p.weight[k] : A(1);
      e[k] = e[k] * factor - u * (spread + (probs ? share * probs[k] : A(0))) * w;
    }
    if (here) e[label] -= at_label;
#pragma omp simd
    for (int64_t k = begin; k < end; ++k) {
      const A tanh = CAPPED ? capped[k] / cap : A(0);
      store(out + k, e[k] * (A(1) - tanh * tanh));
    }
  }
}

template <typename A>
A* buffer_of(int64_t size) {
  return static_cast<A*>(::operator new[](size * sizeof(A), std::align_val_t(64), std::nothrow));
}

template <typename T, typename A, bool CAPPED>
int all_rows(const Problem<A>& p, const T* logits, T* out, int threads) {
  constexpr bool COPIED = CAPPED || !std::is_same<T, A>::value;
  int failed = 0;
#pragma omp parallel num_threads(threads) reduction(| : failed)
  {
    const Scratch<A> scratch{buffer_of<A>(p.classes), buffer_of<A>(p.classes / BLOCK + 1),
                             COPIED ? buffer_of<A>(p.classes) : nullptr};
    failed = !scratch.e || !scratch.block || (COPIED && !scratch.capped);
#pragma omp for schedule(static)
    for (int64_t row = 0; row < p.count; ++row) {
      if (failed) continue;
      one_row<T, A, CAPPED>(p, row, logits + row * p.logits_stride, out ? out + row * p.out_stride : nullptr,
                            scratch);
    }
    for (A* buffer : {scratch.e, scratch.block, scratch.capped}) ::operator delete[](buffer, std::align_val_t(64));
  }
  return failed;
}

template <typename T, typename A>
int run(const Problem<A>* p, const void* logits, void* out, int threads) {
  const T* from = static_cast<const T*>(logits);
  T* to = static_cast<T*>(out);
  return p->softcap != 0 ? all_rows<T, A, true>(*p, from, to, threads)
                         : all_rows<T, A, false>(*p, from, to, threads);
}

}  // namespace

// Each returns 0, or 1 where there was no memory for the threads' buffers.
extern "C" {
int rows_float32(const void* p, const void* logits, void* out, int threads) {
  return run<float>(static_cast<const Problem<float>*>(p), logits, out, threads);
}
int rows_float64(const void* p, const void* logits, void* out, int threads) {
  return run<double>(static_cast<const Problem<double>*>(p), logits, out, threads);
}
int rows_bfloat16(const void* p, const void* logits, void* out, int threads) {
  return run<bfloat16>(static_cast<const Problem<float>*>(p), logits, out, threads);
}
int rows_float16(const void* p, const void* logits, void* out, int threads) {
  return run<_Float16>(static_cast<const Problem<float>*>(p), logits, out, threads);
}
}
