// The address of a PostgreSQL database: postgres://USER@HOST[:PORT]/DATABASE[?sslmode=MODE], or
// postgres://USER@/DATABASE?host=/DIRECTORY for a Unix socket. A password has no place in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace config {

struct StoreUrl {
  std::string user;
  std::string host;  // A name, an address, or the absolute path of the directory with the Unix socket.
  uint16_t port = 5432;
  std::string database;
  // As libpq calls them: disable, require, verify-ca, verify-full. Where the address names none, verify-full, or on
  // this machine disable.
  std::string ssl_mode;

  // A Unix socket, or a loopback literal.
  bool is_local() const;
};

// kInvalidArgument, with what to write instead.
base::Result<StoreUrl> parse_store_url(std::string_view text);

}  // namespace config
