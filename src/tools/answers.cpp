#include "tools/answers.h"

#include <fmt/format.h>

#include "json/write.h"

namespace tools {
namespace {

// {"content":[{"type":"text","text":}],"structuredContent":,"isError":false,"resultType":"complete"} and the JSON-RPC
// frame around it, with room for a long request id.
constexpr size_t kFrame = 256;

size_t cost_of_text(const std::string& text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 4);
  json::write_string_to(escaped, text);
  return text.size() + escaped.size();
}

}  // namespace

size_t wire_cost(const json::Value& structured) { return cost_of_text(json::write(structured)) + kFrame; }

namespace detail {

size_t count_fitting(size_t fixed, const std::vector<size_t>& costs, size_t bytes_max) {
  size_t used = fixed;
  size_t count = 0;
  for (const size_t cost : costs) {
    if (used + cost > bytes_max) break;
    used += cost;
    ++count;
  }
  return count;
}

size_t cost_of_row(const json::Value& row) {
  constexpr size_t kCommas = 2;
  return cost_of_text(json::write(row)) + kCommas;
}

std::string truncated_sentence(size_t kept, size_t found) {
  return fmt::format("Only {} of {} rows fit into one answer; next_cursor goes on at the first one left out.", kept,
                     found);
}

}  // namespace detail
}  // namespace tools
