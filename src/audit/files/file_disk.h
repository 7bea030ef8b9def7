// A trail in a directory of its own: segments, `state` and `lock`, all closed to others, and the checkpoints in a file
// of the operator's choice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/disk.h"
#include "os/append_file.h"

namespace audit::files {

class FileDisk final : public Disk {
 public:
  // Neither is touched before the first call. The directory is made with the first lock.
  FileDisk(std::string directory, std::string checkpoints)
      : directory_(std::move(directory)), checkpoints_(std::move(checkpoints)) {}

  base::Result<std::unique_ptr<Lock>> lock() override;
  base::Result<std::vector<std::string>> segments() override;
  base::Result<uint64_t> size(const std::string& segment) override;
  base::Result<std::string> read(const std::string& segment, uint64_t offset, size_t bytes_max) override;
  base::Result<void> append(const std::string& segment, std::string_view bytes) override;
  base::Result<void> truncate(const std::string& segment, uint64_t bytes) override;
  base::Result<std::optional<std::string>> read_state() override;
  base::Result<void> replace_state(const std::string& bytes) override;
  base::Result<void> remove(const std::string& segment) override;
  base::Result<std::optional<std::string>> read_pruned() override;
  base::Result<void> replace_pruned(const std::string& text) override;
  base::Result<void> append_checkpoint(std::string_view note) override;
  base::Result<std::optional<std::string>> read_checkpoints() override;

 private:
  std::string path_of(std::string_view name) const { return directory_ + "/" + std::string(name); }
  base::Result<os::AppendFile*> opened(const std::string& segment);

  std::string directory_;
  std::string checkpoints_;
  // The segment that is written to.
  std::string open_name_;
  std::optional<os::AppendFile> open_;
};

}  // namespace audit::files
