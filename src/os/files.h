// Files that hold secrets or state: private, bounded, replaced as a whole. Every error names the path and the fix.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace os {

// kNotFound, kForbidden (no permission), kInvalidArgument (over `bytes_max`, or no regular file).
base::Result<std::string> read_file(const std::string& path, size_t bytes_max);
// The same, and refuses a file that another user owns or that others can read; but one that root owns may be readable
// for a group of ours, and for nobody else.
base::Result<std::string> read_private_file(const std::string& path, size_t bytes_max);

// The same checks without reading, for a file that another library opens.
base::Result<void> check_private_file(const std::string& path);

// Replaces the file as a whole or not at all: a temporary file of mode 0600 beside it, fsync, rename, fsync of the
// directory.
base::Result<void> write_private_file(const std::string& path, std::string_view bytes);
// The same, and what the old file held is overwritten afterwards, so that a key that it held is gone. Best effort: a
// disk that copies on write keeps old blocks.
base::Result<void> replace_private_file(const std::string& path, std::string_view bytes);
// Fails with kConflict when the path exists already, whoever made it; for keys that must never be overwritten.
base::Result<void> create_private_file(const std::string& path, std::string_view bytes);

// Under another name, in the same file system, durably. What stood there is replaced.
base::Result<void> move_file(const std::string& from, const std::string& to);
// Durable before it returns. Fine when there is no such file.
base::Result<void> remove_file(const std::string& path);
// Names of what is in the directory, in order; none when there is no directory.
base::Result<std::vector<std::string>> list_directory(const std::string& path);

// Makes the directory and its parents (0700). An existing one must be ours, and closed to group and others.
base::Result<void> make_private_directory(const std::string& path);
// The same, and others may look at the names in an existing one: for files that are private themselves.
base::Result<void> make_owned_directory(const std::string& path);
bool exists(const std::string& path);
// Seen from `folder`, or from where the process is; links stay as they are. An empty path stays empty.
std::string absolute(const std::string& path, const std::string& folder = {});
// Where the links of a path end; the path itself where nothing is there. For a file that is replaced as a whole: the
// link stays a link.
std::string target_of(const std::string& path);
// Whether it is a file that another may be renamed over: neither a link nor a mount.
bool is_replaceable(const std::string& path);
// Whether everybody may make files in that directory, as in /tmp.
bool is_shared(const std::string& directory);
// Whether the path is the directory, or lies in it or below, links followed. Neither has to exist.
bool is_within(const std::string& path, const std::string& directory);
// kForbidden, with the command that mends it, unless the file or directory is owned by us, closed to group and others,
// and no symbolic link.
base::Result<void> check_private(const std::string& path);

// An advisory lock (flock) that the kernel gives back when the process dies. The lock file stays.
class FileLock {
 public:
  // Nothing when another process or another FileLock holds it. Does not wait.
  static base::Result<std::optional<FileLock>> try_take(const std::string& path);
  // Blocks until the lock is free; kUnavailable when that takes longer than `patience`. For workers.
  static base::Result<FileLock> take(const std::string& path, std::chrono::milliseconds patience);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace os
