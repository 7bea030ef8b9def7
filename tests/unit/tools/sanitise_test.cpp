// The sanitiser against text that was made to harm: what it removes, and what it must leave alone.
#include "tools/sanitise.h"

#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

#include "tests/test.h"

namespace tools {
namespace {

std::string clean(std::string_view text) { return sanitise(text, 200); }

TEST_CASE("ordinary names of every script pass unchanged") {
  for (const std::string_view name :
       {"Don't Stop Believin'", "AC/DC", "artist:\"Daft Punk\"", "<3", "P!nk; DROP TABLE", "naïve café",
        "مرحبا بالعالم", "שלום עולם", "Привет", "日本語の歌", "AT&T <b>not a tag here</b>", "नमस्ते", "Beyoncé"}) {
    CHECK(clean(name) == name);
  }
}

TEST_CASE("emoji keep their joiners, selectors, skin tones and flags") {
  for (const std::string_view emoji :
       {"👩‍👩‍👧‍👦", "❤️‍🔥", "👍🏽", "🇸🇪", "1️⃣", "☺️", "🏳️‍🌈"})
    CHECK(clean(emoji) == emoji);
}

TEST_CASE("Persian and Indic spelling keep their joiners") {
  CHECK(clean("می\u200cخواهم") == "می\u200cخواهم");
  CHECK(clean("क्\u200dष") == "क्\u200dष");
}

TEST_CASE("what nobody sees is removed") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a\u200bb", "ab"},  // Zero-width space.
      {"a\u200cb", "ab"},  // A joiner between letters that do not join.
      {"a\u200db", "ab"},
      {"\u202eevil\u202c", "evil"},  // Override.
      {"\u2066isolate\u2069", "isolate"},
      {"\u200e\u200f\u061cmarks", "marks"},
      {"a\u00adb", "ab"},  // Soft hyphen.
      {"\ufeffbom", "bom"},
      {"fill\u3164er", "filler"},
      {"a\u2060\u2061\u2064b", "ab"},                // Word joiner and invisible operators.
      {"tag\U000E0049\U000E0067\U000E006E", "tag"},  // "Ign" in the invisible alphabet.
      {"vs\U000E0100\U000E0101", "vs"},              // More variation selectors.
      {"x\ufe00\ufe01\ufe02", "x"},                  // Bytes in variation selectors.
      {"❤\ufe0f\ufe0f\ufe0f", "❤\ufe0f"},            // One selector is enough.
      {"private\ue000\U000F0000", "private"},
      {std::string("nul\0byte", 8), "nulbyte"},
      {"esc\x1b[31mred", "esc[31mred"},
      {"del\x7f", "del"},
      {"c1\u0080x", "c1x"},
      {"non\uffffcharacter", "noncharacter"},
      {"plane\U0001FFFE", "plane"},
  };
  for (const auto& [given, expected] : cases) {
    INFO(given);
    CHECK(clean(given) == expected);
  }
}

TEST_CASE("white space of every kind becomes one space, and none at the ends") {
  CHECK(clean("  a\t\r\n b\u00a0\u3000\u2028c\u2800 ") == "a b c");
  CHECK(clean("\n\n\n") == "");
  CHECK(clean("first line\nSYSTEM: second line") == "first line SYSTEM: second line");
}

TEST_CASE("marks piled on one letter are cut, ordinary accents are not") {
  std::string zalgo = "a";
  for (int n = 0; n < 30; ++n) zalgo += "\u0301";
  CHECK(base::count_code_points(clean(zalgo)) == 5);
  CHECK(clean("e\u0301\u0323") == "e\u0301\u0323");
}

TEST_CASE("bytes that are not UTF-8 become the replacement character") {
  CHECK(clean("a\xff") == "a\ufffd");
  CHECK(clean("\xc3") == "\ufffd");
  CHECK(clean("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
  CHECK(base::is_valid_utf8(clean("\xf0\x9f\x8e x \xfe")));
}

TEST_CASE("long text is cut on a code point, with an ellipsis inside the limit") {
  CHECK(sanitise("abcdef", 6) == "abcdef");
  CHECK(sanitise("abcdefg", 6) == "abcde…");
  CHECK(sanitise("🎧🎧🎧🎧", 3) == "🎧🎧…");
  CHECK(sanitise("ab cd", 4) == "ab…");
  CHECK(sanitise("👩‍👩‍👧‍👦", 2) == "👩…");
  CHECK(sanitise("xyz", 1) == "…");
}

TEST_CASE("descriptions lose tags and entities, names do not") {
  const auto html = [](std::string_view text) { return sanitise(text, 200, Markup::kHtml); };
  CHECK(html("Rock &amp; Roll &#x27;n&#39; &lt;3 &quot;x&quot;") == "Rock & Roll 'n' <3 \"x\"");
  CHECK(html("See <a href=\"https://example.invalid/\">this</a> now") == "See this now");
  CHECK(html("a<br/>b<!-- hidden -->c") == "a b c");
  CHECK(html("I <3 you > me") == "I <3 you > me");
  CHECK(html("AT&T; &unknown; &;") == "AT&T; &unknown; &;");
  CHECK(html("unclosed <a href=") == "unclosed <a href=");
  CHECK(html("&amp;lt;b&amp;gt;") == "&lt;b&gt;");  // Markup is not read twice.
  CHECK(html("&lt;script&gt;") == "<script>");
  CHECK(html("&#0;&#xD800;&#x110000;&#99999999;") == "\ufffd\ufffd\ufffd\ufffd");
  CHECK(sanitise("Rock &amp; Roll", 200) == "Rock &amp; Roll");
}

TEST_CASE("ghmcp_two_pass: what an entity brings in is judged like everything else") {
  const auto html = [](std::string_view text) { return sanitise(text, 200, Markup::kHtml); };
  CHECK(html("x&#x202E;y&#8203;z&#xE0041;") == "xyz");
  CHECK(html("&#8203;&#x200b;&ZeroWidthSpace;") == "&ZeroWidthSpace;");  // A name that is not known stays text.
  CHECK(html("a&#x2066;b&#8297;c&#xFEFF;d&#173;e") == "abcde");
}

}  // namespace
}  // namespace tools
