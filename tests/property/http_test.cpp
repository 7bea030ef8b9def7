#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "http/sse.h"
#include "http/url.h"
#include "tests/property/generators.h"
#include "tests/test.h"

namespace http {
std::ostream& operator<<(std::ostream& out, const SseEvent& event) {
  return out << event.event << " " << event.id << " " << event.data;
}
}  // namespace http

namespace {

std::string one_line(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

// Line ends that the writer turns into lines all come back as a newline.
std::string with_newlines(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Percent-encoding decodes to what was encoded, in URL characters only") {
  CHECK(rc::check("percent", [] {
    const std::string bytes = *property::bytes();
    const std::string encoded = http::percent_encode(bytes);
    RC_ASSERT(http::percent_decode(encoded) == bytes);
    RC_ASSERT(http::percent_decode(encoded, true) == bytes);
    RC_ASSERT(encoded.find_first_of(" &=+?#/\r\n\"") == std::string::npos);
    RC_ASSERT(std::ranges::all_of(encoded, [](char c) { return c > 0x20 && c < 0x7F; }));
  }));
}

TEST_CASE("A query that is written reads back") {
  CHECK(rc::check("query", [] {
    const auto parameters =
        *rc::gen::container<http::Parameters>(rc::gen::pair(property::text(), property::text()));
    RC_ASSERT(http::parse_query(http::encode_query(parameters)).value() == parameters);
  }));
}

TEST_CASE("A URL that is accepted reads back as itself") {
  CHECK(rc::check("url", [] {
    const auto piece = rc::gen::elementOf(std::vector<std::string>{
        "http://", "https://", "example", ".com", "127.0.0.1", "[::1]", ":", "80", "65536", "/", "?", "#",
        "@", "%41", "%", " ", "a", "A", "-", ".", "..", "\\", "0x7f"});
    std::string text = "https://";
    for (const std::string& each : *rc::gen::container<std::vector<std::string>>(piece)) text += each;
    const auto url = http::parse_url(text);
    if (!url) return;
    const std::string canonical = url->server_url() + url->target;
    const auto again = http::parse_url(canonical);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->host == url->host);
    RC_ASSERT(again->port == url->port);
    RC_ASSERT(again->target == url->target);
    RC_ASSERT(url->host.find_first_of("@%/\\#? ") == std::string::npos);
  }));
}

TEST_CASE("An event stream reads the same however it is cut") {
  CHECK(rc::check("sse", [] {
    std::string stream;
    std::vector<http::SseEvent> expected;
    std::string last_id;
    for (const auto& [data, event, id] :
         *rc::gen::container<std::vector<std::tuple<std::string, std::string, std::string>>>(
             rc::gen::tuple(property::text(), property::text(), property::text()))) {
      stream += http::sse_event(data, one_line(event), one_line(id));
      if (!one_line(id).empty()) last_id = one_line(id);
      expected.push_back({one_line(event).empty() ? "message" : one_line(event), with_newlines(data), last_id});
    }
    http::SseParser parser;
    std::vector<http::SseEvent> events;
    std::string_view left = stream;
    while (!left.empty()) {
      const auto length = *rc::gen::inRange<size_t>(1, left.size() + 1);
      for (auto& event : parser.feed(left.substr(0, length)).value()) events.push_back(std::move(event));
      left.remove_prefix(length);
    }
    RC_ASSERT(events == expected);
  }));
}

TEST_CASE("Any bytes at all are an event stream") {
  CHECK(rc::check("sse bytes", [] {
    const std::string bytes = *property::bytes();
    http::SseParser whole;
    const auto events = whole.feed(bytes);
    RC_ASSERT(events.has_value());
    http::SseParser single;
    std::vector<http::SseEvent> one_by_one;
    for (const char c : bytes) {
      for (auto& event : single.feed(std::string_view(&c, 1)).value()) one_by_one.push_back(std::move(event));
    }
    RC_ASSERT(*events == one_by_one);
  }));
}
