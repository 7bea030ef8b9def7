// A record is one line of ASCII whatever is put into it, and holds digests of what must not be read.
#include <string>
#include <vector>

#include "audit/record.h"
#include "base/text.h"
#include "json/parse.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

// Three hundred texts that have broken logs: every control, line ends of all alphabets, terminal commands, text that
// turns its direction, broken UTF-8, quotes and JSON in all their forms.
std::vector<std::string> hostile_texts() {
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte) texts.push_back("a" + std::string(1, static_cast<char>(byte)) + "b");
  for (const char* text :
       {"\r\n{\"seq\":0,\"epoch\":0,\"event\":\"login.succeeded\"}", "\n\n\n", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9",
        "\xC2\x85", "\x1B[2J\x1B[H", "\x1B]0;title\x07", "\x1B[31mred", ("\xC2\x9B" "31m"), ("\xE2\x80\xAE" "txt.exe"),
        ("\xE2\x81\xA6" "x"), "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xED\xA0\x80", "\xED\xB0\x80", "\xF4\x90\x80\x80",
        "\xC0\x8A",
        "\xE0\x80\x8A", "\xF0\x80\x80\x8A", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF\xFE", "\xF0\x9F\x98\x80", "\"",
        "\\", "\\\"", "\\n", "\\u000a", "\\u2028", "\"}\n{\"", "\",\"mac\":\"AAAA\"}", "%0a", "%0d%0a", "${jndi:x}",
        "<script>alert(1)</script>", "'; DROP TABLE records; --", "\t", "\b\f\v", "null", "{}"}) {
    texts.emplace_back(text);
  }
  texts.emplace_back("nul\0nul", 7);
  texts.push_back(std::string(100'000, 'x'));
  return texts;
}

}  // namespace

TEST_CASE("no text makes a second line, a control character or anything but JSON") {
  const auto texts = hostile_texts();
  REQUIRE(texts.size() >= 300);
  Pseudonyms names(Bench::master());
  Chain chain(Bench::master());
  for (const std::string& text : texts) {
    const Entry entry{.event = Event::kHostRefused,
                      .user = text,
                      .source = text,
                      .request = {{"value", text}, {"hidden", Hidden{text}}},
                      .status = text,
                      .reason = text};
    std::string lines;
    chain.append(lines, write_body(entry, chain.size(), 0, names));
    CAPTURE(lines);
    CHECK(std::ranges::count(lines, '\n') == 1);
    CHECK(lines.back() == '\n');
    lines.pop_back();
    CHECK(std::ranges::all_of(lines, [](char c) { return c >= 0x20 && c < 0x7F; }));
    CHECK(lines.size() < 64 * 1024);
    CHECK(json::parse(lines).has_value());
    REQUIRE(read_head(lines));
    CHECK(read_head(lines)->seq == chain.size() - 1);
  }
}

TEST_CASE("valid text comes back as it was, and what is none as U+FFFD") {
  const auto back = [](std::string_view text) {
    std::string out;
    append_escaped(out, text);
    const auto value = json::parse(out);
    REQUIRE(value);
    return value->string();
  };
  for (const char* text : {"plain", "\xC3\xA9", "\xE2\x80\xA8", "\xF0\x9F\x98\x80", "\x7F", "\x1B[0m", "q\"\\"}) {
    CHECK(back(text) == text);
  }
  CHECK(back("a\xFFz") == "a\xEF\xBF\xBDz");
  CHECK(back("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("a record has the seven fields in one order") {
  Pseudonyms names(Bench::master());
  const Entry entry{.event = Event::kBearerRefused,
                    .user = "owner",
                    .source = "127.0.0.1",
                    .request = {{"method", "POST"}, {"bytes", 12}},
                    .status = "unauthenticated",
                    .reason = "wrong bearer",
                    .time = {1'700'000'000'042}};
  CHECK(write_body(entry, 7, 3, names) ==
        R"({"seq":7,"epoch":3,"time":"2023-11-14T22:13:20.042Z","event":"bearer.refused","severity":"warning",)"
        R"("user":")" + names.of("owner") +
            R"(","source":"127.0.0.1","request":{"method":"POST","bytes":12},"status":"unauthenticated",)"
            R"("reason":"wrong bearer")");
}

TEST_CASE("what an event says by itself fills the seven fields") {
  Pseudonyms names(Bench::master());
  for (const EventInfo& info : catalogue()) {
    const auto record = json::parse(write_body({.event = info.event}, 0, 0, names) + "}");
    REQUIRE(record);
    for (const char* field : {"time", "event", "severity", "source", "status", "reason"}) {
      CAPTURE(info.name);
      CAPTURE(field);
      CHECK(!record->text_or_empty(field).empty());
    }
    CHECK(record->find("user") != nullptr);
    CHECK(record->find("request")->is_object());
  }
}

TEST_CASE("a pseudonym is stable for one installation, differs between two, and does not hold the name") {
  Pseudonyms here(Bench::master('a'));
  Pseudonyms there(Bench::master('b'));
  CHECK(here.of("owner") == here.of("owner"));
  CHECK(here.of("owner") != here.of("owner2"));
  CHECK(here.of("owner") != there.of("owner"));
  CHECK(here.of_user("owner") == here.of("owner"));
  CHECK(here.of_user("owner2") == here.of("owner2"));
  CHECK(here.of_user("owner") == here.of("owner"));
  CHECK(here.of("owner").size() == 24);
  CHECK(here.of("owner").find("owner") == std::string::npos);
}

TEST_CASE("a head is read from our own lines only") {
  const std::string mac(43, 'A');
  const auto line = [&mac](std::string_view start) { return std::string(start) + R"(,"mac":")" + mac + R"("})"; };
  CHECK(read_head(line(R"({"seq":1,"epoch":2,"x":1)")));
  for (const char* start : {R"({"seq":01,"epoch":2,"x":1)", R"({"seq":-1,"epoch":2,"x":1)",
                            R"({"seq":,"epoch":2,"x":1)",
                            R"({"seq": 1,"epoch":2,"x":1)", R"({"epoch":2,"seq":1,"x":1)", R"({"seq":1,"epoch":2)",
                            R"({"seq":1000000000000000000000,"epoch":2,"x":1)", ""}) {
    CHECK(!read_head(line(start)));
  }
  CHECK(!read_head(""));
  CHECK(!read_head(line(R"({"seq":1,"epoch":2,"x":1)") + " "));
}

TEST_CASE("the catalogue is complete, and its names are unlike") {
  for (const EventInfo& info : catalogue()) {
    CHECK(&info_of(info.event) == &info);
    CHECK(find_event(info.name) == info.event);
    CHECK(!info.about.empty());
  }
  CHECK(!find_event("nothing"));
}

}  // namespace audit
