// This process as the system sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <utility>

#include "base/result.h"

namespace os {

pid_t process_id();
// The name of this machine; empty where it has none.
std::string host_name();
// Puts /dev/null where standard input, output or error was closed, so that no file or socket of ours takes its number.
void open_standard_streams();
// Resident memory, from /proc/self/statm.
base::Result<uint64_t> resident_bytes();
base::Result<uint64_t> open_files();
// Gives back what only the start needed: free heap, and the pages of programs and libraries as they are on disk, of
// which those that are used again come back from the page cache. For a process that has started and waits.
void give_back_startup_memory();
// Another process, held by a descriptor, so that its number cannot come to mean a later one.
class OtherProcess {
 public:
  // kNotFound when there is none.
  static base::Result<OtherProcess> of(pid_t id);
  OtherProcess(OtherProcess&& other) noexcept : id_(other.id_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  OtherProcess& operator=(OtherProcess&&) = delete;
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess();

  pid_t id() const { return id_; }
  // Whether it has ended, now or within `patience`. Blocking.
  bool ends_within(std::chrono::milliseconds patience) const;
  // SIGKILL; fine when it has ended.
  base::Result<void> kill() const;

 private:
  OtherProcess(pid_t id, int descriptor) : id_(id), descriptor_(descriptor) {}

  pid_t id_;
  int descriptor_;
};

// User and system time together.
std::chrono::microseconds processor_time();
// Raises the soft limit of open descriptors to the hard one, and gives the limit that holds now.
uint64_t raise_open_file_limit();
// kUnavailable where fewer descriptors are left than a program of this kind opens at its start, and the limit cannot be
// raised: without it some library would end in the middle of its work.
base::Result<void> check_open_file_limit();
// No core dump and no debugger of the same user may read our memory, where tokens are.
void forbid_memory_dumps();

}  // namespace os
