// The machine as the collectors see it: files and what stands in them. In a test it is a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "checks/facts.h"

namespace checks {

class Host {
 public:
  virtual ~Host() = default;

  // The errors of os::read_file.
  virtual base::Result<std::string> read(const std::string& path, size_t bytes_max) const = 0;
  // A path that leads nowhere has `exists` false.
  virtual FileFact look(const std::string& path) const = 0;
  virtual std::string link(const std::string& path) const = 0;
  // Names in order; none where there is no directory, or it may not be read.
  virtual std::vector<std::string> list(const std::string& path) const = 0;
  struct Room {
    int64_t free_percent = 0;
    int64_t free_inodes_percent = 0;
  };
  virtual std::optional<Room> room(const std::string& path) const = 0;
  // As os::locks_hold and os::lock_holders have it.
  virtual std::optional<bool> locks_hold(const std::string& path) const = 0;
  virtual std::vector<int64_t> lock_holders(const std::string& path) const = 0;
  virtual std::optional<bool> clock_is_synchronised() const = 0;
  virtual uint32_t user() const = 0;
};

class RealHost final : public Host {
 public:
  base::Result<std::string> read(const std::string& path, size_t bytes_max) const override;
  FileFact look(const std::string& path) const override;
  std::string link(const std::string& path) const override;
  std::vector<std::string> list(const std::string& path) const override;
  std::optional<Room> room(const std::string& path) const override;
  std::optional<bool> locks_hold(const std::string& path) const override;
  std::vector<int64_t> lock_holders(const std::string& path) const override;
  std::optional<bool> clock_is_synchronised() const override;
  uint32_t user() const override;
};

// A file, then its folders up to the root.
std::vector<FileFact> way_to(const Host& host, const std::string& path);
// A directory, then everything below it, in order; links are not followed. At most `files_max`.
std::vector<FileFact> tree_of(const Host& host, const std::string& directory, size_t files_max = 10'000);

}  // namespace checks
