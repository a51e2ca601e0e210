// SPDX-License-Identifier: Apache-2.0
// The names of the laws: sentences, by which verdicts and mutants speak of them.
#ifndef EXACTNORM_TESTS_LAWS_LAW_NAMES_H_
#define EXACTNORM_TESTS_LAWS_LAW_NAMES_H_

namespace exactnorm::laws::names {

// accuracy.cc
inline constexpr char kErrorIsSmall[] = "The error of a result is small beside |y - b| + |b|";
inline constexpr char kCorrectlyRounded[] = "Every result is correctly rounded";
inline constexpr char kStatistics[] = "mean and rstd are those of the row";

// invariance.cc
inline constexpr char kPermutation[] = "Permuting a row, gamma and beta permutes the result";
inline constexpr char kShift[] = "Adding one number to every element, exactly, changes nothing";
inline constexpr char kScale[] = "Scaling by 2^k with eps by 4^k, exactly, changes nothing";
inline constexpr char kSign[] = "Negating x and beta negates the result";

// repeatability.cc
inline constexpr char kRepetition[] = "The same call gives the same bits, whatever stood in y";
inline constexpr char kBatch[] = "A row alone gives the same bits as in any batch";
inline constexpr char kAlignment[] = "Where the arrays begin changes nothing";
inline constexpr char kStride[] = "Gaps between rows change nothing and are not written";
inline constexpr char kThreads[] = "The number of threads changes nothing";
inline constexpr char kInPlace[] = "In place gives the same bits";
inline constexpr char kStatisticsAsked[] = "Asking for mean and rstd does not change y";
inline constexpr char kTargets[] = "Every instruction set gives the same bits";

// order.cc
inline constexpr char kOrder[] = "Equal gains above zero and equal biases keep the order of the elements";

// geometry.cc
inline constexpr char kPlane[] = "Results lie in the hyperplane of gamma and beta";
inline constexpr char kEllipsoid[] = "Results lie in the ellipsoid of gamma and beta";
inline constexpr char kSurface[] = "Results lie eps / (var + eps) from the ellipsoid's surface";
inline constexpr char kZeroGains[] = "A gain of 0 gives the bias";

// special_values.cc
inline constexpr char kNonFiniteRow[] = "A NaN or infinity in a row makes the whole row NaN";
inline constexpr char kZeroRadicand[] = "var + eps = 0 makes the whole row NaN";
inline constexpr char kSpecialStatistics[] = "mean and rstd of a special row are NaN, or its mean and +infinity";
inline constexpr char kNanParameter[] = "A NaN in gamma or beta makes its element NaN";
inline constexpr char kInfiniteGain[] = "An infinite gain gives a signed infinity, or NaN at the mean";
inline constexpr char kInfiniteBias[] = "An infinite bias is the result";
inline constexpr char kOtherColumns[] = "A gain or bias that is not finite leaves other columns alone";
inline constexpr char kOverflow[] = "Overflow, and nothing else, gives infinity";
inline constexpr char kSubnormals[] = "Subnormal numbers count like any others";
inline constexpr char kZeroSign[] = "An exact zero is +0 and an underflow keeps its sign";
inline constexpr char kCanonicalNan[] = "A NaN is the canonical one";

// structure.cc
inline constexpr char kOneElement[] = "A row of one element gives its bias";
inline constexpr char kEqualElements[] = "A row of equal elements gives its biases";
inline constexpr char kCentredRow[] = "RMSNorm and LayerNorm of a centred row are the same";

}  // namespace exactnorm::laws::names
#endif  // EXACTNORM_TESTS_LAWS_LAW_NAMES_H_
