// A file that only grows: O_APPEND, mode 0600, every append on the disk before it returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace os {

class AppendFile {
 public:
  // Makes the file where it is missing. kForbidden for a symbolic link, for a file of another user and for one that
  // others can reach.
  static base::Result<AppendFile> open(const std::string& path);

  AppendFile(AppendFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  AppendFile& operator=(AppendFile&& other) noexcept;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  ~AppendFile();

  // All of it is durable, or the error of the system; then some of it may stand at the end of the file.
  base::Result<void> append(std::string_view bytes);
  // Cuts off what stands beyond `bytes`, durably.
  base::Result<void> truncate(uint64_t bytes);
  base::Result<uint64_t> size() const;

 private:
  AppendFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_;
  std::string path_;
};

// Up to `bytes_max` bytes from `offset`; fewer, or none, at the end of the file. kNotFound when there is no file.
base::Result<std::string> read_at(const std::string& path, uint64_t offset, size_t bytes_max);
// The size of a regular file, or kNotFound.
base::Result<uint64_t> size_of_file(const std::string& path);

}  // namespace os
