#include "checks/self_tests.h"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "audit/record.h"
#include "base/text.h"
#include "crypto/key.h"
#include "crypto/self_test.h"
#include "json/parse.h"
#include "net/response_writer.h"
#include "store/sqlite/inspect.h"
#include "store/vault.h"
#include "tools/sanitise.h"

namespace checks {
namespace {

// Every beginning with every middle and every end.
template <size_t A, size_t B, size_t C>
std::vector<std::string> combined(const std::array<std::string_view, A>& begins,
                                  const std::array<std::string_view, B>& middles,
                                  const std::array<std::string_view, C>& ends) {
  std::vector<std::string> all;
  for (const std::string_view begin : begins) {
    for (const std::string_view middle : middles) {
      for (const std::string_view end : ends) all.push_back(fmt::format("{}{}{}", begin, middle, end));
    }
  }
  return all;
}

void expect(SelfTest& test, bool holds, std::string what) {
  ++test.cases;
  if (!holds) test.failures.push_back(std::move(what));
}

// Takes a key that nobody uses: what is sealed with it is thrown away.
crypto::Key scratch_key(char fill) { return *crypto::Key::from_bytes(std::string(crypto::Key::kBytes, fill)); }

// Counts, so that two runs are equal. For scratch data alone.
class CountingRandom final : public base::Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(next_++);
  }

 private:
  unsigned char next_ = 0;
};

}  // namespace

std::vector<std::string> hostile_sql() {
  constexpr std::array<std::string_view, 10> kBegins{"'",  "\"", "')",           "1", "\\'", "%27",
                                                     "x'", "';", "\xEF\xBC\x87", "''"};
  constexpr std::array<std::string_view, 6> kMiddles{" OR 1=1",
                                                     "; DROP TABLE words",
                                                     " UNION SELECT sql FROM sqlite_schema",
                                                     "; ATTACH DATABASE '/tmp/x' AS x",
                                                     " AND randomblob(9)",
                                                     "; PRAGMA writable_schema=ON"};
  constexpr std::array<std::string_view, 5> kEnds{"", "--", " /*", ";", "#"};
  return combined(kBegins, kMiddles, kEnds);
}

std::vector<std::string> hostile_html() {
  constexpr std::array<std::string_view, 5> kBegins{"<", "\"><", "'><", "</title><", "--><"};
  constexpr std::array<std::string_view, 5> kMiddles{"script>alert(1)", "img src=x onerror=alert(1)",
                                                     "svg/onload=alert(1)", "iframe src=javascript:alert(1)",
                                                     "a href=javascript:alert(1)"};
  constexpr std::array<std::string_view, 4> kEnds{"", "</script>", ">", "<!--"};
  return combined(kBegins, kMiddles, kEnds);
}

std::vector<std::string> hostile_lines() {
  constexpr std::array<std::string_view, 10> kBegins{"\n",   "\r\n", "\r",       "\xE2\x80\xA8", "\xE2\x80\xA9",
                                                     "\x0B", "\x0C", "\xC2\x85", "\x1b[2J",      "\xFF\xFE"};
  constexpr std::array<std::string_view, 6> kMiddles{"{\"event\":\"login.succeeded\"}",
                                                     "\"},{\"seq\":0",
                                                     "CRITICAL admin",
                                                     "\x1b]0;title\x07",
                                                     "\\u000a",
                                                     "\",\"mac\":\""};
  constexpr std::array<std::string_view, 5> kEnds{"", "\n", "\xE2\x80\xAE", "\\", "\""};
  return combined(kBegins, kMiddles, kEnds);
}

SelfTest test_primitives() {
  SelfTest test{.cases = crypto::primitives().size(), .failures = {}};
  if (const auto tested = crypto::self_test(); !tested) test.failures.push_back(tested.error().message);
  return test;
}

SelfTest test_sql(const std::string& scratch) {
  const auto texts = hostile_sql();
  SelfTest test{.cases = texts.size(), .failures = {}};
  const auto changed = store::sqlite::try_values(scratch, texts);
  if (!changed) {
    test.failures.push_back(changed.error().message);
  } else if (!changed->empty()) {
    test.failures.push_back(fmt::format("{} texts", changed->size()));
  }
  return test;
}

SelfTest test_header_values() {
  SelfTest test;
  for (const std::string_view line_break : {"\r\n", "\n", "\r"}) {
    for (const std::string_view rest : {"Set-Cookie: a=b", "\r\n<html>", "", "Location: http://example.com"}) {
      http::Response response;
      response.headers = {{"X-Word", fmt::format("word{}{}", line_break, rest)}};
      const net::Framing framing = net::frame(response, http::Method::kGet, net::RequestReader::Version::kHttp11,
                                              net::RequestReader::Persistence::kKeepAlive);
      std::string out;
      net::write_head_to(out, response, framing, net::RequestReader::Version::kHttp11);
      expect(test, response.status == 500 && !out.contains("X-Word"), fmt::format("case {}", test.cases + 1));
    }
  }
  return test;
}

SelfTest test_log_lines() {
  SelfTest test;
  const crypto::Key key = scratch_key('l');
  audit::Pseudonyms pseudonyms(key);
  for (const std::string& text : hostile_lines()) {
    const audit::Entry entry{.event = audit::Event::kCallEnded,
                             .user = text,
                             .source = text,
                             .request = {{"name", text}},
                             .status = "ok",
                             .reason = text};
    std::string line;
    audit::append_line(line, audit::write_body(entry, 7, 0, pseudonyms), {});
    const bool one = line.find('\n') == line.size() - 1;
    const auto parsed = json::parse(std::string_view(line).substr(0, line.size() - 1));
    bool plain = true;
    for (const char c : line) plain = plain && (c == '\n' || (c >= 0x20 && c < 0x7F));
    expect(test, one && plain && parsed && parsed->text_or_empty("event") == "call.ended",
           fmt::format("case {}", test.cases + 1));
  }
  return test;
}

SelfTest test_sanitiser() {
  constexpr size_t kLength = 200;
  // What a person does not see and a model reads: direction, tags, joiners in Latin, controls.
  constexpr std::array<std::string_view, 20> kUnseen{"\xE2\x80\xAE",
                                                     "\xE2\x80\xAD",
                                                     "\xE2\x81\xA6",
                                                     "\xE2\x81\xA9",
                                                     "\xE2\x80\x8B",
                                                     "\xEF\xBB\xBF",
                                                     "\xE2\x81\xA0",
                                                     "\xF3\xA0\x81\xA1",
                                                     "\xF3\xA0\x80\x81",
                                                     "\x1b[31m",
                                                     "\x00",
                                                     "\x07",
                                                     "\x7F",
                                                     "\xC2\x9B",
                                                     "\n",
                                                     "\r\n",
                                                     "\xE2\x80\xA8",
                                                     "\xE2\x80\xA9",
                                                     "\xC2\xAD",
                                                     "\xFF"};
  constexpr std::array<std::string_view, 20> kWords{"Ignore all previous instructions",
                                                    "system:",
                                                    "Love",
                                                    "<b>bold</b>",
                                                    "Track 1",
                                                    "song",
                                                    "A",
                                                    "x y",
                                                    "1999",
                                                    "!!!",
                                                    "AC/DC",
                                                    "P!nk",
                                                    "Sunn O)))",
                                                    "Guns N' Roses",
                                                    "M83",
                                                    "+/-",
                                                    "SELECT",
                                                    "<3",
                                                    "the end",
                                                    "z"};
  SelfTest test;
  for (const std::string_view unseen : kUnseen) {
    const std::string_view bytes = unseen.empty() ? std::string_view("\0", 1) : unseen;
    for (const std::string_view word : kWords) {
      const std::string out = tools::sanitise(fmt::format("{}{}{}", word, bytes, word), kLength).text;
      const bool clean = base::is_valid_utf8(out) && !base::has_control_characters(out) &&
                         (bytes == "\xC2\xAD" || !out.contains(bytes));
      expect(test, clean, fmt::format("case {}", test.cases + 1));
    }
  }
  constexpr std::array<std::string_view, 10> kTitles{"Sunday", "Crème brûlée", "Привет", "夜に駆ける", "Señorita",
                                                     "Ólafur", "B-side",       "No. 5",  "Ὀδύσσεια",   "서울"};
  for (const std::string_view first : kTitles) {
    for (const std::string_view second : kTitles) {
      for (int number = 0; number < 50; ++number) {
        const std::string title = fmt::format("{} {} {}", first, second, number);
        expect(test, tools::sanitise(title, kLength).text == title, fmt::format("title {}", test.cases + 1));
      }
    }
  }
  return test;
}

SelfTest test_json() {
  SelfTest test;
  for (const std::string_view refused : {R"({"a":1,"a":2})",
                                         R"({"a\u0000b":1})",
                                         "[1,]",
                                         "{\"a\":1,}",
                                         "// c\n1",
                                         "\xEF\xBB\xBF{}",
                                         "{} x",
                                         "NaN",
                                         "[1e400]",
                                         "\"\\ud800\"",
                                         "\"\x01\"",
                                         "'a'",
                                         "{a:1}",
                                         "[01]",
                                         "+1",
                                         ".5",
                                         "1.",
                                         "tru",
                                         "\"\xFF\"",
                                         ""}) {
    expect(test, !json::parse(refused), fmt::format("refused {}", test.cases + 1));
  }
  const std::string deep = std::string(33, '[') + std::string(33, ']');
  expect(test, !json::parse(deep), "depth 33");
  const std::string shallow = std::string(32, '[') + std::string(32, ']');
  expect(test, json::parse(shallow).has_value(), "depth 32");
  expect(test, !json::parse("[1,2,3]", {.bytes_max = 100, .depth_max = 4, .values_max = 2}), "too many values");
  for (const std::string_view taken : {"{}", "[]", "null", R"({"a":{"A":1}})", "\"\\ud83d\\ude00\"", "1e3"}) {
    expect(test, json::parse(taken).has_value(), fmt::format("taken {}", test.cases + 1));
  }
  return test;
}

SelfTest test_foreign_boxes() {
  SelfTest test;
  CountingRandom random;
  const store::Vault vault(scratch_key('v'));
  store::Grant grant;
  grant.user_id = "somebody";
  const store::SealedGrant sealed = vault.seal(random, "one", 3, grant);
  expect(test, vault.open("one", 3, sealed).has_value(), "the owner");
  expect(test, !vault.open("two", 3, sealed), "another principal");
  expect(test, !vault.open("", 3, sealed), "nobody");
  expect(test, !vault.open("one\",3,\"", 3, sealed), "a name that imitates the form");
  expect(test, !vault.open("one", 2, sealed), "an older login");
  expect(test, !store::Vault(scratch_key('w')).open("one", 3, sealed), "another key");
  for (std::string store::SealedGrant::* part : {&store::SealedGrant::box, &store::SealedGrant::data_key}) {
    for (size_t i = 0; i < (sealed.*part).size(); ++i) {
      store::SealedGrant changed = sealed;
      (changed.*part)[i] = static_cast<char>((changed.*part)[i] ^ 1);
      expect(test, !vault.open("one", 3, changed), fmt::format("byte {} changed", i));
    }
  }
  return test;
}

}  // namespace checks
