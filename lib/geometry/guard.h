// SPDX-License-Identifier: Apache-2.0
// The edge of the geometry's interface: nothing is thrown across it.
#ifndef EXACTNORM_GEOMETRY_GUARD_H_
#define EXACTNORM_GEOMETRY_GUARD_H_

#include <new>

#include "exactnorm/exactnorm.hpp"

namespace exactnorm::geometry {

template <class Body>
Status Guarded(const Body& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return EXACTNORM_OUT_OF_MEMORY;
  }
}

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_GUARD_H_
