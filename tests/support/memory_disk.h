// A trail's disk in memory, which several journals may share, and which fails at the n-th write when it is asked to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/disk.h"
#include "base/check.h"

namespace test {

class MemoryDisk final : public audit::Disk {
 public:
  std::map<std::string, std::string> files;
  std::optional<std::string> state;
  std::optional<std::string> checkpoints;
  std::optional<std::string> pruned;

  // Writes (appends, truncations, the state, checkpoints) so far. The one whose number is `fail_at`, and all later ones
  // before `fail_until`, fail; an append has then written the first `torn_bytes` of its bytes.
  int writes = 0;
  int fail_at = -1;
  int fail_until = -1;
  size_t torn_bytes = 0;
  bool truncation_fails = false;

  void fail_from_now(int times) {
    fail_at = writes;
    fail_until = writes + times;
  }
  // All segments, one after another.
  std::string text() const {
    std::string all;
    for (const auto& [name, bytes] : files) all += bytes;
    return all;
  }
  std::string& last() { return files.rbegin()->second; }

  base::Result<std::unique_ptr<Lock>> lock() override {
    if (locked_) return base::fail(base::Code::kUnavailable, "Locked.");
    return std::make_unique<Held>(*this);
  }
  base::Result<std::vector<std::string>> segments() override {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files) names.push_back(name);
    return names;
  }
  base::Result<uint64_t> size(const std::string& segment) override {
    const auto found = files.find(segment);
    return found == files.end() ? 0 : found->second.size();
  }
  base::Result<std::string> read(const std::string& segment, uint64_t offset, size_t bytes_max) override {
    const auto found = files.find(segment);
    if (found == files.end()) return base::fail(base::Code::kNotFound, "No such segment.");
    return found->second.substr(std::min<size_t>(offset, found->second.size()), bytes_max);
  }
  base::Result<void> append(const std::string& segment, std::string_view bytes) override {
    ENSURE(locked_);
    if (fails()) {
      files[segment] += bytes.substr(0, torn_bytes);
      return full();
    }
    files[segment] += bytes;
    return {};
  }
  base::Result<void> truncate(const std::string& segment, uint64_t bytes) override {
    ENSURE(locked_);
    if (fails() || truncation_fails) return full();
    files[segment].resize(bytes);
    return {};
  }
  base::Result<std::optional<std::string>> read_state() override { return state; }
  base::Result<void> replace_state(const std::string& bytes) override {
    ENSURE(locked_);
    if (fails()) return full();
    state = bytes;
    return {};
  }
  base::Result<void> remove(const std::string& segment) override {
    ENSURE(locked_);
    if (fails()) return full();
    files.erase(segment);
    return {};
  }
  base::Result<std::optional<std::string>> read_pruned() override { return pruned; }
  base::Result<void> replace_pruned(const std::string& text) override {
    ENSURE(locked_);
    if (fails()) return full();
    pruned = text;
    return {};
  }
  base::Result<void> append_checkpoint(std::string_view note) override {
    if (fails()) return full();
    checkpoints = checkpoints.value_or("").append(note);
    return {};
  }
  base::Result<std::optional<std::string>> read_checkpoints() override { return checkpoints; }

 private:
  struct Held final : Lock {
    explicit Held(MemoryDisk& owner) : disk(owner) { disk.locked_ = true; }
    ~Held() override { disk.locked_ = false; }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    MemoryDisk& disk;
  };
  bool fails() {
    const int number = writes++;
    return number >= fail_at && number < fail_until;
  }
  static std::unexpected<base::Error> full() {
    return base::fail(base::Code::kUnavailable, "Cannot write: No space left on device.");
  }

  bool locked_ = false;
};

}  // namespace test
