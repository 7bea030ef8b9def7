// The cases of tests/http/cases.txt, which also says what their lines mean.
#pragma once

#include <string>
#include <vector>

namespace tests {

enum class Fate { kOpen, kClosed, kCut };

// What the handler saw of a request.
struct Seen {
  std::string method;
  std::string target;
  std::string body;
};

struct HttpCase {
  std::string name;
  std::string section;
  std::string bytes;
  std::vector<int> statuses;
  Fate fate = Fate::kOpen;
  std::vector<Seen> seen;
  std::string why;
};

// Throws std::runtime_error with the line's number for a line that it cannot read.
std::vector<HttpCase> read_http_cases();

}  // namespace tests
