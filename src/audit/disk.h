// Where a trail lies, as the writer and the verifier see it. audit/files has the real one; a test has one that fails on
// demand. All calls may block: they belong on a worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace audit {

class Disk {
 public:
  // Destroying it gives the trail to the next process. So does the end of this one.
  class Lock {
   public:
    virtual ~Lock() = default;
  };

  virtual ~Disk() = default;

  // One writer at a time, among all processes. kUnavailable when another keeps it for too long.
  virtual base::Result<std::unique_ptr<Lock>> lock() = 0;

  // The names of the segments, in their order.
  virtual base::Result<std::vector<std::string>> segments() = 0;
  // Zero when there is no such segment.
  virtual base::Result<uint64_t> size(const std::string& segment) = 0;
  virtual base::Result<std::string> read(const std::string& segment, uint64_t offset, size_t bytes_max) = 0;
  // Durable when it succeeds. After a failure some of the bytes may stand at the end.
  virtual base::Result<void> append(const std::string& segment, std::string_view bytes) = 0;
  virtual base::Result<void> truncate(const std::string& segment, uint64_t bytes) = 0;

  virtual base::Result<std::optional<std::string>> read_state() = 0;
  // As a whole or not at all, and what was there before is overwritten.
  virtual base::Result<void> replace_state(const std::string& bytes) = 0;

  virtual base::Result<void> remove(const std::string& segment) = 0;
  // Where a pruned trail begins (pruned.h); nothing where nothing was removed.
  virtual base::Result<std::optional<std::string>> read_pruned() = 0;
  virtual base::Result<void> replace_pruned(const std::string& text) = 0;

  // The second sink.
  virtual base::Result<void> append_checkpoint(std::string_view note) = 0;
  // All of them, or nothing when there is no such file.
  virtual base::Result<std::optional<std::string>> read_checkpoints() = 0;
};

}  // namespace audit
