#include "tests/unit/net/http_corpus.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "tests/test.h"

namespace tests {

namespace {

constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

std::optional<unsigned> number(std::string_view text, int base) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string unescape(std::string_view text);

// The part behind "\(": "smuggled)" or "x*N)". Takes it from `text`.
std::string take_macro(std::string_view& text) {
  if (text.starts_with("smuggled)")) {
    text.remove_prefix(std::string_view("smuggled)").size());
    return std::string(kSmuggled);
  }
  for (size_t star = text.find('*'); star != std::string_view::npos; star = text.find('*', star + 1)) {
    const size_t end = text.find(')', star);
    if (end == std::string_view::npos) break;
    const auto times = number(text.substr(star + 1, end - star - 1), 10);
    if (!times) continue;
    const std::string piece = unescape(text.substr(0, star));
    text.remove_prefix(end + 1);
    std::string whole;
    for (unsigned i = 0; i < *times; ++i) whole += piece;
    return whole;
  }
  throw std::runtime_error("a macro without an end");
}

std::string unescape(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      bytes += c;
      continue;
    }
    const char escape = text.empty() ? ' ' : text.front();
    text.remove_prefix(text.empty() ? 0 : 1);
    constexpr std::string_view kNames = "rnt0\\";
    constexpr std::string_view kBytes("\r\n\t\0\\", 5);
    if (const size_t at = kNames.find(escape); at != std::string_view::npos) {
      bytes += kBytes[at];
    } else if (escape == 'x' && number(text.substr(0, 2), 16)) {
      bytes += static_cast<char>(*number(text.substr(0, 2), 16));
      text.remove_prefix(2);
    } else if (escape == '(') {
      bytes += take_macro(text);
    } else {
      throw std::runtime_error("an unknown escape");
    }
  }
  return bytes;
}

void read_expectation(HttpCase& into, std::string_view text) {
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    if (word == "none") continue;
    if (word == "open" || word == "closed" || word == "cut") {
      into.fate = word == "open" ? Fate::kOpen : word == "closed" ? Fate::kClosed : Fate::kCut;
      continue;
    }
    const size_t star = std::min(word.find('*'), word.size());
    const auto status = number(std::string_view(word).substr(0, star), 10);
    const auto times = star == word.size() ? 1U : number(std::string_view(word).substr(star + 1), 10);
    if (!status || !times) throw std::runtime_error("an unknown expectation");
    into.statuses.insert(into.statuses.end(), *times, static_cast<int>(*status));
  }
}

Seen read_seen(std::string_view text) {
  Seen seen;
  std::istringstream words{std::string(text)};
  words >> seen.method >> seen.target >> seen.body;
  return seen;
}

void read_line(std::vector<HttpCase>& cases, std::string_view line) {
  if (line.starts_with("== ")) {
    cases.emplace_back().name = line.substr(3);
    return;
  }
  if (line.empty() || line.starts_with('#')) return;
  if (cases.empty()) throw std::runtime_error("a line before the first case");
  HttpCase& into = cases.back();
  const std::string_view text = line.substr(std::min<size_t>(2, line.size()));
  switch (line.front()) {
    case '@':
      into.section = text;
      return;
    case '>':
      into.bytes += unescape(text) + "\r\n";
      return;
    case '|':
      into.bytes += unescape(text);
      return;
    case '=':
      return read_expectation(into, text);
    case '+':
      into.seen.push_back(read_seen(text));
      return;
    case ':':
      into.why = text;
      return;
    default:
      throw std::runtime_error("an unknown kind of line");
  }
}

}  // namespace

std::vector<HttpCase> read_http_cases() {
  std::vector<HttpCase> cases;
  std::ifstream file(source_directory() / "tests/http/cases.txt");
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    try {
      read_line(cases, line);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fmt::format("cases.txt:{}: {}", number, error.what()));
    }
  }
  return cases;
}

}  // namespace tests
