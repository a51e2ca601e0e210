// SPDX-License-Identifier: Apache-2.0
// Each plug-in of tests/kernel/plugins is named for what it does wrong; the host has to say just that.
#include "bench/kernel/plugin_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "bench/kernel/child.h"
#include "tests/kernel/kernel_call.h"
#include "tests/kernel/tried_plugin.h"

namespace exactnorm::kernel {
namespace {

using std::chrono::milliseconds;

TEST(PluginKernel, AGoodKernelHasNoFindingAndItsResultsArrive) {
  Try tried("good", kDefault);
  ASSERT_EQ(tried.answer.outcome, Outcome::kDone);
  EXPECT_EQ(Findings(tried.answer), "");
  EXPECT_FALSE(tried.answer.failed());
  for (size_t i = 0; i < tried.arrays.y.size(); ++i) {
    // An arithmetic progression of 5: deviations -2 .. 2, variance 2.
    const double exact = (static_cast<double>(i % 8) - 2) / std::sqrt(2 + 1e-5) * 2 + 1;
    EXPECT_EQ(tried.arrays.y[i], i % 8 < 5 ? static_cast<float>(exact) : kUntouched) << i;
  }
  EXPECT_EQ(tried.arrays.mean, std::vector<float>(3, 2.25f));
  EXPECT_EQ(tried.arrays.rstd, std::vector<float>(3, static_cast<float>(1 / std::sqrt(2 + 1e-5))));
}

TEST(PluginKernel, AGoodKernelWorksInPlaceWithoutParametersAndStatistics) {
  PluginKernel kernel("good", Settings("good", "another_name"));
  FloatCall arrays(2, 4, 6);
  arrays.call.gamma = arrays.call.beta = nullptr;
  arrays.call.mean = arrays.call.rstd = nullptr;
  arrays.call.y = arrays.x.data();
  const float gap = arrays.x[4];
  const Answer answer = kernel.Call(arrays.call);
  ASSERT_EQ(answer.outcome, Outcome::kDone);
  EXPECT_EQ(Findings(answer), "");
  EXPECT_EQ(arrays.x[0], static_cast<float>(-1.5 / std::sqrt(1.25 + 1e-5)));
  EXPECT_EQ(arrays.x[4], gap);
  EXPECT_EQ(arrays.x[6], arrays.x[0]);
}

TEST(PluginKernel, OneChildServesManyCallsOfAllSizes) {
  PluginKernel kernel("good", Settings("good"));
  for (const size_t columns : std::vector<size_t>{1, 7, 1023, 1024, 1025, 300000, 3}) {
    FloatCall arrays(2, columns, columns + columns % 3);
    const Answer answer = kernel.Call(arrays.call);
    EXPECT_EQ(answer.outcome, Outcome::kDone);
    EXPECT_EQ(Findings(answer), "") << columns;
  }
  EXPECT_EQ(kernel.starts(), 1);
}

TEST(PluginKernel, UnsupportedIsAnHonestAnswer) {
  Try tried("bad_answer", "unsupported");
  EXPECT_EQ(tried.answer.outcome, Outcome::kUnsupported);
  EXPECT_FALSE(tried.answer.failed());
  EXPECT_EQ(Findings(tried.answer), "");
  EXPECT_EQ(tried.arrays.y.front(), kUntouched);
  PluginKernel good("good", Settings("good"));
  FloatCall arrays(1, 4, 4);
  arrays.call.operation = EXACTNORM_RMS_NORM;
  EXPECT_EQ(good.Call(arrays.call).outcome, Outcome::kUnsupported);
}

TEST(PluginKernel, CrashesAreNamedWithTheirSignal) {
  ExpectFailure("crash", kDefault, "crash", "signal 11 (Segmentation fault) at address 0x0");
  ExpectFailure("crash", "aborts", "crash", "signal 6 (Aborted)");
  ExpectFailure("crash", "recurses", "crash", "signal 11");
  ExpectFailure("throws", kDefault, "crash", "a C++ exception left the kernel: no such stream");
}

TEST(PluginKernel, AHangEndsAtTheTimeoutWhateverTheKernelBlocks) {
  for (const char* symbol : {kDefault, "sleeps"}) {
    PluginSettings settings = Settings("hang", symbol);
    settings.call_timeout = milliseconds(300);
    const auto begin = std::chrono::steady_clock::now();
    const Try tried(settings);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000));
    EXPECT_EQ(Findings(tried.answer), "hang");
    EXPECT_EQ(Detail(tried.answer), "no answer in 300 ms");
  }
}

TEST(PluginKernel, ReadingOutsideOfAnArrayIsSeenAtEitherEnd) {
  ExpectFailure("out_of_bounds", kDefault, "out-of-bounds read", "reads 0 bytes after the end of x");
  ExpectFailure("out_of_bounds", "reads_before_x", "out-of-bounds read", "reads 4 bytes before x");
  ExpectFailure("out_of_bounds", "reads_after_gamma", "out-of-bounds read", "reads 0 bytes after the end of gamma");
  ExpectFailure("out_of_bounds", "reads_after_beta", "out-of-bounds read", "reads 0 bytes after the end of beta");
}

TEST(PluginKernel, WritingOutsideOfAnArrayIsSeenAtEitherEnd) {
  ExpectFailure("out_of_bounds", "writes_after_y", "out-of-bounds write", "writes 0 bytes after the end of y");
  ExpectFailure("out_of_bounds", "writes_before_y", "out-of-bounds write", "writes 4 bytes before y");
  ExpectFailure("out_of_bounds", "writes_after_rstd", "out-of-bounds write", "writes 0 bytes after the end of rstd");
}

TEST(PluginKernel, OnePlacementAloneSeesWhatHappensAtTheOtherEndByChangedFiller) {
  PluginSettings ends = Settings("out_of_bounds", "writes_before_y");
  ends.placements = {Placement::kEndsAtGuard};
  EXPECT_EQ(Findings(Try(ends).answer), "out-of-bounds write");
  PluginSettings starts = Settings("out_of_bounds", "writes_after_y");
  starts.placements = {Placement::kStartsAfterGuard};
  const Try tried(starts);
  EXPECT_EQ(Findings(tried.answer), "out-of-bounds write");
  EXPECT_EQ(Detail(tried.answer), "writes 0 bytes after the end of y");
  EXPECT_EQ(tried.answer.outcome, Outcome::kDone);
}

TEST(PluginKernel, WritingToAnInputIsNamedWithItsElement) {
  ExpectFailure("modified_input", kDefault, "modified input", "writes to x[0][4]");
  ExpectFailure("modified_input", "writes_gamma", "modified input", "writes to gamma[0]");
  ExpectFailure("modified_input", "writes_beta", "modified input", "writes to beta[0]");
}

TEST(PluginKernel, InPlaceTheInputMayBeWritten) {
  EXPECT_EQ(Findings(Try(Settings("modified_input"), true).answer), "");
}

TEST(PluginKernel, GapsBetweenRowsAreWatched) {
  ExpectFailure("gap_written", kDefault, "gap written", "writes to the gap after row 0 of y");
  EXPECT_EQ(Findings(Try(Settings("gap_written"), true).answer), "gap written");
  EXPECT_EQ(Try("gap_written", kDefault).answer.outcome, Outcome::kDone);
  ExpectFailure("gap_written", "drops_tail", "result not written", "y[0][4] is left as it was");
  // A NaN lies in the gap in one placement, a number in the other.
  ExpectFailure("gap_written", "reads_gap", "result depends on placement", "y[0][0] is ");
}

TEST(PluginKernel, EndingTheProcessIsNamedWithTheLastWords) {
  ExpectFailure("exit", kDefault, "exit", "exit code 3; it wrote: my_library: no device found");
}

TEST(PluginKernel, AChangedFloatingPointModeIsNamedAndPutBack) {
  ExpectFailure("floating_point_mode", kDefault, "floating-point mode changed", "rounding");
#if defined(__x86_64__)
  ExpectFailure("floating_point_mode", "flushes", "floating-point mode changed",
                "flush-to-zero, denormals-are-zero differs after the call");
#else
  ExpectFailure("floating_point_mode", "flushes", "floating-point mode changed", "flush-to-zero");
#endif
  Try again("floating_point_mode", kDefault);
  EXPECT_EQ(again.answer.outcome, Outcome::kDone);
  // Both placements of the second call are rounded to nearest, as the first was.
  const std::vector<float> first = again.arrays.y;
  again.kernel.Call(again.arrays.call);
  EXPECT_EQ(again.arrays.y, first);
  EXPECT_EQ(again.kernel.starts(), 1);
}

TEST(PluginKernel, FlushToZeroFromLoadingOnIsNamedOnceAndPutBack) {
  Try tried("flush_on_loading", kDefault);
  EXPECT_EQ(Findings(tried.answer), "floating-point mode changed");
  EXPECT_NE(Detail(tried.answer).find("flush-to-zero"), std::string::npos);
  EXPECT_NE(Detail(tried.answer).find("differs after loading"), std::string::npos);
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "");
}

TEST(PluginKernel, AnswersWithoutMeaningAreNamed) {
  ExpectFailure("bad_answer", kDefault, "bad answer", "the kernel returned -7");
  ExpectFailure("bad_answer", "unsupported_but_writes", "bad answer", "answers unsupported, but writes to y[0][0]");
  EXPECT_EQ(Try("bad_answer", kDefault).arrays.y.front(), kUntouched);
}

TEST(PluginKernel, ResultsThatDependOnPlacementAreNamed) {
  ExpectFailure("placement", kDefault, "result depends on placement", "y[0][0] is BFE");
  ExpectFailure("placement", "supported_if_aligned", "result depends on placement", "supported in one placement only");
}

TEST(PluginKernel, TheAlignmentThatTheCallerChoseIsKeptOnRequest) {
  FloatCall reference(1, 60, 60);
  PluginKernel("good", Settings("good")).Call(reference.call);
  PluginSettings settings = Settings("placement");
  settings.placements = {Placement::kAlignedAsGiven};
  PluginKernel kernel("placement", settings);
  for (ptrdiff_t offset = 0; offset < 16; ++offset) {
    FloatCall arrays(1, 80, 80);  // room to choose where x begins
    std::copy(reference.x.begin(), reference.x.end(), arrays.x.begin() + offset);
    arrays.call.columns = arrays.call.x_stride = arrays.call.y_stride = 60;
    arrays.call.x = arrays.x.data() + offset;
    EXPECT_EQ(Findings(kernel.Call(arrays.call)), "");
    const bool aligned = reinterpret_cast<uintptr_t>(arrays.call.x) % 32 == 0;
    EXPECT_EQ(arrays.y[0] != reference.y[0], aligned) << offset;
  }
}

TEST(PluginKernel, NanBitsAreInformationAndNoDifference) {
  const Try tried("nan_bits", kDefault);
  EXPECT_EQ(Findings(tried.answer), "NaN bits");
  EXPECT_NE(Detail(tried.answer).find("y[0][0] is the NaN FFC0"), std::string::npos) << Detail(tried.answer);
  EXPECT_FALSE(tried.answer.failed());
  EXPECT_EQ(tried.answer.outcome, Outcome::kDone);
}

}  // namespace
}  // namespace exactnorm::kernel

int main(int argc, char** argv) {
  exactnorm::kernel::ServeIfChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
