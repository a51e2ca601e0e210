// SPDX-License-Identifier: Apache-2.0
// The axes of LayerNorm's outputs from C++, with exactnorm::geometry alone.
#include <exactnorm/geometry/axes.hpp>
#include <vector>

int main() {
  const std::vector<double> gamma = {2, -2, 2, 2};
  exactnorm::geometry::Axes axes;
  if (axes.of_layer_norm(gamma) != exactnorm::geometry::AxesStatus::ok) return 1;
  return axes.size() == 3 && axes.lengths()[0] == 4 ? 0 : 1;  // a sphere of radius sqrt(4) 2
}
