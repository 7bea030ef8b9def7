// What the system says of a file or of itself, without changing anything: for checks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace os {

struct FileStatus {
  uint32_t mode = 0;  // With the kind of the file, as in st_mode.
  uint32_t owner = 0;
  uint64_t bytes = 0;
  base::Wall changed{};
  bool is_link = false;
  bool is_directory = false;
};
// Of the path itself: a link is not followed. Nothing where nothing is, or where it may not be seen.
std::optional<FileStatus> look_at(const std::string& path);
// Where a symbolic link leads; "" for what is none, or may not be read.
std::string link_target(const std::string& path);

struct Room {
  int64_t free_percent = 0;
  int64_t free_inodes_percent = 0;
};
std::optional<Room> room_of(const std::string& path);

// Whether a lock (fcntl) that one descriptor of the file holds keeps out another. It is tried on a byte that nobody
// else locks, and leaves the file as it is. Nothing where that cannot be tried.
std::optional<bool> locks_hold(const std::string& path);
// The processes that hold a lock (fcntl) on the file, in order; 0 for one that cannot be seen from here, such as one of
// another container.
std::vector<int64_t> lock_holders(const std::string& path);

// Whether the kernel takes its clock for synchronised (adjtimex); nothing where it does not say.
std::optional<bool> clock_is_synchronised();
uint32_t user_id();

}  // namespace os
