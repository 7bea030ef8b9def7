#include "os/look.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <unistd.h>

namespace os {
namespace {

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

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

std::optional<bool> locks_hold(const std::string& path) {
  // Far behind those that SQLite locks.
  constexpr off_t kNobodysByte = off_t{1} << 60;
  const Descriptor one(path, O_RDWR);
  const Descriptor other(path, O_RDWR);
  if (!one || !other) return std::nullopt;
  struct flock lock{.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = kNobodysByte, .l_len = 1, .l_pid = 0};
  if (::fcntl(one.number(), F_OFD_SETLK, &lock) != 0) return errno == EAGAIN ? std::nullopt : std::optional(false);
  lock.l_pid = 0;
  if (::fcntl(other.number(), F_OFD_GETLK, &lock) != 0) return std::nullopt;
  return lock.l_type != F_UNLCK;
}

std::vector<int64_t> lock_holders(const std::string& path) {
  std::set<int64_t> holders;
  const Descriptor file(path, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.number(), &status) != 0) return {};
  // "1: POSIX  ADVISORY  READ 4711 08:01:1234 128 128"
  const std::string inode = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string mode;
    std::string access;
    std::string place;
    int64_t holder = 0;
    if (words >> number >> kind >> mode >> access >> holder >> place && place == inode) holders.insert(holder);
  }
  // That list has no process of another container; the kernel's answer has.
  struct flock lock{.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0, .l_pid = 0};
  const bool asked = ::fcntl(file.number(), F_GETLK, &lock) == 0;
  if (asked && lock.l_type != F_UNLCK) holders.insert(std::max<int64_t>(lock.l_pid, 0));
  return {holders.begin(), holders.end()};
}

std::optional<bool> clock_is_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer < 0) return std::nullopt;
  return (state.status & STA_UNSYNC) == 0;
}

uint32_t user_id() { return ::geteuid(); }

}  // namespace os
