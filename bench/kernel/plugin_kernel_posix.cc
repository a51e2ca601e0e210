// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "bench/kernel/floating_point_mode.h"
#include "bench/kernel/plugin_kernel.h"

namespace exactnorm::kernel {
namespace {

constexpr char kDefaultSymbol[] = "exactnorm_kernel";

bool IsIdentifier(const std::string& text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string SignalName(int number) {
  const char* const name = strsignal(number);
  return fmt::format("signal {} ({})", number, name != nullptr ? name : "unknown");
}

// The last line that the dying kernel wrote to stderr often says why.
std::string LastLine(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  const size_t begin = text.find_last_of('\n', end);
  return "; it wrote: " + text.substr(begin == std::string::npos ? 0 : begin + 1,
                                      end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

// The fault's address, seen from the array it is in or beside.
Observation FaultObservation(const exactnorm_kernel_call& call, const Layout& layout, const Reply& fault, int signal) {
  if (fault.array < 0)
    return {Finding::kCrash,
            fmt::format("{} at address {:#x}, which is near no array", SignalName(signal), fault.address)};
  const Array array = ArraysOf(call)[static_cast<size_t>(fault.array)];
  const Region& region = layout.regions[fault.array];
  const bool inside = fault.offset >= 0 && static_cast<uint64_t>(fault.offset) < region.length;
  if (inside) return {Finding::kModifiedInput, "writes to " + Place(array, static_cast<size_t>(fault.offset))};
  const std::string where = fault.offset < 0
                                ? fmt::format("{} bytes before {}", -fault.offset, array.name)
                                : fmt::format("{} bytes after the end of {}",
                                              static_cast<uint64_t>(fault.offset) - region.length, array.name);
  switch (fault.access) {
    case Access::kRead: return {Finding::kOutOfBoundsRead, "reads " + where};
    case Access::kWrite: return {Finding::kOutOfBoundsWrite, "writes " + where};
    case Access::kUnknown: break;
  }
  return {Finding::kOutOfBoundsRead, "reads or writes " + where};
}

Observation DeathObservation(const exactnorm_kernel_call& call, const Layout& layout, const Exchange& exchange,
                             std::chrono::milliseconds timeout) {
  switch (exchange.event) {
    case Exchange::kTimedOut: return {Finding::kHang, fmt::format("no answer in {} ms", timeout.count())};
    case Exchange::kExited:
      return {Finding::kExit, fmt::format("the kernel ended its process with exit code {}{}", exchange.code,
                                          LastLine(exchange.errors))};
    case Exchange::kSignalled:
      if (exchange.fault) return FaultObservation(call, layout, exchange.reply, exchange.code);
      return {Finding::kCrash, SignalName(exchange.code) + LastLine(exchange.errors)};
    case Exchange::kReply: break;
  }
  return {Finding::kCrash, fmt::format("a C++ exception left the kernel: {}", exchange.reply.text)};
}

std::string WhyNotLoaded(const ChildSettings& settings, const Exchange& exchange) {
  std::string why;
  switch (exchange.event) {
    case Exchange::kReply: why = exchange.reply.text; break;
    case Exchange::kTimedOut: why = fmt::format("loading takes more than {} ms", settings.load_timeout.count()); break;
    case Exchange::kExited: why = fmt::format("loading it ended the process with exit code {}", exchange.code); break;
    case Exchange::kSignalled: why = "loading it ended in " + SignalName(exchange.code); break;
  }
  return "cannot be loaded: " + why;
}

bool AllAligned(const exactnorm_kernel_call& call) {
  const auto arrays = ArraysOf(call);
  return std::all_of(arrays.begin(), arrays.end(),
                     [](const Array& a) { return reinterpret_cast<uintptr_t>(a.data) % kAlignment == 0; });
}

}  // namespace

void ParseKernelName(const std::string& text, ChildSettings& settings) {
  settings.library = text;
  settings.symbol = kDefaultSymbol;
  const size_t colon = text.rfind(':');
  if (colon != std::string::npos && access(text.c_str(), F_OK) != 0 && IsIdentifier(text.substr(colon + 1))) {
    settings.library = text.substr(0, colon);
    settings.symbol = text.substr(colon + 1);
  }
  if (settings.library.find('/') == std::string::npos) settings.library = "./" + settings.library;
}

std::string ShortName(const ChildSettings& settings) {
  std::string name = settings.library.substr(settings.library.rfind('/') + 1);
  if (name.ends_with(".so")) name.resize(name.size() - 3);
  return settings.symbol == kDefaultSymbol ? name : name + ":" + settings.symbol;
}

// Grows, never shrinks; the child maps parts of it.
class PluginKernel::SharedMemory {
 public:
  SharedMemory() : descriptor_(memfd_create("exactnorm", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "shared memory");
    // Above the numbers that the child uses. Were it to shrink, the parent would fault.
    const int raised = fcntl(descriptor_, F_DUPFD_CLOEXEC, 16);
    if (raised >= 0) {
      close(descriptor_);
      descriptor_ = raised;
    }
    fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK);
  }
  ~SharedMemory() {
    if (data_ != nullptr) munmap(data_, size_);
    close(descriptor_);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  int descriptor() const { return descriptor_; }

  unsigned char* WithRoomFor(size_t size) {
    if (size <= size_) return data_;
    size = std::max(size, 2 * size_);
    // posix_fallocate: too little memory is an error here, not a fault later.
    if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0 ||
        posix_fallocate(descriptor_, 0, static_cast<off_t>(size)) != 0)
      throw std::bad_alloc();
    void* const data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (data == MAP_FAILED) throw std::bad_alloc();
    if (data_ != nullptr) munmap(data_, size_);
    data_ = static_cast<unsigned char*>(data);
    size_ = size;
    return data_;
  }

 private:
  int descriptor_;
  unsigned char* data_ = nullptr;
  size_t size_ = 0;
};

PluginKernel::PluginKernel(std::string name, const PluginSettings& settings)
    : name_(std::move(name)),
      settings_(settings),
      memory_(std::make_unique<SharedMemory>()),
      child_(settings, memory_->descriptor()) {}

PluginKernel::~PluginKernel() = default;

std::string PluginKernel::Load() {
  if (child_.process() > 0) return {};
  const Exchange exchange = child_.Run(nullptr);
  if (exchange.loading) return WhyNotLoaded(settings_, exchange);
  if (exchange.load_reply.mode_before != exchange.load_reply.mode_after && child_.starts() == 1)
    of_loading_.push_back(
        {Finding::kFloatingPointMode, ModeDifference(exchange.load_reply.mode_before, exchange.load_reply.mode_after) +
                                          " differs after loading the library"});
  return {};
}

// One placement; false: the kernel gave no results, and the answer says why.
bool PluginKernel::RunOnce(const exactnorm_kernel_call& call, Placement placement, Answer& answer, Results& results) {
  if (std::string why = Load(); !why.empty()) {
    AddOnce(answer.observations, {Finding::kNotLoaded, std::move(why)});
    return false;
  }
  for (Observation& observation : std::exchange(of_loading_, {})) AddOnce(answer.observations, std::move(observation));
  Request request = {call, LayoutOf(call, placement, static_cast<size_t>(sysconf(_SC_PAGESIZE)))};
  unsigned char* const memory = memory_->WithRoomFor(request.layout.total);
  Fill(call, request.layout, placement, memory);
  const Exchange exchange = child_.Run(&request);
  if (exchange.event == Exchange::kReply && exchange.reply.kind == ReplyKind::kNoMemory) throw std::bad_alloc();
  answer.output += exchange.output;
  answer.errors += exchange.errors;
  if (exchange.event != Exchange::kReply || exchange.reply.kind == ReplyKind::kThrew) {
    AddOnce(answer.observations, DeathObservation(call, request.layout, exchange, settings_.call_timeout));
    return false;
  }
  const Reply& reply = exchange.reply;
  if (reply.mode_before != reply.mode_after)
    AddOnce(answer.observations, {Finding::kFloatingPointMode,
                                  ModeDifference(reply.mode_before, reply.mode_after) + " differs after the call"});
  const bool unsupported = reply.value == EXACTNORM_KERNEL_UNSUPPORTED;
  InspectFiller(call, request.layout, placement, memory, unsupported, answer.observations);
  if (!unsupported && reply.value != EXACTNORM_KERNEL_DONE) {
    AddOnce(answer.observations, {Finding::kBadAnswer, fmt::format("the kernel returned {}", reply.value)});
    return false;
  }
  answer.outcome = unsupported ? Outcome::kUnsupported : Outcome::kDone;
  if (!unsupported) results = CopyResults(request.layout, memory);
  return true;
}

Answer PluginKernel::Call(const exactnorm_kernel_call& call) {
  Answer answer;
  std::optional<Outcome> first_outcome;
  Results first, results;
  for (const Placement placement : settings_.placements) {
    if (placement == Placement::kAlignedAsGiven && first_outcome && AllAligned(call)) continue;  // as kStartsAfterGuard
    if (!RunOnce(call, placement, answer, results)) {
      answer.outcome = Outcome::kFailed;
      return answer;
    }
    if (!first_outcome) {
      first_outcome = answer.outcome;
      first = results;
    } else if (answer.outcome != *first_outcome) {
      AddOnce(answer.observations, {Finding::kPlacement, "the call is supported in one placement only"});
      answer.outcome = Outcome::kFailed;
      return answer;
    } else if (answer.outcome == Outcome::kDone) {
      CompareResults(call, first, results, answer.observations);
    }
  }
  if (answer.outcome != Outcome::kDone) return answer;
  StoreResults(results, call);
  if (answer.failed()) return answer;  // what was not written, or read elsewhere, is no result to look at
  if (std::string nan = NonCanonicalNan(call); !nan.empty())
    AddOnce(answer.observations, {Finding::kNanBits, std::move(nan)});
  return answer;
}

}  // namespace exactnorm::kernel
