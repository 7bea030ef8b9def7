// The machine, the data directory and a running server as facts, from /proc and the file system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/facts.h"
#include "checks/host.h"

namespace checks {

struct SystemRequest {
  base::Wall now{};
  base::Wall built{};
  // A directory with indexes of the security pocket.
  std::string security_index;
  bool in_kubernetes = false;
};
SystemFacts collect_system(const Host& host, const SystemRequest& request);

// Absent where the directory is not there yet.
// `database` is the name of the file in it that servers share.
Fact<DataFacts> collect_data(const Host& host, const std::string& directory, const std::string& database);

struct ProcessRequest {
  int64_t pid = 0;
  std::string config_file;
  std::vector<Socket> declared;
  std::vector<EgressFact> egress = {};
  std::optional<bool> paths_are_confined;
  std::optional<bool> keys_are_locked = std::nullopt;
  size_t instances = 1;
};
// Unknown when /proc does not show the process.
Fact<ProcessFacts> collect_process(const Host& host, const ProcessRequest& request);

// Lines of /proc/PID/mountinfo.
std::vector<Mount> parse_mounts(std::string_view text);
// A line of /proc/net/tcp or tcp6: the addresses of both ends, whether it listens, its inode and who opened it.
struct Connection {
  Socket local;
  Socket remote;
  bool listens = false;
  uint64_t inode = 0;
  uint32_t user = 0;
};
std::vector<Connection> parse_connections(std::string_view text);

}  // namespace checks
