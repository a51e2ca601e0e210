// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "bench/exactnorm/files.h"

namespace exactnorm::command {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  // Some file systems report a full disk only here.
  bool Close() { return close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

[[noreturn]] void RefuseRead(const FileArgument& file, int error) {
  throw BadInput(file, "cannot be read: " + Reason(error) + "; give a readable .npy file");
}

[[noreturn]] void RefuseWrite(const FileArgument& file, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  throw BadInput(file, "cannot be written: " + Reason(error) +
                           (full ? "; make room or choose another place" : "; choose a writable place"));
}

void WriteAll(const Descriptor& to, const std::vector<unsigned char>& content, const FileArgument& file) {
  size_t written = 0;
  while (written < content.size()) {
    const ssize_t n = write(to.number(), content.data() + written, content.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) RefuseWrite(file, errno);
    written += static_cast<size_t>(n);
  }
}

// Where the bytes finally go: a link is followed, so that it stays a link.
std::string ResolveLink(const std::string& path) {
  std::error_code ignored;
  const auto resolved = std::filesystem::canonical(path, ignored);
  return ignored ? path : resolved.string();
}

std::string DirectoryOf(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

// Permissions of a file that open() would have created; mkstemp() gives it to the owner alone.
mode_t CreationMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::vector<unsigned char> ReadFile(const FileArgument& file) {
  // O_NONBLOCK: a pipe without a writer must not hang the command before it can be refused.
  Descriptor from(open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!from.open()) RefuseRead(file, errno);
  struct stat status = {};
  if (fstat(from.number(), &status) != 0) RefuseRead(file, errno);
  if (S_ISDIR(status.st_mode)) throw BadInput(file, "is a directory; give a .npy file");
  if (!S_ISREG(status.st_mode)) throw BadInput(file, "is a device or pipe; give a .npy file on disk");

  std::vector<unsigned char> content(static_cast<size_t>(status.st_size));
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = read(from.number(), content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) RefuseRead(file, errno);
    if (n == 0) break;  // the file became shorter; the header will tell
    done += static_cast<size_t>(n);
  }
  content.resize(done);
  return content;
}

void CheckWritable(const FileArgument& file) {
  struct stat status = {};
  const std::string target = ResolveLink(file.path);
  if (stat(target.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) throw BadInput(file, "is a directory; give the name of a file to write");
    if (!S_ISREG(status.st_mode)) return;
  }
  // The file itself may be read-only: it is replaced, not overwritten.
  const std::string directory = DirectoryOf(target);
  if (stat(directory.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) RefuseWrite(file, ENOTDIR);
  if (access(directory.c_str(), W_OK | X_OK) != 0) RefuseWrite(file, errno);
}

bool SameTarget(const FileArgument& a, const FileArgument& b) {
  const auto resolved = [](const FileArgument& file) {
    std::error_code ignored;  // then compare what was given
    const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(file.path, ignored), ignored);
    return ignored ? std::filesystem::path(file.path) : path;
  };
  return resolved(a) == resolved(b);
}

struct StagedFiles::HeldSignals {
  sigset_t before;
};

StagedFiles::StagedFiles() : held_signals_(new HeldSignals) {
  sigset_t terminating;
  sigemptyset(&terminating);
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&terminating, number);
  sigprocmask(SIG_BLOCK, &terminating, &held_signals_->before);
  // Over a file size limit or into a closed pipe, write() shall fail instead of killing the process.
  for (const int number : {SIGXFSZ, SIGPIPE}) signal(number, SIG_IGN);
}

StagedFiles::~StagedFiles() {
  for (const Staged& one : staged_) unlink(one.temporary.c_str());
  sigprocmask(SIG_SETMASK, &held_signals_->before, nullptr);
  delete held_signals_;
}

void StagedFiles::Add(const FileArgument& file, const std::vector<unsigned char>& content) {
  const std::string target = ResolveLink(file.path);
  struct stat status = {};
  const bool exists = stat(target.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    Descriptor to(open(target.c_str(), O_WRONLY | O_CLOEXEC));
    if (!to.open()) RefuseWrite(file, errno);
    WriteAll(to, content, file);
    if (!to.Close()) RefuseWrite(file, errno);
    return;
  }
  std::string temporary = DirectoryOf(target) + "/.exactnorm-XXXXXX";
  Descriptor to(mkstemp(temporary.data()));
  if (!to.open()) RefuseWrite(file, errno);
  staged_.push_back({file, temporary, target, exists});
  if (fchmod(to.number(), exists ? status.st_mode & 0777 : CreationMode()) != 0) RefuseWrite(file, errno);
  WriteAll(to, content, file);
  if (!to.Close()) RefuseWrite(file, errno);
}

void StagedFiles::Commit() {
  for (size_t i = 0; i < staged_.size(); ++i) {
    if (rename(staged_[i].temporary.c_str(), staged_[i].target.c_str()) == 0) continue;
    const int error = errno;
    // Rare: the place changed since it was checked. New files are taken back; replaced ones are complete.
    for (size_t done = 0; done < i; ++done) {
      if (!staged_[done].target_existed) unlink(staged_[done].target.c_str());
    }
    RefuseWrite(staged_[i].file, error);
  }
  staged_.clear();
}

std::filesystem::path CommandFolder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

bool ErrorIsTerminal() { return isatty(STDERR_FILENO) == 1; }

}  // namespace exactnorm::command
