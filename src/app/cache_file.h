// Where the answers of the Web API are kept: as cache.db_path says, or beside the login.
#pragma once

#include <cstddef>
#include <string>

#include "config/settings.h"

namespace app {

struct CacheFile {
  std::string directory;
  std::string name;
};

inline CacheFile cache_file(const config::Settings& settings) {
  const std::string& path = settings.cache.db_path;
  if (path.empty()) return {.directory = settings.storage.directory, .name = "cache.db"};
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {.directory = ".", .name = path};
  return {.directory = slash == 0 ? "/" : path.substr(0, slash), .name = path.substr(slash + 1)};
}

}  // namespace app
