// SPDX-License-Identifier: Apache-2.0
// Other people's ways to the axes: a dense symmetric matrix and a solver for any such matrix.
#ifndef EXACTNORM_BENCH_SPEED_DENSE_SOLVERS_H_
#define EXACTNORM_BENCH_SPEED_DENSE_SOLVERS_H_

#include <span>
#include <string>
#include <vector>

namespace exactnorm::speed {

struct DenseSolver {
  std::string name;
  // The N eigenvalues of diag(g^2) - g g'/N, ascending; with eigenvectors computed too if asked for. Builds the
  // matrix first, which is O(N^2) of its O(N^3).
  std::vector<double> (*run)(std::span<const double> gains, bool vectors);
};

// Eigen's SelfAdjointEigenSolver; LAPACK's dsyevd where it was found.
std::vector<DenseSolver> DenseSolvers();

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_DENSE_SOLVERS_H_
