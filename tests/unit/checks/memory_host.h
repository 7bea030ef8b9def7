// A machine in memory: its files by path.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checks/host.h"

namespace checks {

class MemoryHost final : public Host {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::map<std::string, FileFact> facts;
  std::map<std::string, std::vector<int64_t>> holders;
  bool locks = true;
  std::optional<bool> synchronised = true;

  base::Result<std::string> read(const std::string& path, size_t bytes_max) const override {
    const auto found = files.find(path);
    if (found == files.end()) return base::fail(base::Code::kNotFound, "Cannot read " + path + ".");
    if (found->second.size() > bytes_max) return base::fail(base::Code::kInvalidArgument, path + " is too large.");
    return found->second;
  }
  FileFact look(const std::string& path) const override {
    if (const auto found = facts.find(path); found != facts.end()) return found->second;
    if (files.contains(path)) return {.path = path, .mode = 0600};
    if (!list(path).empty()) return {.path = path, .mode = 0700, .is_directory = true};
    return {.path = path, .exists = false};
  }
  std::string link(const std::string& path) const override {
    const auto found = links.find(path);
    return found == links.end() ? std::string() : found->second;
  }
  std::vector<std::string> list(const std::string& path) const override {
    std::set<std::string> names;
    const auto add = [&](const std::string& file) {
      if (!file.starts_with(path + "/")) return;
      const std::string rest = file.substr(path.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    };
    for (const auto& [file, text] : files) add(file);
    for (const auto& [file, target] : links) add(file);
    return {names.begin(), names.end()};
  }
  std::optional<Room> room(const std::string&) const override { return Room{50, 60}; }
  std::optional<bool> locks_hold(const std::string& path) const override {
    return files.contains(path) ? std::optional(locks) : std::nullopt;
  }
  std::vector<int64_t> lock_holders(const std::string& path) const override {
    const auto found = holders.find(path);
    return found == holders.end() ? std::vector<int64_t>() : found->second;
  }
  std::optional<bool> clock_is_synchronised() const override { return synchronised; }
  uint32_t user() const override { return 990; }
};

}  // namespace checks
