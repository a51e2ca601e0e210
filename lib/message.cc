// SPDX-License-Identifier: Apache-2.0
// A sentence for each status: which argument, and what to do.
#include "exactnorm/exactnorm.h"

const char* exactnorm_message(exactnorm_status status) noexcept {
  switch (status) {
    case EXACTNORM_OK: return "done";
    case EXACTNORM_CALL_NULL: return "the call descriptor is null: pass the address of one";
    case EXACTNORM_CALL_SIZE:
      return "call.size is not the size of this library's exactnorm_call: set it to sizeof(exactnorm_call) and "
             "compile with this library's headers";
    case EXACTNORM_OPERATION_UNKNOWN:
      return "call.operation is not one: use EXACTNORM_LAYER_NORM or EXACTNORM_RMS_NORM";
    case EXACTNORM_FORMAT_UNKNOWN:
      return "a format is not one: use EXACTNORM_F64, EXACTNORM_F32, EXACTNORM_F16, EXACTNORM_BF16 or "
             "EXACTNORM_DEFAULT";
    case EXACTNORM_COLUMNS_ZERO: return "columns is 0: a row needs at least one element";
    case EXACTNORM_X_NULL: return "x is null: pass rows x columns elements";
    case EXACTNORM_Y_NULL: return "y is null: pass room for rows x columns elements";
    case EXACTNORM_EPS_NAN: return "eps is NaN: pass a finite number >= 0";
    case EXACTNORM_EPS_INFINITE: return "eps is infinite: pass a finite number >= 0";
    case EXACTNORM_EPS_NEGATIVE: return "eps is negative: pass a finite number >= 0";
    case EXACTNORM_STRIDE_SHORT:
      return "a stride is shorter than the row: pass at least columns, or 0 for rows without gaps";
    case EXACTNORM_SIZE_OVERFLOW:
      return "rows, columns and stride describe more memory than can be addressed: pass smaller ones";
    case EXACTNORM_OVERLAP:
      return "an output overlaps another array: only y may be x itself, with equal format and stride";
    case EXACTNORM_MEAN_OF_RMS_NORM: return "mean was asked of RMSNorm, which has none: pass null";
    case EXACTNORM_PARAMETERS_TWICE: return "both parameters and gamma or beta are given: pass one of the two";
    case EXACTNORM_PARAMETERS_COLUMNS:
      return "the prepared parameters have another number of columns than the call: prepare them for this one";
    case EXACTNORM_SPAN_SIZE:
      return "a span's length does not fit: x and y hold the same number of rows of columns elements, gamma and beta "
             "hold columns, mean and rstd one element a row";
    case EXACTNORM_OUT_OF_MEMORY:
      return "memory ran out: the finished rows are complete, the others are as they were or complete";
    case EXACTNORM_TARGET_UNAVAILABLE:
      return "EXACTNORM_TARGET names an instruction set that is unknown, not built or not on this CPU: unset it or see "
             "'exactnorm targets'";
  }
  return "the status is not one of this library's";
}
