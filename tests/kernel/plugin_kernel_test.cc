// SPDX-License-Identifier: Apache-2.0
// Each plug-in of tests/kernel/plugins is named for what it does wrong; the host has to say just that, and go on.
#include "bench/kernel/plugin_kernel.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "bench/kernel/child.h"
#include "tests/kernel/kernel_call.h"

namespace exactnorm::kernel {
namespace {

using std::chrono::milliseconds;

// EXACTNORM_PLUGINS is the folder of the shared objects.
PluginSettings Settings(const std::string& plugin, const std::string& symbol = "exactnorm_kernel") {
  PluginSettings settings;
  settings.library = std::string(EXACTNORM_PLUGINS) + "/" + plugin + ".so";
  settings.symbol = symbol;
  return settings;
}

std::string Findings(const Answer& answer) {
  std::string names;
  for (const Observation& observation : answer.observations) {
    if (!names.empty()) names += " + ";
    names += Name(observation.finding);
  }
  return names;
}

std::string Detail(const Answer& answer) {
  return answer.observations.empty() ? std::string() : answer.observations.front().detail;
}

// One call of 3 rows of 5 numbers with a gap of 3.
struct Try {
  explicit Try(const PluginSettings& settings, bool in_place = false) : kernel("tried", settings), arrays(3, 5, 8) {
    if (in_place) arrays.call.y = arrays.x.data();
    answer = kernel.Call(arrays.call);
  }
  Try(const std::string& plugin, const std::string& symbol) : Try(Settings(plugin, symbol)) {}

  PluginKernel kernel;
  FloatCall arrays;
  Answer answer;
};

void ExpectFailure(const std::string& plugin, const std::string& symbol, const std::string& finding,
                   const std::string& detail) {
  const Try tried(plugin, symbol);
  EXPECT_EQ(Findings(tried.answer), finding) << plugin << ":" << symbol;
  EXPECT_NE(Detail(tried.answer).find(detail), std::string::npos) << Detail(tried.answer);
  EXPECT_TRUE(tried.answer.failed());
}

constexpr char kDefault[] = "exactnorm_kernel";

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
  for (const size_t columns : {1, 7, 1023, 1024, 1025, 300000, 3}) {
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

TEST(PluginKernel, WhatCannotBeLoadedIsSaidClearly) {
  PluginKernel missing_file("missing", Settings("no_such_file"));
  EXPECT_NE(missing_file.Load().find("no_such_file.so: cannot open shared object file"), std::string::npos);
  ExpectFailure("no_such_file", kDefault, "not loaded", "cannot be loaded");
  ExpectFailure("good", "no_such_symbol", "not loaded", "undefined symbol: no_such_symbol");
  ExpectFailure("crash_on_loading", kDefault, "not loaded", "loading it ended in signal 6 (Aborted)");
  PluginSettings text = Settings("good");
  text.library = __FILE__;
  PluginKernel no_library("text", text);
  EXPECT_NE(no_library.Load().find("invalid ELF header"), std::string::npos) << no_library.Load();
  PluginKernel good("good", Settings("good"));
  EXPECT_EQ(good.Load(), "");
  EXPECT_EQ(good.Load(), "");
  EXPECT_EQ(good.starts(), 1);
}

TEST(PluginKernel, WhatIsPrintedIsCapturedWithItsCall) {
  Try tried("talkative", kDefault);
  EXPECT_EQ(tried.answer.output, "hello\nhello\n");  // once for each placement
  EXPECT_EQ(tried.answer.errors, "warning\nwarning\n");
  Try flooded("talkative", "floods");
  EXPECT_EQ(flooded.answer.outcome, Outcome::kDone);
  EXPECT_EQ(flooded.answer.output.substr(0, 14), "line 0\nline 1\n");
  EXPECT_LE(flooded.answer.output.size(), 2u << 16);
  EXPECT_EQ(Findings(Try("talkative", "reads_input").answer), "");
}

TEST(PluginKernel, MemoryIsLimited) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "an address sanitizer reserves more than any limit";
#endif
  ExpectFailure("talkative", "hungry", "bad answer", "the kernel returned 42");
  PluginSettings small = Settings("good");
  small.memory_limit = size_t{100} << 20;
  PluginKernel kernel("good", small);
  FloatCall large(1, 8000000, 8000000);
  EXPECT_THROW(kernel.Call(large.call), std::bad_alloc) << "arrays of 128 MB";
  FloatCall arrays(1, 8, 8);
  EXPECT_EQ(Findings(kernel.Call(arrays.call)), "");
  EXPECT_EQ(kernel.starts(), 1);
}

TEST(PluginKernel, TheEnvironmentOfTheChildIsAsAskedFor) {
  PluginSettings settings = Settings("talkative", "reads_environment");
  settings.environment = {{"EXACTNORM_TEST_VALUE", "17"}};
  EXPECT_EQ(Detail(Try(settings).answer), "the kernel returned 1017");
  EXPECT_EQ(Detail(Try("talkative", "reads_environment").answer), "the kernel returned 1000");
}

TEST(PluginKernel, TheChildIsStartedAgainAfterAFailure) {
  Try tried("crash", "crashes_in_third_call");  // calls 1 and 2, one for each placement
  EXPECT_EQ(Findings(tried.answer), "");
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "crash");
  EXPECT_EQ(tried.kernel.process(), -1);
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "");
  EXPECT_EQ(tried.kernel.starts(), 2);
}

TEST(PluginKernel, AKernelKilledBetweenTwoCallsIsACrashAndNotTheEnd) {
  Try tried("good", kDefault);
  kill(tried.kernel.process(), SIGKILL);
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "crash");
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "");
}

TEST(PluginKernel, OursGivesTheBitsItGivesInProcess) {
  PluginSettings settings;  // no library: exactnorm itself
  PluginKernel guarded("exactnorm", settings);
  InProcessKernel direct("exactnorm", ExactnormKernel);
  for (const uint32_t threads : {1u, 3u}) {
    FloatCall a(4, 33, 40);
    FloatCall b(4, 33, 40);
    a.call.threads = b.call.threads = threads;
    const Answer answer = guarded.Call(a.call);
    EXPECT_EQ(Findings(answer), "") << Detail(answer);
    EXPECT_EQ(answer.outcome, Outcome::kDone);
    EXPECT_EQ(direct.Call(b.call).outcome, Outcome::kDone);
    EXPECT_EQ(a.y, b.y);
    EXPECT_EQ(a.rstd, b.rstd);
  }
}

// What this process still has: descriptors, and whether it has any child left.
size_t OpenDescriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(PluginKernel, NoProcessDescriptorOrFileStays) {
  const auto files = [] {
    std::set<std::string> names;
    for (const char* folder : {"/tmp", "/dev/shm", "."}) {
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename().string().find("exactnorm") != std::string::npos) names.insert(entry.path());
      }
    }
    return names;
  };
  const auto before = files();
  const size_t descriptors = OpenDescriptors();
  for (int i = 0; i < 3; ++i) {
    Try("good", kDefault);
    Try("crash", kDefault);
    Try("exit", kDefault);
    Try("no_such_file", kDefault);
    PluginSettings hang = Settings("hang");
    hang.call_timeout = milliseconds(50);
    Try tried(hang);
  }
  EXPECT_EQ(OpenDescriptors(), descriptors);
  EXPECT_EQ(files(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a child was not reaped";
}

TEST(PluginKernel, WhatTheKernelStartsEndsWithIt) {
  EXPECT_EQ(Findings(Try("hang", "forks_and_exits").answer), "exit");
  // No process of the binary's own name with the hidden argument is left whose parent is gone.
  for (int waited = 0; waited < 50; ++waited) {
    size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      const std::string line{std::istreambuf_iterator<char>(file), {}};
      left += line.find(kChildArgument) != std::string::npos && line.find("forks_and_exits") != std::string::npos;
    }
    if (left == 0) return;
    usleep(20000);
  }
  FAIL() << "a process that the kernel started is still there";
}

TEST(KernelName, IsALibraryWithASymbol) {
  const auto parse = [](const std::string& text) {
    PluginSettings settings;
    ParseKernelName(text, settings);
    return settings.library + " " + settings.symbol;
  };
  EXPECT_EQ(parse("libmine.so"), "./libmine.so exactnorm_kernel");
  EXPECT_EQ(parse("./libmine.so:fast"), "./libmine.so fast");
  EXPECT_EQ(parse("/a/b.so:c"), "/a/b.so c");
  EXPECT_EQ(parse("/a:b/c.so"), "/a:b/c.so exactnorm_kernel");
  const std::string odd = testing::TempDir() + "/exactnorm_odd:name";
  std::ofstream(odd) << "x";
  EXPECT_EQ(parse(odd), odd + " exactnorm_kernel");
  EXPECT_EQ(parse(odd + ":f"), odd + " f");
  std::filesystem::remove(odd);
}

}  // namespace
}  // namespace exactnorm::kernel

int main(int argc, char** argv) {
  exactnorm::kernel::ServeIfChild(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
