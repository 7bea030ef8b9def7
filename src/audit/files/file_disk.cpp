#include "audit/files/file_disk.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>

#include "audit/segments.h"
#include "os/files.h"

namespace audit::files {
namespace {

// A commit takes milliseconds. Whoever holds the lock for longer has stopped.
constexpr std::chrono::milliseconds kLockPatience{5'000};
constexpr size_t kStateBytesMax = size_t{16} * 1024;
// 250 bytes each; at one a minute this is over a year.
constexpr size_t kCheckpointBytesMax = size_t{256} * 1024 * 1024;

class Held final : public Disk::Lock {
 public:
  explicit Held(os::FileLock lock) : lock_(std::move(lock)) {}

 private:
  os::FileLock lock_;
};

template <class T>
base::Result<std::optional<T>> if_there(base::Result<T> result) {
  if (result) return std::optional<T>(*std::move(result));
  if (result.error().code == base::Code::kNotFound) return std::optional<T>();
  return std::unexpected(std::move(result).error());
}

// Where the last whole note ends: each ends with a line that begins with a dash (C2SP signed-note). What follows counts
// as cut only where it begins as a note of ours does; anything else is not ours to remove.
base::Result<uint64_t> end_of_notes(const std::string& path, uint64_t size) {
  constexpr uint64_t kTailBytes = 4096;  // Of many notes.
  constexpr std::string_view kSignatureStart = "\n\xE2\x80\x94 ";
  constexpr std::string_view kNoteStart = "spotify-mcp-server/audit/";
  const uint64_t start = size - std::min(size, kTailBytes);
  TRY(const std::string tail, os::read_at(path, start, kTailBytes));
  size_t end = start == 0 ? 0 : std::string::npos;
  for (size_t at = tail.find(kSignatureStart); at != std::string::npos; at = tail.find(kSignatureStart, at + 1)) {
    const size_t line_end = tail.find('\n', at + 1);
    if (line_end != std::string::npos) end = line_end + 1;
  }
  if (end == std::string::npos) return size;
  const std::string_view rest = std::string_view(tail).substr(end);
  const std::string_view begin = rest.substr(0, kNoteStart.size());
  return !rest.empty() && kNoteStart.starts_with(begin) ? start + end : size;
}

}  // namespace

base::Result<std::unique_ptr<Disk::Lock>> FileDisk::lock() {
  TRY_VOID(os::make_private_directory(directory_));
  TRY(os::FileLock lock, os::FileLock::take(path_of("lock"), kLockPatience));
  return std::make_unique<Held>(std::move(lock));
}

base::Result<std::vector<std::string>> FileDisk::segments() {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator each(directory_, error), end; !error && each != end; each.increment(error)) {
    std::string name = each->path().filename().string();
    if (first_seq_of(name)) names.push_back(std::move(name));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return base::fail(base::Code::kUnavailable,
                      "Cannot read the directory " + directory_ + ": " + error.message() + ".");
  }
  std::ranges::sort(names);
  return names;
}

base::Result<uint64_t> FileDisk::size(const std::string& segment) {
  TRY(const auto size, if_there(os::size_of_file(path_of(segment))));
  return size.value_or(0);
}

base::Result<std::string> FileDisk::read(const std::string& segment, uint64_t offset, size_t bytes_max) {
  return os::read_at(path_of(segment), offset, bytes_max);
}

base::Result<os::AppendFile*> FileDisk::opened(const std::string& segment) {
  // A file that was removed under our hands is made anew, and its damage is found by its size.
  if (!open_ || open_name_ != segment || !os::exists(path_of(segment))) {
    TRY(os::AppendFile file, os::AppendFile::open(path_of(segment)));
    open_.emplace(std::move(file));
    open_name_ = segment;
  }
  return &*open_;
}

base::Result<void> FileDisk::append(const std::string& segment, std::string_view bytes) {
  TRY(os::AppendFile * file, opened(segment));
  return file->append(bytes);
}

base::Result<void> FileDisk::truncate(const std::string& segment, uint64_t bytes) {
  TRY(os::AppendFile * file, opened(segment));
  return file->truncate(bytes);
}

base::Result<std::optional<std::string>> FileDisk::read_state() {
  return if_there(os::read_private_file(path_of("state"), kStateBytesMax));
}

base::Result<void> FileDisk::replace_state(const std::string& bytes) {
  return os::replace_private_file(path_of("state"), bytes);
}

base::Result<void> FileDisk::remove(const std::string& segment) { return os::remove_file(path_of(segment)); }

base::Result<std::optional<std::string>> FileDisk::read_pruned() {
  return if_there(os::read_private_file(path_of("pruned"), kStateBytesMax));
}

base::Result<void> FileDisk::replace_pruned(const std::string& text) {
  return os::write_private_file(path_of("pruned"), text);
}

base::Result<void> FileDisk::append_checkpoint(std::string_view note) {
  TRY(os::AppendFile file, os::AppendFile::open(checkpoints_));
  TRY(const uint64_t size, file.size());
  TRY(const uint64_t before, end_of_notes(checkpoints_, size));
  // A crash has cut the last one. Where the file may only grow, the rest of it stays.
  if (before < size) static_cast<void>(file.truncate(before));
  const auto written = file.append(note);
  // Half a note would spoil those that follow.
  if (!written) static_cast<void>(file.truncate(before));
  return written;
}

base::Result<std::optional<std::string>> FileDisk::read_checkpoints() {
  return if_there(os::read_file(checkpoints_, kCheckpointBytesMax));
}

}  // namespace audit::files
