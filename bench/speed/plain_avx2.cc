// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/plain_avx2.h"

#include <cmath>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace exactnorm::speed {

#if defined(__x86_64__)

bool HasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

namespace {

#define EXACTNORM_AVX2 __attribute__((target("avx2,fma")))

EXACTNORM_AVX2 float Sum(__m256 a, __m256 b, __m256 c, __m256 d) {
  const __m256 all = _mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d));
  float lanes[8];
  _mm256_storeu_ps(lanes, all);
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

EXACTNORM_AVX2 float SumOf(const float* x, size_t n) {
  __m256 s[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (size_t k = 0; k < 4; ++k) s[k] = _mm256_add_ps(s[k], _mm256_loadu_ps(x + i + 8 * k));
  }
  float sum = Sum(s[0], s[1], s[2], s[3]);
  for (; i < n; ++i) sum += x[i];
  return sum;
}

EXACTNORM_AVX2 float SquaresAbout(const float* x, size_t n, float mean) {
  const __m256 m = _mm256_set1_ps(mean);
  __m256 q[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    for (size_t k = 0; k < 4; ++k) {
      const __m256 d = _mm256_sub_ps(_mm256_loadu_ps(x + i + 8 * k), m);
      q[k] = _mm256_fmadd_ps(d, d, q[k]);
    }
  }
  float squares = Sum(q[0], q[1], q[2], q[3]);
  for (; i < n; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return squares;
}

EXACTNORM_AVX2 void Normalize(const float* x, size_t n, float mean, float rstd, const float* gamma, const float* beta,
                              float* y) {
  const __m256 m = _mm256_set1_ps(mean), r = _mm256_set1_ps(rstd);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256 t = _mm256_mul_ps(_mm256_sub_ps(_mm256_loadu_ps(x + i), m), r);
    _mm256_storeu_ps(y + i, _mm256_fmadd_ps(t, _mm256_loadu_ps(gamma + i), _mm256_loadu_ps(beta + i)));
  }
  for (; i < n; ++i) y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
}

}  // namespace

EXACTNORM_AVX2 void PlainAvx2(size_t rows, size_t columns, float eps, const float* x, const float* gamma,
                              const float* beta, float* y) {
  const auto n = static_cast<float>(columns);
  for (size_t row = 0; row < rows; ++row, x += columns, y += columns) {
    const float mean = SumOf(x, columns) / n;
    const float rstd = 1 / std::sqrt(SquaresAbout(x, columns, mean) / n + eps);
    Normalize(x, columns, mean, rstd, gamma, beta, y);
  }
}

#else

bool HasAvx2() { return false; }
void PlainAvx2(size_t, size_t, float, const float*, const float*, const float*, float*) {}

#endif

}  // namespace exactnorm::speed
