// SPDX-License-Identifier: Apache-2.0
// Anybody's kernel in a child process: a shared object, or exactnorm itself -> answers, whatever the kernel does.
// Each call is made with arrays that end at, and with arrays that start after, pages without access; x, gamma and
// beta are read-only unless in place. This guards against accidents, not against malice.
#ifndef EXACTNORM_BENCH_KERNEL_PLUGIN_KERNEL_H_
#define EXACTNORM_BENCH_KERNEL_PLUGIN_KERNEL_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/kernel/child_process.h"
#include "bench/kernel/kernel.h"

namespace exactnorm::kernel {

struct PluginSettings : ChildSettings {
  // One call of the kernel each; the results are those of the last. kEndsAtGuard comes first.
  std::vector<Placement> placements = {Placement::kEndsAtGuard, Placement::kStartsAfterGuard};
};

// "lib.so[:symbol]" -> library and symbol, exactnorm_kernel by default. A name without a slash is a file here, not one
// of the system's libraries; a colon belongs to the name if such a file exists.
void ParseKernelName(const std::string& text, ChildSettings& settings);

// For tables: the file's name without folder and ".so", and a symbol that is not the default.
std::string ShortName(const ChildSettings& settings);

// One call at a time. Where the arrays do not fit into the child's memory_limit, Call() throws std::bad_alloc.
class PluginKernel : public Kernel {
 public:
  PluginKernel(std::string name, const PluginSettings& settings);
  ~PluginKernel() override;

  const std::string& name() const override { return name_; }

  // Loads the kernel, if it is not yet there. Empty, or a sentence that says why it cannot be.
  std::string Load();

  Answer Call(const exactnorm_kernel_call& call) override;

  int starts() const { return child_.starts(); }    // of the child, so far
  int process() const { return child_.process(); }  // the child's, or -1

 private:
  class SharedMemory;

  bool RunOnce(const exactnorm_kernel_call& call, Placement placement, Answer& answer, Results& results);

  std::string name_;
  PluginSettings settings_;
  std::unique_ptr<SharedMemory> memory_;
  ChildProcess child_;
  std::vector<Observation> of_loading_;  // to go with the next answer
};

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_PLUGIN_KERNEL_H_
