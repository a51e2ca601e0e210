// SPDX-License-Identifier: Apache-2.0
// Each refusal: its own status, its own message, and nothing written.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "exactnorm/exactnorm.hpp"

namespace exactnorm {
namespace {

constexpr float kUntouched = 123.0f;

// A good call on two rows of three; each test spoils one thing.
class Arguments : public testing::Test {
 protected:
  Arguments() {
    call.size = sizeof call;
    call.rows = 2;
    call.columns = 3;
    call.eps = 1e-5;
    call.x = x.data();
    call.gamma = gamma.data();
    call.beta = beta.data();
    call.y = y.data();
    call.mean = mean.data();
    call.rstd = rstd.data();
  }

  void ExpectRefused(exactnorm_status status) {
    size_t finished = 77;
    EXPECT_EQ(exactnorm_normalize(&call, &finished), status) << exactnorm_message(status);
    EXPECT_EQ(finished, 0u);
    for (const auto* array : {&y, &mean, &rstd}) {
      for (const float value : *array) EXPECT_EQ(value, kUntouched);
    }
  }

  std::vector<float> x = {1, 2, 3, 4, 5, 7};
  std::vector<float> gamma = {1, 1, 1};
  std::vector<float> beta = {0, 0, 0};
  std::vector<float> y = std::vector<float>(6, kUntouched);
  std::vector<float> mean = std::vector<float>(2, kUntouched);
  std::vector<float> rstd = std::vector<float>(2, kUntouched);
  exactnorm_call call = {};
};

TEST_F(Arguments, TheGoodCallIsDone) {
  size_t finished = 0;
  EXPECT_EQ(exactnorm_normalize(&call, &finished), EXACTNORM_OK);
  EXPECT_EQ(finished, 2u);
  EXPECT_NE(y[5], kUntouched);
}

TEST(ArgumentsNull, ANullCallIsRefused) { EXPECT_EQ(exactnorm_normalize(nullptr, nullptr), EXACTNORM_CALL_NULL); }

TEST_F(Arguments, AnotherSizeIsRefused) {
  call.size = sizeof call - 1;
  ExpectRefused(EXACTNORM_CALL_SIZE);
  call.size = 0;
  ExpectRefused(EXACTNORM_CALL_SIZE);
}

TEST_F(Arguments, AnUnknownOperationIsRefused) {
  call.operation = static_cast<exactnorm_operation>(2);
  ExpectRefused(EXACTNORM_OPERATION_UNKNOWN);
}

TEST_F(Arguments, EachUnknownFormatIsRefused) {
  const auto unknown = static_cast<exactnorm_format>(5);
  for (exactnorm_format exactnorm_call::*format : {&exactnorm_call::x_format, &exactnorm_call::parameter_format,
                                                   &exactnorm_call::y_format, &exactnorm_call::statistics_format}) {
    call.*format = unknown;
    ExpectRefused(EXACTNORM_FORMAT_UNKNOWN);
    call.*format = EXACTNORM_DEFAULT;
  }
}

TEST_F(Arguments, NoColumnsIsRefused) {
  call.columns = 0;
  ExpectRefused(EXACTNORM_COLUMNS_ZERO);
}

TEST_F(Arguments, NullArraysAreRefused) {
  call.x = nullptr;
  ExpectRefused(EXACTNORM_X_NULL);
  call.x = x.data();
  call.y = nullptr;
  ExpectRefused(EXACTNORM_Y_NULL);
}

TEST_F(Arguments, NoRowsIsFineEvenWithoutArrays) {
  call.rows = 0;
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  call.x = nullptr;
  call.y = nullptr;
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  EXPECT_EQ(y[0], kUntouched);
}

TEST_F(Arguments, BadEpsIsRefused) {
  call.eps = std::nan("");
  ExpectRefused(EXACTNORM_EPS_NAN);
  call.eps = -std::nan("");
  ExpectRefused(EXACTNORM_EPS_NAN);
  call.eps = std::numeric_limits<double>::infinity();
  ExpectRefused(EXACTNORM_EPS_INFINITE);
  call.eps = -std::numeric_limits<double>::denorm_min();
  ExpectRefused(EXACTNORM_EPS_NEGATIVE);
  call.eps = -std::numeric_limits<double>::infinity();
  ExpectRefused(EXACTNORM_EPS_NEGATIVE);
  call.eps = -0.0;
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
}

TEST_F(Arguments, AStrideShorterThanTheRowIsRefused) {
  call.x_stride = 2;
  ExpectRefused(EXACTNORM_STRIDE_SHORT);
  call.x_stride = 0;
  call.y_stride = 1;
  ExpectRefused(EXACTNORM_STRIDE_SHORT);
}

TEST_F(Arguments, MoreThanCanBeAddressedIsRefused) {
  call.columns = SIZE_MAX;
  ExpectRefused(EXACTNORM_SIZE_OVERFLOW);
  call.columns = 3;
  call.rows = SIZE_MAX / 3;
  ExpectRefused(EXACTNORM_SIZE_OVERFLOW);
  call.rows = 3;
  call.y_stride = SIZE_MAX / 4;
  ExpectRefused(EXACTNORM_SIZE_OVERFLOW);
}

TEST_F(Arguments, OverlapsAreRefused) {
  call.y = x.data() + 1;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.y = y.data();
  call.gamma = y.data() + 3;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.gamma = gamma.data();
  call.beta = rstd.data() + 1;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.beta = beta.data();
  call.mean = rstd.data();
  ExpectRefused(EXACTNORM_OVERLAP);
  call.mean = x.data() + 5;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.mean = y.data();
  ExpectRefused(EXACTNORM_OVERLAP);
}

TEST_F(Arguments, InPlaceNeedsEqualFormatAndStride) {
  call.y = x.data();
  call.y_format = EXACTNORM_BF16;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.y_format = EXACTNORM_DEFAULT;
  call.rows = 1;
  call.y_stride = 4;
  ExpectRefused(EXACTNORM_OVERLAP);
  call.y_stride = 3;
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
}

TEST_F(Arguments, RowsInterleavedInOneMatrixDoNotOverlap) {
  std::vector<float> matrix = {1, 2, 3, 0, 0, 0, 4, 5, 7, 0, 0, 0};
  call.x = matrix.data();
  call.y = matrix.data() + 3;
  call.x_stride = call.y_stride = 6;
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  EXPECT_EQ(matrix[2], 3);
  EXPECT_GT(matrix[5], 1);
  call.y = matrix.data() + 2;  // one element shared
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OVERLAP);
}

TEST_F(Arguments, RmsNormHasNoMean) {
  call.operation = EXACTNORM_RMS_NORM;
  ExpectRefused(EXACTNORM_MEAN_OF_RMS_NORM);
}

TEST_F(Arguments, PreparedParametersMustFit) {
  exactnorm_parameters* prepared = nullptr;
  ASSERT_EQ(exactnorm_parameters_prepare(EXACTNORM_F32, 3, gamma.data(), nullptr, &prepared), EXACTNORM_OK);
  call.parameters = prepared;
  ExpectRefused(EXACTNORM_PARAMETERS_TWICE);
  call.gamma = nullptr;
  call.beta = nullptr;
  call.columns = 2;
  ExpectRefused(EXACTNORM_PARAMETERS_COLUMNS);
  call.columns = 3;
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  exactnorm_parameters_free(prepared);
  exactnorm_parameters_free(nullptr);
}

TEST(Parameters, RefusalsLeaveNull) {
  const float gamma[] = {1};
  auto* prepared = reinterpret_cast<exactnorm_parameters*>(uintptr_t{16});
  EXPECT_EQ(exactnorm_parameters_prepare(EXACTNORM_F32, 0, gamma, nullptr, &prepared), EXACTNORM_COLUMNS_ZERO);
  EXPECT_EQ(prepared, nullptr);
  EXPECT_EQ(exactnorm_parameters_prepare(static_cast<exactnorm_format>(9), 1, gamma, nullptr, &prepared),
            EXACTNORM_FORMAT_UNKNOWN);
  EXPECT_EQ(exactnorm_parameters_prepare(EXACTNORM_F32, SIZE_MAX, gamma, nullptr, &prepared), EXACTNORM_SIZE_OVERFLOW);
  EXPECT_EQ(exactnorm_parameters_prepare(EXACTNORM_F32, 1, gamma, nullptr, nullptr), EXACTNORM_CALL_NULL);
}

TEST(Message, EachStatusHasItsOwnSentence) {
  std::set<std::string> messages;
  for (int status = EXACTNORM_OK; status <= EXACTNORM_TARGET_UNAVAILABLE; ++status) {
    const std::string text = exactnorm_message(static_cast<exactnorm_status>(status));
    EXPECT_TRUE(messages.insert(text).second) << text;
  }
  EXPECT_TRUE(messages.insert(exactnorm_message(static_cast<exactnorm_status>(999))).second);
}

TEST(Spans, LengthsThatDoNotFitAreRefused) {
  std::vector<float> x(6), y(6), three(3), two(2), other_two(2);
  const auto status = [&](Call<float> c) {
    c.columns = 3;
    return layer_norm(c);
  };
  EXPECT_EQ(status({.x = x, .gamma = three, .beta = three, .y = y, .mean = two, .rstd = other_two, .columns = 3}),
            EXACTNORM_OK);
  EXPECT_EQ(status({.x = x, .gamma = two, .y = y, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(status({.x = x, .beta = two, .y = y, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(status({.x = x, .y = three, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(status({.x = x, .y = y, .mean = three, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(status({.x = x, .y = y, .rstd = three, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(status({.x = std::span<const float>(x).first(5), .y = y, .columns = 3}), EXACTNORM_SPAN_SIZE);
  EXPECT_EQ(layer_norm<float>({.x = x, .y = y, .columns = 0}), EXACTNORM_COLUMNS_ZERO);
  EXPECT_EQ(layer_norm<float>({.x = x, .y = y, .columns = 3, .x_stride = 2}), EXACTNORM_STRIDE_SHORT);
  EXPECT_EQ(layer_norm<float>({.x = {}, .y = {}, .columns = 3}), EXACTNORM_OK);
  // The last row needs no gap behind it: rows of 2 with stride 4 in 6 elements.
  EXPECT_EQ(rms_norm<float>({.x = x, .y = y, .columns = 2, .x_stride = 4, .y_stride = 4}), EXACTNORM_OK);
}

}  // namespace
}  // namespace exactnorm
