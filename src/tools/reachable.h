// How far an earlier content of a playlist can be had again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tools {

// `wanted` as far as it can be had from `now`: what cannot be added is there as often as it is now, and no more.
struct Reachable {
  std::vector<std::string> uris;
  size_t missing = 0;
};
Reachable reachable(const std::vector<std::string>& now, std::vector<std::string> wanted);

// "" when nothing is missing.
std::string missing_sentence(size_t missing);

}  // namespace tools
