// What this process gives up for good, so that whoever takes it over gets little: programs, debugging, memory images,
// and the files that it does not need.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace os {

// Whether this process may be traced. The leak check of a sanitizer traces its own process at the end, so builds with
// one need kAllow; it also leaves the making of child processes open, which that check needs.
enum class Tracing { kRefuse, kAllow };

struct Confinement {
  // Files, and directories with everything below them. One that is not there is left out.
  std::vector<std::string> readable;
  // Directories below which files are also made, written, renamed and removed.
  std::vector<std::string> writable;
  Tracing tracing = Tracing::kRefuse;
};

// What came of it. A reason is a sentence; an empty one says that it holds.
struct Confined {
  std::string no_filter;  // Of system calls (seccomp).
  std::string no_paths;   // Of paths (Landlock).
};

// Holds for this thread and every thread that it starts from now on; the filter of system calls also for those that run
// already. To be called while there is one thread, since nothing takes paths from another thread.
//
// From then on: no privileges by set-user-ID programs, no core dumps, files for the owner alone, no new program (the
// process is killed), no memory that can be written and executed, and no system call but those of the list in
// sandbox.cpp. What a kernel lacks is told and left out.
Confined confine(const Confinement& confinement);

// Whether this process is kept from the root directory, which every user may list and no server here has to. Tried on
// the spot, so that it is true of whatever confines it: Landlock, AppArmor, SELinux.
bool are_paths_confined();

}  // namespace os
