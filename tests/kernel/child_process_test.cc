// SPDX-License-Identifier: Apache-2.0
// The child's life: loaded or not, started again, limited, listened to, and gone without a trace.
#include "bench/kernel/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "bench/kernel/child.h"
#include "bench/kernel/plugin_kernel.h"
#include "tests/kernel/kernel_call.h"
#include "tests/kernel/tried_plugin.h"

namespace exactnorm::kernel {
namespace {

using std::chrono::milliseconds;

TEST(ChildProcess, WhatCannotBeLoadedIsSaidClearly) {
  PluginKernel missing_file("missing", Settings("no_such_file"));
  EXPECT_NE(missing_file.Load().find("no_such_file.so: cannot open shared object file"), std::string::npos);
  ExpectFailure("no_such_file", kDefault, "not loaded", "cannot be loaded");
  ExpectFailure("good", "no_such_symbol", "not loaded", "undefined symbol: no_such_symbol");
  ExpectFailure("crash_on_loading", kDefault, "not loaded", "loading it ended in signal 6 (Aborted)");
  PluginSettings text = Settings("good");
  text.library = testing::TempDir() + "no_library_" + std::to_string(getpid()) + ".txt";
  std::ofstream(text.library) << std::string(1000, 'x');
  PluginKernel no_library("text", text);
  EXPECT_NE(no_library.Load().find("invalid ELF header"), std::string::npos) << no_library.Load();
  std::filesystem::remove(text.library);
  PluginKernel good("good", Settings("good"));
  EXPECT_EQ(good.Load(), "");
  EXPECT_EQ(good.Load(), "");
  EXPECT_EQ(good.starts(), 1);
}

TEST(ChildProcess, WhatIsPrintedIsCapturedWithItsCall) {
  Try tried("talkative", kDefault);
  EXPECT_EQ(tried.answer.output, "hello\nhello\n");  // once for each placement
  EXPECT_EQ(tried.answer.errors, "warning\nwarning\n");
  Try flooded("talkative", "floods");
  EXPECT_EQ(flooded.answer.outcome, Outcome::kDone);
  EXPECT_EQ(flooded.answer.output.substr(0, 14), "line 0\nline 1\n");
  EXPECT_LE(flooded.answer.output.size(), 2u << 16);
  EXPECT_EQ(Findings(Try("talkative", "reads_input").answer), "");
}

TEST(ChildProcess, MemoryIsLimited) {
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

TEST(ChildProcess, TheEnvironmentOfTheChildIsAsAskedFor) {
  PluginSettings settings = Settings("talkative", "reads_environment");
  settings.environment = {{"EXACTNORM_TEST_VALUE", "17"}};
  EXPECT_EQ(Detail(Try(settings).answer), "the kernel returned 1017");
  EXPECT_EQ(Detail(Try("talkative", "reads_environment").answer), "the kernel returned 1000");
}

TEST(ChildProcess, TheChildIsStartedAgainAfterAFailure) {
  Try tried("crash", "crashes_in_third_call");  // calls 1 and 2, one for each placement
  EXPECT_EQ(Findings(tried.answer), "");
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "crash");
  EXPECT_EQ(tried.kernel.process(), -1);
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "");
  EXPECT_EQ(tried.kernel.starts(), 2);
}

TEST(ChildProcess, AKernelKilledBetweenTwoCallsIsACrashAndNotTheEnd) {
  Try tried("good", kDefault);
  kill(tried.kernel.process(), SIGKILL);
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "crash");
  EXPECT_EQ(Findings(tried.kernel.Call(tried.arrays.call)), "");
}

TEST(ChildProcess, OursGivesTheBitsItGivesInProcess) {
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

TEST(ChildProcess, NoProcessDescriptorOrFileStays) {
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

TEST(ChildProcess, WhatTheKernelStartsEndsWithIt) {
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
