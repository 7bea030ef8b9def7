#include "http/sse.h"

#include <string>
#include <vector>

#include "tests/test.h"

using http::SseEvent;
using http::SseParser;
using namespace std::literals;
using Events = std::vector<SseEvent>;

namespace {

Events read(std::string_view stream) { return SseParser().feed(stream).value(); }

// As if each piece had come in a packet of its own.
Events read_in_pieces(std::string_view stream, size_t first, size_t second) {
  SseParser parser;
  Events events;
  for (const auto piece : {stream.substr(0, first), stream.substr(first, second - first), stream.substr(second)}) {
    for (SseEvent& event : parser.feed(piece).value()) events.push_back(std::move(event));
  }
  return events;
}

constexpr auto kStream =
    "\xEF\xBB\xBF: a comment\r\n"
    "event: first\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\n"
    "data:c\rdata:  d\r\r"
    "retry: 1500\n\n"
    "id\nevent\ndata\n\n"
    "\n\nunknown: field\nid: 7\ndata: \xC3\xA9\n\n"
    "data: never closed\n"sv;
const Events kEvents{{"first", "a\nb", "1"}, {"message", "c\n d", "1"}, {"message", "", ""}, {"message", "é", "7"}};

}  // namespace

TEST_CASE("Events are written with a data line for each line") {
  CHECK(http::sse_event("{}") == "event: message\ndata: {}\n\n");
  CHECK(http::sse_event("a\nb\r\nc\rd", "x", "9") == "event: x\nid: 9\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(http::sse_event("", "") == "data: \n\n");
  CHECK(http::sse_event("a\n", "") == "data: a\ndata: \n\n");
  CHECK(http::sse_comment() == ": \n\n");
  CHECK(http::sse_comment("alive") == ": alive\n\n");
  CHECK(http::sse_retry(std::chrono::milliseconds(1500)) == "retry: 1500\n\n");
}

TEST_CASE("What is written reads back") {
  CHECK(read(http::sse_event("a\nb", "x", "9")) == Events{{"x", "a\nb", "9"}});
  CHECK(read(http::sse_event(" leading: colon")) == Events{{"message", " leading: colon", ""}});
  CHECK(read(http::sse_event("")) == Events{{"message", "", ""}});
  CHECK(read(http::sse_comment("alive")).empty());
}

TEST_CASE("A stream is read by the rules of the HTML standard") {
  SseParser parser;
  CHECK(parser.feed(kStream).value() == kEvents);
  CHECK(parser.retry() == std::chrono::milliseconds(1500));
  CHECK(parser.last_event_id() == "7");
}

TEST_CASE("A stream may be cut at any two places") {
  for (size_t first = 0; first <= kStream.size(); ++first) {
    for (size_t second = first; second <= kStream.size(); ++second) {
      CAPTURE(first);
      CAPTURE(second);
      REQUIRE(read_in_pieces(kStream, first, second) == kEvents);
    }
  }
}

TEST_CASE("Fields of odd shapes") {
  CHECK(read("data\n\n") == Events{{"message", "", ""}});
  CHECK(read("data:\n\n") == Events{{"message", "", ""}});
  CHECK(read("data:  two\n\n") == Events{{"message", " two", ""}});
  CHECK(read("data: a:b\n\n") == Events{{"message", "a:b", ""}});
  CHECK(read("event: only\n\n").empty());
  CHECK(read("event: only\n\ndata: x\n\n") == Events{{"message", "x", ""}});
  CHECK(read("DATA: x\n\n").empty());
  CHECK(read(" data: x\n\n").empty());
  CHECK(read("\xEF\xBB\xBF\xEF\xBB\xBF" "data: x\n\n").empty());
  CHECK(read("data: x\n\xEF\xBB\xBF" "data: y\n\n") == Events{{"message", "x", ""}});
  CHECK(read("id: a\0b\ndata: x\n\n"sv) == Events{{"message", "x", ""}});
  CHECK(read("\n\n\n").empty());
  CHECK(read("").empty());
}

TEST_CASE("A retry that is not a number is ignored") {
  for (const auto bad :
       {"retry: 1.5\n"sv, "retry: -1\n"sv, "retry:\n"sv, "retry: 10s\n"sv, "retry: 99999999999999\n"sv}) {
    CAPTURE(bad);
    SseParser parser;
    CHECK(parser.feed(bad).has_value());
    CHECK_FALSE(parser.retry().has_value());
  }
}

TEST_CASE("An event over the limit fails the stream for good") {
  SUBCASE("one long line that never ends") {
    SseParser parser(64);
    CHECK(parser.feed("data: " + std::string(50, 'x')).has_value());
    CHECK(parser.feed(std::string(20, 'x')).error().code == base::Code::kUpstream);
    CHECK_FALSE(parser.feed("\n\ndata: ok\n\n").has_value());
  }
  SUBCASE("many short lines") {
    SseParser parser(64);
    bool failed = false;
    for (int i = 0; i < 40 && !failed; ++i) failed = !parser.feed("data: x\n").has_value();
    CHECK(failed);
  }
  SUBCASE("the limit is for one event, not for the stream") {
    SseParser parser(64);
    for (int i = 0; i < 100; ++i) CHECK(parser.feed("data: " + std::string(40, 'x') + "\n\n").value().size() == 1);
  }
}
