// A generated text against the file that is kept of it. UPDATE_SNAPSHOTS=1 writes the file anew.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/test.h"

namespace snapshots {

inline bool updates() { return std::getenv("UPDATE_SNAPSHOTS") != nullptr; }

inline void compare(const std::filesystem::path& path, const std::string& now) {
  if (updates()) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << now;
    return;
  }
  INFO(path << " differs. UPDATE_SNAPSHOTS=1 writes it anew; then look at the difference.");
  REQUIRE(std::filesystem::exists(path));
  std::ifstream in(path, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == now);
}

}  // namespace snapshots
