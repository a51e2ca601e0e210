// SPDX-License-Identifier: Apache-2.0
// The principal axes of the ellipsoid that the outputs of LayerNorm (RMSNorm) lie in, from the gains alone.
//
// Definition. For gains g_1 .. g_N, k of them zero, the outputs y - b of LayerNorm lie in an ellipsoid centred at 0
// whose principal axes are the eigenvectors v, of the non-zero eigenvalues m, of
//   M = G (I - 11'/N) G = diag(g^2) - g g'/N,          semi-axis = sqrt(N m),
// N - max(k, 1) of them. On the hyperplane that holds the outputs, M is the pseudo-inverse of the matrix
// Pi2 G^-2 Pi2 of "Geometry and Dynamics of LayerNorm" (Riechers, arXiv 2405.04134), and no gain is divided by.
// RMSNorm's ellipsoid has the N semi-axes sqrt(N) |g_i| along the coordinates.
//
// Promise, u = 2^-53, for every choice of finite gains (derived in lib/geometry/secular.h and directions.h):
//   eigenvalue  |offset - exact offset|  <= 32 sqrt(N) u |exact offset|: relative to the distance of the eigenvalue
//               from the nearest squared gain, so interlacing is strict and no eigenvalue loses digits by closeness
//   length      |length - exact|         <= (16 sqrt(N) + 4) u exact
//   direction   |v_i - exact v_i|        <= (64 sqrt(N) + 24) u |exact v_i|, each component; hence
//               two directions' dot product <= (128 sqrt(N) + 48) u and |M v - m v| <= (96 sqrt(N) + 24) u |M|
// apart from overflow to infinity and underflow of a returned number, in the default floating-point environment (round
// to nearest, subnormal numbers kept). Results agree between machines to these bounds, not to the bit: sums are taken
// in the order of the machine's vectors. Nothing throws; const members may be called from many threads.
#ifndef EXACTNORM_GEOMETRY_AXES_HPP_
#define EXACTNORM_GEOMETRY_AXES_HPP_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "exactnorm/exactnorm.h"

namespace exactnorm::geometry {

enum class AxesStatus {
  ok,
  no_gains,       // N = 0
  gain_nan,       // a gain is NaN
  gain_infinite,  // a gain is an infinity
  out_of_memory,
};

// One line of English; the characters live as long as the program.
[[nodiscard]] EXACTNORM_API std::string_view message(AxesStatus status) noexcept;

// The eigenvalue gain^2 + offset * 4^exponent: gain is the |g_i| whose square is nearest. offset is 0 where the
// eigenvalue is that square itself (|g_i| occurs more than once; RMSNorm).
struct Eigenvalue {
  double gain;
  double offset;
  int exponent;
};

// All axes of one vector of gains. The gains are copied: memory is O(N) throughout.
class EXACTNORM_API Axes {
 public:
  // Axes of LayerNorm: time O(R^2 + N log N) for R distinct |g_i|. `gains`: N >= 1 finite numbers of any sign, zeros
  // included; N = 1 and all-zero gains have no axis. `parallel_for` (with its `pool`) may be null; otherwise it runs
  // blocks of eigenvalues, with the same results. On any status but ok, *this has no axes.
  [[nodiscard]] AxesStatus of_layer_norm(std::span<const double> gains, exactnorm_parallel_for parallel_for = nullptr,
                                         void* pool = nullptr) noexcept;

  // Axes of RMSNorm: N of them, those of zero gains with length 0 (which LayerNorm's leave out).
  [[nodiscard]] AxesStatus of_rms_norm(std::span<const double> gains) noexcept;

  // N, the number of coordinates of a direction.
  [[nodiscard]] std::size_t dimension() const noexcept { return gains_.size(); }

  // The number of axes.
  [[nodiscard]] std::size_t size() const noexcept { return lengths_.size(); }

  // Semi-axes, longest first, in the units of the gains. Infinite where sqrt(N m) exceeds the largest double.
  [[nodiscard]] std::span<const double> lengths() const noexcept { return lengths_; }

  // The eigenvalue m of axis `axis` < size(): lengths()[axis] is sqrt(N m).
  [[nodiscard]] Eigenvalue eigenvalue(std::size_t axis) const noexcept;

  // Writes the unit vector along axis `axis` < size() to v[0 .. dimension()), in O(N) time and no memory. Its sign is
  // arbitrary but fixed. Axes of equal length are chosen orthogonal.
  void direction(std::size_t axis, std::span<double> v) const noexcept;

  // Writes the end of the axis, lengths()[axis] times its direction: an output that lies there is beta plus this.
  // Only components that exceed the largest double are infinite, even if the length does.
  void tip(std::size_t axis, std::span<double> t) const noexcept;

 private:
  // A direction is (g_i / (g_i^2 - m)) normalised if place is 0; else, among the coordinates order_[first ..] of
  // one |g_i|, contrast number `place`: `place` equal components against the next one. RMSNorm: coordinate `first`.
  struct Axis {
    double gain;
    double offset;
    std::size_t first;
    std::size_t place;
    int exponent;
  };
  [[nodiscard]] AxesStatus keep(std::span<const double> gains);
  void solve(exactnorm_parallel_for parallel_for, void* pool);

  std::vector<double> gains_;
  std::vector<std::size_t> order_;
  std::vector<double> lengths_;
  std::vector<Axis> axes_;
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_AXES_HPP_
