// SPDX-License-Identifier: Apache-2.0
// The child as its parent sees it: a request -> what became of it. Started when first needed and again after every
// end; killed and reaped when the object goes, so that no process stays.
#ifndef EXACTNORM_BENCH_KERNEL_CHILD_PROCESS_H_
#define EXACTNORM_BENCH_KERNEL_CHILD_PROCESS_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "bench/kernel/message.h"

namespace exactnorm::kernel {

struct ChildSettings {
  std::string library;  // a path with a slash, or empty: exactnorm itself
  std::string symbol;
  std::chrono::milliseconds call_timeout{2000};
  std::chrono::milliseconds load_timeout{30000};
  size_t memory_limit = size_t{8} << 30;                         // of address space; not under an address sanitizer
  std::vector<std::pair<std::string, std::string>> environment;  // on top of the parent's
};

struct Exchange {
  enum Event { kReply, kExited, kSignalled, kTimedOut };
  Event event = kTimedOut;
  bool loading = false;  // it happened before the kernel was ready
  bool loaded = false;   // the child was started for this request, and this is its kLoaded
  Reply load_reply = {};
  Reply reply = {};  // kReply; kSignalled: a kFault, if the child could still tell
  bool fault = false;
  int code = 0;  // exit code, or signal
  std::string output;
  std::string errors;
};

class ChildProcess {
 public:
  // `memory` is the descriptor of the shared memory, which must stay open.
  ChildProcess(ChildSettings settings, int memory);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Sends the request, or with null only starts the child and loads the kernel. Throws std::system_error if no child
  // can be started.
  Exchange Run(const Request* request);

  int starts() const { return starts_; }
  int process() const { return process_; }  // -1: none now

 private:
  void Start();
  void End();                                                         // kill and reap
  bool Await(std::chrono::milliseconds timeout, Exchange& exchange);  // true: a reply came
  void Reap(Exchange& exchange);
  void TakeText(Exchange& exchange);

  ChildSettings settings_;
  int memory_;
  int process_ = -1;
  int socket_ = -1;
  int output_ = -1;
  int errors_ = -1;
  int starts_ = 0;
};

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_CHILD_PROCESS_H_
