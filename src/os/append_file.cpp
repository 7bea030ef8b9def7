#include "os/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace os {
namespace {

std::unexpected<base::Error> failed(std::string_view what, const std::string& path) {
  const int error = errno;
  const base::Code code = error == ENOENT                                       ? base::Code::kNotFound
                          : error == EACCES || error == EPERM || error == ELOOP ? base::Code::kForbidden
                                                                                : base::Code::kUnavailable;
  return base::fail(code, fmt::format("Cannot {} {}: {}.", what, path, std::strerror(error)));
}

// The name of a new file is durable when its directory is.
base::Result<void> sync_directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return failed("write", parent);
  const bool synced = ::fsync(directory) == 0;
  ::close(directory);
  if (!synced) return failed("write", parent);
  return {};
}

}  // namespace

base::Result<AppendFile> AppendFile::open(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int descriptor = ::open(path.c_str(), kFlags);
  const bool is_new = descriptor < 0 && errno == ENOENT;
  if (is_new) descriptor = ::open(path.c_str(), kFlags | O_CREAT, 0600);
  if (descriptor < 0) return failed("write", path);
  AppendFile file(descriptor, path);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return failed("check", path);
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return base::fail(base::Code::kForbidden,
                      fmt::format("{} must be a file of yours that is closed to others. Run: chmod 600 '{}'", path,
                                  path));
  }
  if (is_new) TRY_VOID(sync_directory_of(path));
  return file;
}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<void> AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t step = ::write(descriptor_, bytes.data(), bytes.size());
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return failed("write", path_);
    bytes.remove_prefix(static_cast<size_t>(step));
  }
  if (::fdatasync(descriptor_) != 0) return failed("write", path_);
  return {};
}

base::Result<void> AppendFile::truncate(uint64_t bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0 || ::fsync(descriptor_) != 0) {
    return failed("cut", path_);
  }
  return {};
}

base::Result<uint64_t> AppendFile::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("check", path_);
  return static_cast<uint64_t>(status.st_size);
}

base::Result<std::string> read_at(const std::string& path, uint64_t offset, size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failed("read", path);
  std::string bytes(bytes_max, '\0');
  size_t got = 0;
  // Ends at the end of the file, with an error, or when there is no more room.
  while (got < bytes_max) {
    const ssize_t step = ::pread(descriptor, bytes.data() + got, bytes_max - got, static_cast<off_t>(offset + got));
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) {
      const auto error = failed("read", path);
      ::close(descriptor);
      return error;
    }
    if (step == 0) break;
    got += static_cast<size_t>(step);
  }
  ::close(descriptor);
  bytes.resize(got);
  return bytes;
}

base::Result<uint64_t> size_of_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed("check", path);
  if (!S_ISREG(status.st_mode)) {
    return base::fail(base::Code::kForbidden, fmt::format("{} is no regular file. Move it away.", path));
  }
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace os
