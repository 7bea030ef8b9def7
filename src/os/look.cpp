#include "os/look.h"

#include <array>
#include <cstddef>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

namespace os {

std::optional<FileStatus> look_at(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  constexpr int64_t kMsPerSecond = 1000;
  return FileStatus{.mode = status.st_mode,
                    .owner = status.st_uid,
                    .bytes = static_cast<uint64_t>(status.st_size),
                    .changed = {status.st_mtim.tv_sec * kMsPerSecond},
                    .is_link = S_ISLNK(status.st_mode),
                    .is_directory = S_ISDIR(status.st_mode)};
}

std::string link_target(const std::string& path) {
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length <= 0 ? std::string() : std::string(target.data(), static_cast<size_t>(length));
}

std::optional<Room> room_of(const std::string& path) {
  constexpr uint64_t kPercent = 100;
  struct statvfs room{};
  if (::statvfs(path.c_str(), &room) != 0 || room.f_blocks == 0) return std::nullopt;
  // Some file systems make inodes as they are needed, and count none.
  const uint64_t inodes = room.f_files == 0 ? kPercent : kPercent * room.f_favail / room.f_files;
  return Room{.free_percent = static_cast<int64_t>(kPercent * room.f_bavail / room.f_blocks),
              .free_inodes_percent = static_cast<int64_t>(inodes)};
}

std::optional<bool> clock_is_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer < 0) return std::nullopt;
  return (state.status & STA_UNSYNC) == 0;
}

uint32_t user_id() { return ::geteuid(); }

}  // namespace os
