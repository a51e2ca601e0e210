// SPDX-License-Identifier: Apache-2.0
// The child has its three streams in temporary files, so nobody waits for anybody's pipe.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "bench/geometry/gnuplot.h"

namespace exactnorm::geometry {
namespace {

using command::BadInput;
using command::FileArgument;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Stream = std::unique_ptr<std::FILE, Close>;

Stream Temporary(const FileArgument& file) {
  Stream stream(std::tmpfile());
  if (!stream) throw BadInput(file, "no temporary file can be made: " + std::generic_category().message(errno));
  return stream;
}

std::vector<unsigned char> ReadAll(std::FILE* stream) {
  std::vector<unsigned char> bytes;
  std::rewind(stream);
  unsigned char block[4096];
  for (size_t n; (n = std::fread(block, 1, sizeof block, stream)) != 0;) bytes.insert(bytes.end(), block, block + n);
  return bytes;
}

// The last line that says something; those before it repeat the command.
std::string Complaint(std::FILE* stream) {
  std::string complaint = "no reason given";
  std::string line;
  for (const unsigned char c : ReadAll(stream)) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    const size_t begin = line.find_first_not_of(" ^\t");
    if (begin != std::string::npos) complaint = line.substr(begin);
    line.clear();
  }
  return complaint;
}

// The error of posix_spawnp, or 0 with the child's wait status.
int Execute(std::FILE* in, std::FILE* out, std::FILE* error, int* wait_status) {
  posix_spawn_file_actions_t actions;
  if (const int failed = posix_spawn_file_actions_init(&actions)) return failed;
  std::FILE* const streams[] = {in, out, error};
  int failed = 0;
  for (int i = 0; i < 3 && failed == 0; ++i) failed = posix_spawn_file_actions_adddup2(&actions, fileno(streams[i]), i);
  char name[] = "gnuplot";
  char default_settings[] = "--default-settings";  // nobody's ~/.gnuplot
  char* arguments[] = {name, default_settings, nullptr};
  pid_t child = 0;
  if (failed == 0) failed = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return failed;
  while (waitpid(child, wait_status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

std::vector<unsigned char> Plot(const std::string& script, const FileArgument& file) {
  const Stream in = Temporary(file);
  const Stream out = Temporary(file);
  const Stream error = Temporary(file);
  if (std::fwrite(script.data(), 1, script.size(), in.get()) != script.size() || std::fflush(in.get()) != 0) {
    throw BadInput(file, "the data for gnuplot cannot be written; make room in the folder for temporary files");
  }
  std::rewind(in.get());
  int status = 0;
  const int failed = Execute(in.get(), out.get(), error.get(), &status);
  const bool missing = failed == ENOENT || (failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127);
  if (missing) throw BadInput(file, "gnuplot draws the picture and is not here; install the package gnuplot-nox");
  if (failed != 0) throw BadInput(file, "gnuplot cannot be started: " + std::generic_category().message(failed));
  auto picture = ReadAll(out.get());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || picture.empty()) {
    throw BadInput(file, "gnuplot failed (" + Complaint(error.get()) + "); gnuplot-nox 5.4 is known to work");
  }
  return picture;
}

}  // namespace exactnorm::geometry
