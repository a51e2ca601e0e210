// SPDX-License-Identifier: Apache-2.0
// gamma and beta of a block of columns -> what the first tier for rows of binary64 needs of them for one T: parts g1,
// g2, b1, b2, and the bound's factors. The ledger is in binary64_error_bounds.h.
#if defined(EXACTNORM_FAST_BINARY64_PARAMETERS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EXACTNORM_FAST_BINARY64_PARAMETERS_INL_H_
#undef EXACTNORM_FAST_BINARY64_PARAMETERS_INL_H_
#else
#define EXACTNORM_FAST_BINARY64_PARAMETERS_INL_H_
#endif

#include <limits>

#include "lib/fast/binary64_moments-inl.h"

#if HWY_NATIVE_FMA
HWY_BEFORE_NAMESPACE();
namespace exactnorm::fast::HWY_NAMESPACE {

inline constexpr size_t kBinary64Block = 256;  // columns whose parameters are prepared together

// Parameters of a block of columns for one T, padded with 0 to whole vectors.
struct Binary64Parameters {
  HWY_ALIGN_MAX double g[kBinary64Block];
  HWY_ALIGN_MAX double g1[kBinary64Block];
  HWY_ALIGN_MAX double g2[kBinary64Block];
  HWY_ALIGN_MAX double b1[kBinary64Block];
  HWY_ALIGN_MAX double b2[kBinary64Block];
  HWY_ALIGN_MAX double e1[kBinary64Block];
  HWY_ALIGN_MAX double e0[kBinary64Block];  // infinite where M is out of range: certifies nothing
};

// What rows done together share.
struct Binary64Scales {
  double t;     // T
  double grid;  // F
  NormalizedError error;

  double spread() const { return 0x1.8p52 * grid; }  // C
};

HWY_NOINLINE inline void PrepareBinary64(const double* gamma, const double* beta, size_t n,
                                         const Binary64Scales& scales, Binary64Parameters& block) {
  const D d;
  const hn::RebindToUnsigned<D> u64;
  const size_t lanes = hn::Lanes(d);
  const VD infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto prepare = [&](VD g, VD b, size_t i) HWY_ATTR {
    const VD magnitude = hn::MulAdd(hn::Set(d, scales.t), hn::Abs(g), hn::Abs(b));
    // Its power of two, doubled.
    const VD m = hn::Mul(hn::BitCast(d, hn::And(hn::BitCast(u64, magnitude), hn::Set(u64, uint64_t{0x7FF} << 52))),
                         hn::Set(d, 2.0));
    const auto in_range = hn::And(hn::Ge(magnitude, hn::Set(d, kBinary64LeastMagnitude)),
                                  hn::Le(magnitude, hn::Set(d, kBinary64MostMagnitude)));
    const VD g_spread = hn::Mul(m, hn::Set(d, 1.5 / scales.grid)), b_spread = hn::Mul(m, hn::Set(d, 3.0));
    const VD g1 = hn::Sub(hn::Add(g, g_spread), g_spread);
    const VD b1 = hn::Sub(hn::Add(b, b_spread), b_spread);
    hn::Store(g, d, block.g + i);
    hn::Store(g1, d, block.g1 + i);
    hn::Store(hn::Sub(g, g1), d, block.g2 + i);
    hn::Store(b1, d, block.b1 + i);
    hn::Store(hn::Sub(b, b1), d, block.b2 + i);
    hn::Store(hn::Mul(hn::Abs(g), hn::Set(d, scales.error.e1)), d, block.e1 + i);
    const VD e0 = hn::MulAdd(hn::Abs(g), hn::Set(d, scales.error.e0), hn::Mul(m, hn::Set(d, kBinary64ColumnError)));
    hn::Store(hn::IfThenElse(in_range, e0, infinity), d, block.e0 + i);
  };
  const VD one = hn::Set(d, 1.0);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    prepare(gamma == nullptr ? one : hn::LoadU(d, gamma + i), beta == nullptr ? hn::Zero(d) : hn::LoadU(d, beta + i),
            i);
  }
  if (i == n) return;
  double g[kMostLanes] = {}, b[kMostLanes] = {};
  for (size_t k = 0; i + k < n; ++k) {
    g[k] = gamma == nullptr ? 1 : gamma[i + k];
    b[k] = beta == nullptr ? 0 : beta[i + k];
  }
  prepare(hn::LoadU(d, g), hn::LoadU(d, b), i);
}

}  // namespace exactnorm::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // HWY_NATIVE_FMA

#endif  // EXACTNORM_FAST_BINARY64_PARAMETERS_INL_H_
