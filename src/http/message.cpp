#include "http/message.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{
    {Method::kGet, "GET"},
    {Method::kHead, "HEAD"},
    {Method::kPost, "POST"},
    {Method::kPut, "PUT"},
    {Method::kDelete, "DELETE"},
    {Method::kOptions, "OPTIONS"},
    {Method::kPatch, "PATCH"},
}};

// Sorted by status.
constexpr std::array<std::pair<int, std::string_view>, 42> kReasons{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

}  // namespace

std::string_view method_name(Method method) {
  const auto* const found = std::ranges::find(kMethods, method, &std::pair<Method, std::string_view>::first);
  return found == kMethods.end() ? "OTHER" : found->second;
}

Method parse_method(std::string_view name) {
  const auto* const found = std::ranges::find(kMethods, name, &std::pair<Method, std::string_view>::second);
  return found == kMethods.end() ? Method::kOther : found->first;
}

void Headers::set(std::string name, std::string value) {
  erase(name);
  add(std::move(name), std::move(value));
}

void Headers::erase(std::string_view name) {
  std::erase_if(lines_, [name](const auto& line) { return base::equals_ignoring_case(line.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [line_name, value] : lines_) {
    if (base::equals_ignoring_case(line_name, name)) return value;
  }
  return std::nullopt;
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(std::ranges::count_if(
      lines_, [name](const auto& line) { return base::equals_ignoring_case(line.first, name); }));
}

std::string_view reason_phrase(int status) {
  const auto* const found = std::ranges::lower_bound(kReasons, status, {}, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() || found->first != status ? "Unknown" : found->second;
}

}  // namespace http
