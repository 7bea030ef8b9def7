// This process as the system sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>

#include "base/result.h"

namespace os {

pid_t process_id();
// Puts /dev/null where standard input, output or error was closed, so that no file or socket of ours takes its number.
void open_standard_streams();
// Resident memory, from /proc/self/statm.
base::Result<uint64_t> resident_bytes();
base::Result<uint64_t> open_files();
// User and system time together.
std::chrono::microseconds processor_time();
// Raises the soft limit of open descriptors to the hard one, so that ten thousand connections fit.
// Gives the limit that holds now.
uint64_t raise_open_file_limit();
// No core dump and no debugger of the same user may read our memory, where tokens are.
void forbid_memory_dumps();

}  // namespace os
