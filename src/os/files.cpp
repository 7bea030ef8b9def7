#include "os/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace os {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

std::unexpected<base::Error> failed(std::string_view what, const std::string& path) {
  const int error = errno;
  const base::Code code = error == ENOENT                      ? base::Code::kNotFound
                          : error == EACCES || error == EPERM ? base::Code::kForbidden
                          : error == EEXIST                   ? base::Code::kConflict
                                                              : base::Code::kUnavailable;
  return base::fail(code, fmt::format("Cannot {} {}: {}.", what, path, std::strerror(error)));
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

base::Result<void> write_all(int descriptor, std::string_view bytes, const std::string& path) {
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t step = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return failed("write", path);
    written += static_cast<size_t>(step);
  }
  if (::fsync(descriptor) != 0) return failed("write", path);
  return {};
}

base::Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.number()) != 0) return failed("write", path);
  return {};
}

bool is_supplementary_group(gid_t group) {
  const int count = ::getgroups(0, nullptr);
  if (count <= 0) return false;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  const int got = ::getgroups(count, groups.data());
  groups.resize(static_cast<size_t>(std::max(got, 0)));
  return std::ranges::find(groups, group) != groups.end();
}

// Owned by us, and no permission for anybody else.
base::Result<void> check_owner_only(const struct stat& status, const std::string& path) {
  if (status.st_uid != ::geteuid()) {
    return base::fail(base::Code::kForbidden,
                      fmt::format("{} belongs to another user. Change its owner, or choose another path.", path));
  }
  if ((status.st_mode & 077) != 0) {
    const char* mode = S_ISDIR(status.st_mode) ? "700" : "600";
    return base::fail(base::Code::kForbidden,
                      fmt::format("{} is open to other users. Run: chmod {} '{}'", path, mode, path));
  }
  return {};
}

// What mkostemp() makes a name of: six X at the end.
std::string temporary_beside(const std::string& path) { return path + "." + std::string(6, 'X'); }

// What root lets a group of ours read, as Kubernetes and packages hand secrets to a service that must not change them.
bool is_given_by_root(const struct stat& status) {
  if (status.st_uid != 0 || ::geteuid() == 0 || (status.st_mode & 037) != 0) return false;
  return status.st_gid == ::getegid() || is_supplementary_group(status.st_gid);
}

enum class Privacy { kAny, kOwnerOnly };

base::Result<void> check(const Descriptor& file, const std::string& path, Privacy privacy) {
  if (!file.valid()) return failed("read", path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return failed("read", path);
  if (!S_ISREG(status.st_mode)) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("{} is no regular file.", path));
  }
  if (privacy == Privacy::kAny || is_given_by_root(status)) return {};
  return check_owner_only(status, path);
}

base::Result<std::string> read(const std::string& path, size_t bytes_max, Privacy privacy) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  TRY_VOID(check(file, path, privacy));
  // The file may be a key. So its bytes stand in one place, which is the caller's to wipe: no buffer on the way keeps
  // them, and for a file of the size that the system tells the text does not move.
  std::string bytes;
  struct stat status{};
  constexpr size_t kStep = size_t{16} * 1024;
  const bool told = ::fstat(file.number(), &status) == 0 && status.st_size > 0;
  bytes.reserve(std::min(told ? static_cast<size_t>(status.st_size) : 0, bytes_max) + kStep);
  // Ends at the end of the file or at the limit.
  for (size_t size = 0; size <= bytes_max;) {
    bytes.resize(size + kStep);
    const ssize_t step = ::read(file.number(), bytes.data() + size, kStep);
    bytes.resize(size + static_cast<size_t>(std::max<ssize_t>(step, 0)));
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return failed("read", path);
    if (step == 0) return bytes;
    size = bytes.size();
  }
  return base::fail(base::Code::kInvalidArgument, fmt::format("{} is larger than {} bytes.", path, bytes_max));
}

}  // namespace

base::Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  return read(path, bytes_max, Privacy::kAny);
}

base::Result<std::string> read_private_file(const std::string& path, size_t bytes_max) {
  return read(path, bytes_max, Privacy::kOwnerOnly);
}

base::Result<void> check_private_file(const std::string& path) {
  // By name alone: to close a file that was opened would take away every lock that this process has on it, those of
  // SQLite on an open database among them.
  return check(Descriptor(::open(path.c_str(), O_PATH | O_CLOEXEC)), path, Privacy::kOwnerOnly);
}

base::Result<void> write_private_file(const std::string& path, std::string_view bytes) {
  std::string temporary = temporary_beside(path);
  {
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // Mode 0600.
    if (!file.valid()) return failed("write", path);
    if (auto written = write_all(file.number(), bytes, path); !written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const auto error = failed("write", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return sync_directory(parent_of(path));
}

base::Result<void> replace_private_file(const std::string& path, std::string_view bytes) {
  const Descriptor old(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  TRY_VOID(write_private_file(path, bytes));
  struct stat status {};
  // The new file stands already; what fails from here on leaves only the old blocks as they were.
  if (old.valid() && ::fstat(old.number(), &status) == 0 && status.st_size > 0) {
    const std::string zeros(static_cast<size_t>(status.st_size), '\0');
    static_cast<void>(write_all(old.number(), zeros, path));
  }
  return {};
}

base::Result<void> create_private_file(const std::string& path, std::string_view bytes) {
  // Written under another name first, so that nobody ever reads half a key; link() fails when the name is taken.
  std::string temporary = temporary_beside(path);
  {
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.valid()) return failed("create", path);
    if (auto written = write_all(file.number(), bytes, path); !written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  base::Result<void> linked;
  if (::link(temporary.c_str(), path.c_str()) != 0) linked = failed("create", path);
  // Once more where the disk failed: a second name of what stands in place would look like something that was added.
  if (::unlink(temporary.c_str()) != 0) ::unlink(temporary.c_str());
  if (!linked) return linked;
  return sync_directory(parent_of(path));
}

base::Result<void> move_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("move", from);
  return sync_directory(parent_of(to));
}

base::Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return failed("remove", path);
  }
  return sync_directory(parent_of(path));
}

base::Result<std::vector<std::string>> list_directory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator each(path, error);
  if (error == std::errc::no_such_file_or_directory) return names;
  for (const std::filesystem::directory_iterator end; !error && each != end; each.increment(error)) {
    names.push_back(each->path().filename().string());
  }
  if (error) return failed("read", path);
  std::ranges::sort(names);
  return names;
}

namespace {

base::Result<struct stat> make_directory(const std::string& path) {
  if (path.empty()) return base::fail(base::Code::kInvalidArgument, "A directory needs a path.");
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (::mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) return failed("create", parent);
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("create", path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed("open", path);
  if (!S_ISDIR(status.st_mode)) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("{} is no directory.", path));
  }
  return status;
}

}  // namespace

base::Result<void> make_private_directory(const std::string& path) {
  TRY(const struct stat status, make_directory(path));
  return check_owner_only(status, path);
}

base::Result<void> make_owned_directory(const std::string& path) {
  TRY(struct stat status, make_directory(path));
  constexpr mode_t kMayLook = S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
  status.st_mode &= ~kMayLook;
  return check_owner_only(status, path);
}

base::Result<void> check_private(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failed("check", path);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return base::fail(base::Code::kForbidden,
                      fmt::format("{} is neither a file nor a directory. Put the file itself there.", path));
  }
  return check_owner_only(status, path);
}

bool is_shared(const std::string& directory) {
  struct stat status{};
  return ::stat(directory.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0;
}

bool is_within(const std::string& path, const std::string& directory) {
  // Links are followed as far as the paths exist.
  std::error_code ignored;
  const auto real = [&ignored](const std::string& text) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(text, ignored), ignored);
  };
  const auto real_path = real(path);
  const auto real_directory = real(directory);
  const auto [end, rest] = std::ranges::mismatch(real_directory, real_path);
  return end == real_directory.end() || (end->empty() && std::next(end) == real_directory.end());
}

std::string absolute(const std::string& path, const std::string& folder) {
  if (path.empty()) return {};
  std::error_code error;
  // Whichever is absolute counts from the root.
  const std::filesystem::path whole = std::filesystem::absolute(std::filesystem::path(folder) / path, error);
  return error ? path : whole.lexically_normal().string();
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string target_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

bool is_replaceable(const std::string& path) {
  struct stat file {};
  struct stat folder {};
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return ::lstat(path.c_str(), &file) == 0 && ::lstat(parent.c_str(), &folder) == 0 && S_ISREG(file.st_mode) &&
         file.st_dev == folder.st_dev;
}

base::Result<std::optional<FileLock>> FileLock::try_take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return failed("lock", path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return FileLock(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (error == EWOULDBLOCK) return std::optional<FileLock>();
  errno = error;
  return failed("lock", path);
}

base::Result<FileLock> FileLock::take(const std::string& path, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kStep{2};
  // Ends with the lock, with an error, or when patience has run out.
  for (std::chrono::milliseconds waited{0};; waited += kStep) {
    TRY(auto lock, try_take(path));
    if (lock) return *std::move(lock);
    if (waited >= patience) {
      return base::fail(base::Code::kUnavailable,
                        fmt::format("Another process keeps {} locked. End it, or try again.", path));
    }
    ::poll(nullptr, 0, static_cast<int>(kStep.count()));
  }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace os
