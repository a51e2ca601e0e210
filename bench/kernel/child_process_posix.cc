// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "bench/kernel/child_process.h"

namespace exactnorm::kernel {
namespace {

constexpr size_t kMostText = size_t{1} << 16;

constexpr int64_t kTick = 20;  // milliseconds between looks at whether the child still runs

bool HasEnded(pid_t process) {
  siginfo_t ended = {};
  return waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOWAIT | WNOHANG) == 0 && ended.si_pid != 0;
}

void Close(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

[[noreturn]] void Throw(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

// Above the numbers that the child will use, so that none is overwritten while they are set up.
int Raised(int descriptor) {
  const int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  const int error = errno;
  close(descriptor);
  if (raised < 0) Throw(error, "descriptor");
  return raised;
}

// Takes what is there and keeps the first kMostText bytes. False at the end of the stream.
bool Drain(int descriptor, std::string& text) {
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(descriptor, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0;
    text.append(buffer, std::min(static_cast<size_t>(n), kMostText - text.size()));
  }
}

// The pair's second end and the pipes' writing ends live until the child has them.
struct Ends {
  int socket = -1, output = -1, errors = -1;
  ~Ends() {
    for (int* end : {&socket, &output, &errors}) Close(*end);
  }
};

struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
};

std::vector<std::string> Environment(const ChildSettings& settings) {
  std::vector<std::string> all;
  for (const auto& [name, value] : settings.environment) all.push_back(std::string(name).append("=").append(value));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const auto replaced = [&](const auto& pair) { return line.starts_with(pair.first + "="); };
    if (std::none_of(settings.environment.begin(), settings.environment.end(), replaced)) all.push_back(line);
  }
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& one : strings) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(ChildSettings settings, int memory) : settings_(std::move(settings)), memory_(memory) {}

ChildProcess::~ChildProcess() { End(); }

void ChildProcess::Start() {
  Ends child;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) Throw(errno, "socketpair");
  socket_ = pair[0];
  child.socket = pair[1];
  child.socket = Raised(child.socket);
  const auto pipe = [](int& reading, int& writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) Throw(errno, "pipe");
    reading = ends[0];
    fcntl(reading, F_SETFL, O_NONBLOCK);
    writing = Raised(ends[1]);
  };
  pipe(output_, child.output);
  pipe(errors_, child.errors);

  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, child.output, 1);
  posix_spawn_file_actions_adddup2(&plan.actions, child.errors, 2);
  posix_spawn_file_actions_adddup2(&plan.actions, child.socket, kSocket);
  posix_spawn_file_actions_adddup2(&plan.actions, memory_, kMemory);
  // A group of its own, so that what the kernel starts ends with it; signals as in a fresh process.
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&plan.attributes, 0);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);

  const auto alarm = [](std::chrono::milliseconds timeout) {  // long after the parent's own
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(timeout).count() + 5);
  };
  std::vector<std::string> arguments = {"exactnorm",
                                        kChildArgument,
                                        settings_.library,
                                        settings_.symbol,
                                        std::to_string(settings_.memory_limit),
                                        alarm(settings_.load_timeout),
                                        alarm(settings_.call_timeout)};
  std::vector<std::string> environment = Environment(settings_);
  pid_t process;
  const int error = posix_spawn(&process, "/proc/self/exe", &plan.actions, &plan.attributes, Pointers(arguments).data(),
                                Pointers(environment).data());
  if (error != 0) {
    End();
    Throw(error, "the child that runs the kernel");
  }
  process_ = process;
  ++starts_;
}

void ChildProcess::End() {
  if (process_ > 0) {
    kill(-process_, SIGKILL);
    kill(process_, SIGKILL);  // should it not yet be, or no longer be, the leader of its group
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  process_ = -1;
  for (int* descriptor : {&socket_, &output_, &errors_}) Close(*descriptor);
}

// The child has ended or is about to: how? One that does neither, having closed its socket, is ended here.
void ChildProcess::Reap(Exchange& exchange) {
  for (int waited = 0; waited < 200 && !HasEnded(process_); ++waited) usleep(1000);
  kill(-process_, SIGKILL);
  kill(process_, SIGKILL);
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  exchange.event = WIFEXITED(status) ? Exchange::kExited : Exchange::kSignalled;
  exchange.code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  TakeText(exchange);
  End();
}

void ChildProcess::TakeText(Exchange& exchange) {
  Drain(output_, exchange.output);
  Drain(errors_, exchange.errors);
}

bool ChildProcess::Await(std::chrono::milliseconds timeout, Exchange& exchange) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  pollfd sources[] = {{socket_, POLLIN, 0}, {output_, POLLIN, 0}, {errors_, POLLIN, 0}};
  bool ended = false;  // the child has, but what it sent may still wait
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      exchange.event = Exchange::kTimedOut;
      TakeText(exchange);
      End();
      return false;
    }
    const int ready = poll(sources, 3, ended ? 0 : static_cast<int>(std::min<int64_t>(left, kTick)));
    if (ready < 0 && errno != EINTR) Throw(errno, "poll");
    if (ready < 0) continue;
    if (ready == 0) {
      // A process that the kernel left behind keeps the socket open, so its end alone does not tell.
      if (ended) {
        Reap(exchange);
        return false;
      }
      ended = HasEnded(process_);
      continue;
    }
    if (sources[1].revents != 0 && !Drain(output_, exchange.output)) sources[1].fd = -1;
    if (sources[2].revents != 0 && !Drain(errors_, exchange.errors)) sources[2].fd = -1;
    if (sources[0].revents == 0) continue;
    const ssize_t size = recv(socket_, &exchange.reply, sizeof exchange.reply, 0);
    if (size < 0 && errno == EINTR) continue;
    const bool whole = size == static_cast<ssize_t>(sizeof exchange.reply);
    exchange.fault = whole && exchange.reply.kind == ReplyKind::kFault;
    if (!whole || exchange.fault) {
      Reap(exchange);
      return false;
    }
    TakeText(exchange);
    exchange.event = Exchange::kReply;
    return true;
  }
}

Exchange ChildProcess::Run(const Request* request) {
  Exchange exchange;
  if (process_ < 0) {
    try {
      Start();
    } catch (...) {
      End();
      throw;
    }
    exchange.loading = true;
    if (!Await(settings_.load_timeout, exchange)) return exchange;
    if (exchange.reply.kind != ReplyKind::kLoaded) {
      End();
      return exchange;
    }
    exchange.loaded = true;
    exchange.load_reply = exchange.reply;
    exchange.loading = false;
  }
  if (request == nullptr) return exchange;
  // A child that ended between two calls shows when its answer is awaited.
  while (send(socket_, request, sizeof *request, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
  Await(settings_.call_timeout, exchange);
  return exchange;
}

}  // namespace exactnorm::kernel
