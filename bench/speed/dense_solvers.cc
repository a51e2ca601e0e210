// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/dense_solvers.h"

#include <Eigen/Eigenvalues>

#ifdef EXACTNORM_LAPACK
extern "C" void dsyevd_(const char* job, const char* triangle, const int* n, double* a, const int* leading, double* w,
                        double* work, const int* work_size, int* integers, const int* integers_size, int* info,
                        std::size_t job_length, std::size_t triangle_length);
#endif

namespace exactnorm::speed {
namespace {

Eigen::MatrixXd Matrix(std::span<const double> gains) {
  const auto n = static_cast<Eigen::Index>(gains.size());
  const Eigen::Map<const Eigen::VectorXd> g(gains.data(), n);
  Eigen::MatrixXd matrix = -g * (g.transpose() / static_cast<double>(n));
  matrix.diagonal() += g.cwiseAbs2();
  return matrix;
}

std::vector<double> RunEigen(std::span<const double> gains, bool vectors) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Matrix(gains), vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  return {solver.eigenvalues().begin(), solver.eigenvalues().end()};
}

#ifdef EXACTNORM_LAPACK
std::vector<double> RunDsyevd(std::span<const double> gains, bool vectors) {
  Eigen::MatrixXd matrix = Matrix(gains);
  const int n = static_cast<int>(gains.size());
  const char* const job = vectors ? "V" : "N";
  std::vector<double> eigenvalues(gains.size());
  std::vector<double> work(1);
  std::vector<int> integers(1);
  int info = 0;
  // First asks for the sizes of its workspaces.
  for (const bool ask : {true, false}) {
    const int work_size = ask ? -1 : static_cast<int>(work.size());
    const int integers_size = ask ? -1 : static_cast<int>(integers.size());
    dsyevd_(job, "L", &n, matrix.data(), &n, eigenvalues.data(), work.data(), &work_size, integers.data(),
            &integers_size, &info, 1, 1);
    if (ask) {
      work.resize(static_cast<std::size_t>(work[0]));
      integers.resize(static_cast<std::size_t>(integers[0]));
    }
  }
  return info == 0 ? eigenvalues : std::vector<double>();
}
#endif

}  // namespace

std::vector<DenseSolver> DenseSolvers() {
  return {
      {"eigen", RunEigen},
#ifdef EXACTNORM_LAPACK
      {"dsyevd", RunDsyevd},
#endif
  };
}

}  // namespace exactnorm::speed
