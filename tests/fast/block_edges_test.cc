// SPDX-License-Identifier: Apache-2.0
// Several rows through the fast stage of every target, at lengths around every boundary that its loops have: lanes,
// groups, blocks of sums and of parameters, rows done together, windows that grow. All formats that it knows; written
// through the caches and past them; aligned or not. What it certifies is what the exact stage says, bit for bit.
//   fast_block_edges_test [--elements=E]   elements, over all targets, 12000000 if not given: at least so many
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/arguments.h"
#include "lib/fast/target.h"
#include "tests/rows/matrix.h"

namespace exactnorm::fast {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Family;
using rows::Matrix;
using rows::Placed;
using rows::Placement;

size_t least_elements = 12000000;

// Around multiples of 1 .. 32 lanes, of 4 vectors, of 256 and of 512; where 8, then 2 rows are done together.
std::vector<size_t> Lengths() {
  std::vector<size_t> lengths;
  for (size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const size_t edge : {96u, 128u, 256u, 512u, 544u, 768u, 1024u, 1536u, 3072u, 4096u}) {
    for (const size_t n : {edge - 1, edge, edge + 1}) lengths.push_back(n);
  }
  return lengths;
}
// Rarely, as they are long: also where windows begin to cover more than 32 columns.
constexpr size_t kLongLengths[] = {6143, 6144, 6145, 8191, 8192, 8193, 16383, 16385, 65535, 65536, 65537, 100003};

// What the fast stage leaves of each row.
struct Left {
  std::vector<Undecided> rows;
  static bool Take(void* self, size_t first, std::span<Undecided> undecided) {
    auto& rows = static_cast<Left*>(self)->rows;
    EXPECT_EQ(first, rows.size());
    rows.insert(rows.end(), undecided.begin(), undecided.end());
    return true;
  }
};

class BlockEdges {
 public:
  // Returns how many elements were compared or left undecided.
  size_t Expect(size_t n, size_t rows) {
    const Format* const formats[] = {&kF32, &kBF16, &kF16};
    const Matrix matrix =
        Make(n, rows, *formats[random_.Below(3)], *formats[random_.Below(3)], *formats[random_.Below(3)]);
    const std::vector<Answer> exact = ExactAnswers(matrix);
    Placement placement;
    const bool stream = random_.Below(2) != 0;
    if (stream || random_.Below(2) != 0) {
      const auto bytes = static_cast<size_t>(matrix.first.y_format->bytes);
      placement.y_gap = (64 - n * bytes % 64) % 64 / bytes;  // every row of y at a multiple of 64
      placement.x_gap = random_.Below(2) * random_.Below(9);
    } else {
      placement.x_offset = random_.Below(64);
      placement.y_offset = random_.Below(64);
      placement.gamma_offset = random_.Below(64);
      placement.beta_offset = random_.Below(64);
    }
    size_t elements = 0;
    for (const Target& target : BuiltTargets()) {
      if (!target.supported) continue;
      Placed placed(matrix, placement);
      const exactnorm_call call = placed.call();
      CheckedCall checked{};
      EXPECT_EQ(CheckArguments(&call, &checked), EXACTNORM_OK);
      Windows windows;
      target.find_windows(checked.rows.first, &windows);
      Left left;
      target.normalize_rows(checked.rows, windows, stream, {&Left::Take, &left});
      Compare(target.name + (stream ? ", streamed" : ""), matrix, exact, placed.answers(), left.rows);
      EXPECT_TRUE(placed.others_untouched()) << target.name;
      elements += n * matrix.rows();
    }
    return elements;
  }

  size_t certified() const { return certified_; }
  size_t declined() const { return declined_; }

 private:
  Matrix Make(size_t n, size_t rows, const Format& x, const Format& parameter, const Format& y) {
    Matrix m{
        {random_.Below(4) == 0 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM, &x, &parameter, &y, &y, 1e-5, {}, {}, {}},
        {}};
    const auto any = [&] {
      return random_.Below(3) != 0 ? Family::kBell : static_cast<Family>(random_.Below(rows::kFamilies));
    };
    m.first.x = random_.Numbers(x, any(), n);
    for (size_t i = 1; i < rows; ++i) m.others.push_back(random_.Numbers(x, any(), n));
    if (random_.Below(8) != 0) m.first.gamma = random_.Numbers(parameter, any(), n);
    if (random_.Below(8) != 0) m.first.beta = random_.Numbers(parameter, any(), n);
    if (random_.Below(8) == 0) random_.CancelAgainstBeta(m.first);
    if (random_.Below(16) == 0) random_.PlaceNonFinite(m.first);
    if (random_.Below(8) == 0) m.first.eps = 0;
    return m;
  }

  void Compare(const std::string& how, const Matrix& matrix, const std::vector<Answer>& exact,
               const std::vector<Answer>& fast, const std::vector<Undecided>& left) {
    ASSERT_EQ(left.size(), matrix.rows()) << how;
    for (size_t row = 0; row < matrix.rows(); ++row) {
      if (left[row].declined()) {
        declined_ += exact[row].y.size();
        continue;
      }
      Answer known = fast[row];
      for (const uint32_t column : left[row].columns()) known.y[column] = exact[row].y[column];
      if (left[row].statistics) {
        known.mean = exact[row].mean;
        known.rstd = exact[row].rstd;
      }
      certified_ += known.y.size() - left[row].columns().size();
      ASSERT_TRUE(known == exact[row]) << how << ", row " << row << "\n" << matrix.problem(row);
    }
  }

  rows::Generator random_{1};
  size_t certified_ = 0;
  size_t declined_ = 0;
};

TEST(BlockEdges, OfAllLoopsLeaveCertifiedResultsExact) {
  BlockEdges edges;
  const std::vector<size_t> lengths = Lengths();
  size_t elements = 0;
  for (size_t round = 0; elements < least_elements && !HasFatalFailure() && !HasFailure(); ++round) {
    // 1 row, pairs, odd ones, more than are done together and a last group that is not full.
    constexpr size_t kRows[] = {1, 2, 3, 8, 9, 19};
    for (const size_t n : lengths) elements += edges.Expect(n, n > 600 ? 1 + round % 5 : kRows[round % 6]);
    elements += edges.Expect(kLongLengths[round % std::size(kLongLengths)], 1 + round % 3);
  }
  std::printf("%zu elements, %zu certified, %zu in rows that were declined\n", elements, edges.certified(),
              edges.declined());
  EXPECT_GT(edges.certified(), elements / 2);
  EXPECT_GT(edges.declined(), 0u);
}

}  // namespace
}  // namespace exactnorm::fast

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string flag = "--elements=";
  if (argc > 1 && std::string(argv[1]).starts_with(flag)) {
    exactnorm::fast::least_elements = std::strtoul(argv[1] + flag.size(), nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
