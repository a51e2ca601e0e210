// SPDX-License-Identifier: Apache-2.0
// Only this process ever calls dlopen(). It is single-threaded but for the threads that the kernel starts.
#include <dlfcn.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "bench/kernel/child.h"
#include "bench/kernel/floating_point_mode.h"
#include "bench/kernel/kernel.h"
#include "bench/kernel/message.h"

#if defined(__SANITIZE_ADDRESS__)
#define EXACTNORM_UNDER_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXACTNORM_UNDER_ASAN
#endif
#endif

namespace exactnorm::kernel {
namespace {

constexpr int kBroken = 125;  // exit code: the child cannot go on, through no fault of the kernel

void Send(const Reply& reply) {
  if (send(kSocket, &reply, sizeof reply, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof reply)) _exit(kBroken);
}

void SetText(Reply& reply, const char* text) { std::snprintf(reply.text, sizeof reply.text, "%s", text); }

// The arrays of the current call in this process; read by the signal handler.
struct Mapping {
  unsigned char* base = nullptr;
  size_t size = 0;
  unsigned char* pages[kArrays] = {};
  Layout layout = {};
};
Mapping mapping;

bool SamePages(const Layout& a, const Layout& b) {
  for (size_t i = 0; i < kArrays; ++i) {
    const Region& r = a.regions[i];
    const Region& s = b.regions[i];
    if (r.offset != s.offset || r.size != s.size || r.writable != s.writable) return false;
  }
  return true;
}

void Unmap() {
  if (mapping.base != nullptr) munmap(mapping.base, mapping.size);
  mapping.base = nullptr;
}

// Guard, pages, guard for each array; the guards have no access at all. False: they do not fit into the memory that
// this process may have.
bool Map(const Layout& layout) {
  const bool same = mapping.base != nullptr && SamePages(mapping.layout, layout);
  mapping.layout = layout;
  if (same) return true;
  Unmap();
  mapping.size = layout.total + 2 * kArrays * kGuard;
  void* const base = mmap(nullptr, mapping.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return false;
  mapping.base = static_cast<unsigned char*>(base);
  unsigned char* at = mapping.base;
  for (size_t i = 0; i < kArrays; ++i) {
    const Region& region = layout.regions[i];
    mapping.pages[i] = at + kGuard;
    at += region.size + 2 * kGuard;
    if (region.size == 0) continue;
    const int protection = region.writable != 0 ? PROT_READ | PROT_WRITE : PROT_READ;
    if (mmap(mapping.pages[i], region.size, protection, MAP_SHARED | MAP_FIXED, kMemory,
             static_cast<off_t>(region.offset)) == MAP_FAILED) {
      Unmap();
      return false;
    }
  }
  return true;
}

void* ArrayAt(size_t i) {
  const Region& region = mapping.layout.regions[i];
  return region.size == 0 ? nullptr : mapping.pages[i] + region.start;
}

Access AccessOf(const ucontext_t& context) {
#if defined(__x86_64__)
  return (context.uc_mcontext.gregs[REG_ERR] & 2) != 0 ? Access::kWrite : Access::kRead;
#elif defined(__aarch64__)
  // Records of 8 bytes of magic and size; the one of magic ESR holds the syndrome, whose bit 6 says write.
  constexpr uint32_t kEsr = 0x45535201;
  const unsigned char* record = context.uc_mcontext.__reserved;
  for (uint32_t head[2]; std::memcpy(head, record, sizeof head), head[0] != 0 && head[1] != 0; record += head[1]) {
    uint64_t esr;
    std::memcpy(&esr, record + 8, sizeof esr);
    if (head[0] == kEsr) return (esr >> 6 & 1) != 0 ? Access::kWrite : Access::kRead;
  }
  return Access::kUnknown;
#else
  static_cast<void>(context);
  return Access::kUnknown;
#endif
}

// Only async-signal-safe calls. The handler is gone when it returns, so the same access kills the process.
void OnFault(int, siginfo_t* info, void* context) {
  Reply reply = {};
  reply.kind = ReplyKind::kFault;
  reply.access = AccessOf(*static_cast<const ucontext_t*>(context));
  const unsigned char* const address = static_cast<const unsigned char*>(info->si_addr);
  reply.address = reinterpret_cast<uintptr_t>(address);
  reply.array = -1;
  for (size_t i = 0; i < kArrays; ++i) {
    const Region& region = mapping.layout.regions[i];
    if (mapping.base == nullptr || address < mapping.pages[i] - kGuard ||
        address >= mapping.pages[i] + region.size + kGuard || region.size == 0)
      continue;
    reply.array = static_cast<int32_t>(i);
    reply.offset = address - (mapping.pages[i] + region.start);
  }
  Send(reply);
}

// Before every call: the kernel may have put in its own.
void CatchFaults() {
  static unsigned char stack[1 << 16];
  const stack_t alternative = {stack, 0, sizeof stack};
  sigaltstack(&alternative, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnFault;
  action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND);
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

// An address sanitizer reserves terabytes of address space, so under one there is no limit.
void LimitMemory(const char* bytes) {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(EXACTNORM_UNDER_ASAN)
  const rlim_t size = static_cast<rlim_t>(std::strtoull(bytes, nullptr, 10));
  const rlimit memory = {size, size};
  if (setrlimit(RLIMIT_AS, &memory) != 0) _exit(kBroken);
#else
  static_cast<void>(bytes);
#endif
}

[[noreturn]] void RefuseToLoad(const char* why) {
  Reply reply = {};
  reply.kind = ReplyKind::kNotLoaded;
  SetText(reply, why);
  Send(reply);
  _exit(0);
}

exactnorm_kernel_function* LoadKernel(const char* library, const char* symbol) {
  if (library[0] == '\0') return ExactnormKernel;
  void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) RefuseToLoad(dlerror());
  void* const function = dlsym(handle, symbol);
  if (function == nullptr) RefuseToLoad(dlerror());
  return reinterpret_cast<exactnorm_kernel_function*>(function);
}

void Serve(const Request& request, exactnorm_kernel_function* function) {
  Reply reply = {};
  if (!Map(request.layout)) {
    reply.kind = ReplyKind::kNoMemory;
    return Send(reply);
  }
  exactnorm_kernel_call call = request.call;
  call.x = ArrayAt(kX);
  call.gamma = ArrayAt(kGamma);
  call.beta = ArrayAt(kBeta);
  call.y = request.layout.in_place != 0 ? ArrayAt(kX) : ArrayAt(kY);
  call.mean = ArrayAt(kMean);
  call.rstd = ArrayAt(kRstd);
  CatchFaults();
  reply.kind = ReplyKind::kReturned;
  reply.mode_before = FloatingPointMode();
  try {
    reply.value = function(&call);
  } catch (const std::exception& error) {
    reply.kind = ReplyKind::kThrew;
    SetText(reply, error.what());
  } catch (...) {
    reply.kind = ReplyKind::kThrew;
    SetText(reply, "of no standard type");
  }
  reply.mode_after = FloatingPointMode();
  SetFloatingPointMode(reply.mode_before);
  std::fflush(nullptr);
  Send(reply);
}

}  // namespace

// argv: program, kChildArgument, library (empty: exactnorm itself), symbol, limit of memory in bytes, seconds after
// which the loading and a call end by themselves, should the command be gone by then.
void ServeIfChild(int argc, char** argv) {
  if (argc != 7 || std::strcmp(argv[1], kChildArgument) != 0) return;
  LimitMemory(argv[4]);
  const auto seconds = [&](int i) { return static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)); };
  alarm(seconds(5));
  Reply loaded = {};
  loaded.kind = ReplyKind::kLoaded;
  loaded.mode_before = FloatingPointMode();
  exactnorm_kernel_function* const function = LoadKernel(argv[2], argv[3]);
  loaded.mode_after = FloatingPointMode();
  SetFloatingPointMode(loaded.mode_before);
  std::fflush(nullptr);
  Send(loaded);
  Request request;
  for (;;) {
    alarm(0);
    const ssize_t size = recv(kSocket, &request, sizeof request, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size != static_cast<ssize_t>(sizeof request)) _exit(0);  // the command is gone
    alarm(seconds(6));
    Serve(request, function);
  }
}

}  // namespace exactnorm::kernel
