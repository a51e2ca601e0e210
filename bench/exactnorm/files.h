// SPDX-License-Identifier: Apache-2.0
// What the command needs of the operating system; the only place with POSIX calls, in files_posix.cc.
// Reading: the whole file or a BadInput. Writing: all files of a command appear complete, or none does.
#ifndef EXACTNORM_BENCH_EXACTNORM_FILES_H_
#define EXACTNORM_BENCH_EXACTNORM_FILES_H_

#include <filesystem>
#include <string>
#include <vector>

#include "bench/exactnorm/bad_input.h"

namespace exactnorm::command {

std::vector<unsigned char> ReadFile(const FileArgument& file);

// Refuses what can be seen at once to be no place for an output, so that nothing is computed in vain.
void CheckWritable(const FileArgument& file);

// Whether both would be written to the same place, however it is spelled.
bool SameTarget(const FileArgument& a, const FileArgument& b);

// The outputs of one command. Each is written in full under a temporary name beside its own; when all
// are there, Commit() renames them. Until then, and whenever something fails, no output file changes and
// no temporary one stays. Devices and pipes, which have no content to protect, are written to directly.
// Terminating signals wait until the object is gone.
class StagedFiles {
 public:
  StagedFiles();
  ~StagedFiles();
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  void Add(const FileArgument& file, const std::vector<unsigned char>& content);
  void Commit();

 private:
  struct Staged {
    FileArgument file;
    std::string temporary;
    std::string target;
    bool target_existed;
  };
  struct HeldSignals;

  std::vector<Staged> staged_;
  HeldSignals* held_signals_;
};

// The folder that this executable lies in.
std::filesystem::path CommandFolder();

// Whether a person is watching standard error.
bool ErrorIsTerminal();

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_FILES_H_
