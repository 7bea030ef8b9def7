// The laws of the sanitiser, over text that is put together from what it looks for.
#include "tools/sanitise.h"

#include <algorithm>
#include <cstddef>
#include <rapidcheck.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "tests/property/generators.h"

#include "tests/test.h"

namespace {

using tools::Markup;
using tools::sanitise;

// Pieces that are harmless apart and something together, and the characters between which they hide.
rc::Gen<std::string> pieces() {
  static const std::vector<std::string> kPieces{
      "a",        "B",
      "7",        " ",
      "\n",       ".",
      "/",        ":",
      "://",      "http",
      "https://", "www.",
      "evil",     "x.y",
      "[",        "]",
      "(",        ")",
      "](",       "![",
      "`",        "```",
      "<",        ">",
      "</",       "<|",
      "|>",       "system",
      "[INST]",   "[/INST]",
      "=",        " src=",
      "@",        "\\",
      "#",        "?",
      "&lt;",     "&#x",
      "200b;",    "&amp;",
      ";",        "\u200b",
      "\u200d",   "\u200c",
      "\u202e",   "\ufe0f",
      "\u20e3",   "❤",
      "👍",       "🏽",
      "می",       "ക്",
      "\u0301",   "\U000E0041",
      "。",       "\xff",
      "…",        "open.spotify.com",
      "https",    "1",
  };
  return rc::gen::map(rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, kPieces.size())),
                      [](const std::vector<size_t>& chosen) {
                        std::string out;
                        for (const size_t n : chosen) out += kPieces[n];
                        return out;
                      });
}
rc::Gen<std::string> anything() { return rc::gen::oneOf(pieces(), pieces(), property::text(), property::bytes()); }
rc::Gen<Markup> markup() { return rc::gen::element(Markup::kNone, Markup::kHtml); }

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

// A link that something would follow: a scheme with a letter, and something behind the slashes.
bool has_foreign_link(std::string_view text) {
  constexpr std::string_view kMark = "://";
  for (size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
    const std::string_view after = text.substr(at + kMark.size());
    if (after.empty() || after.front() == ' ') continue;
    size_t begin = at;
    constexpr std::string_view kScheme = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-";
    while (begin > 0 && kScheme.contains(text[begin - 1])) --begin;
    const std::string_view scheme = text.substr(begin, at - begin);
    if (scheme.find_first_not_of("0123456789+.-") == std::string_view::npos) continue;
    if (scheme != "https" || !after.starts_with("open.spotify.com")) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what was sanitised comes out again unchanged") {
  CHECK(rc::check([] {
    const std::string given = *anything();
    const auto max = *rc::gen::inRange<size_t>(1, 60);
    const std::string once = sanitise(given, max, *markup()).text;
    RC_ASSERT(sanitise(once, max).text == once);
  }));
}

TEST_CASE("what comes out is one valid line within the limit, with nothing in it to follow") {
  CHECK(rc::check([] {
    const auto max = *rc::gen::inRange<size_t>(1, 60);
    const std::string out = sanitise(*anything(), max, *markup()).text;
    RC_ASSERT(base::is_valid_utf8(out));
    RC_ASSERT(!base::has_control_characters(out));
    RC_ASSERT(base::count_code_points(out) <= max);
    RC_ASSERT(!has_foreign_link(out));
    RC_ASSERT(count(out, "](") == 0);
    RC_ASSERT(count(out, "```") == 0);
    RC_ASSERT(count(out, "<system>") == 0);
    RC_ASSERT(count(out, "[INST]") == 0);
    RC_ASSERT(count(out, "  ") == 0);
  }));
}

TEST_CASE("it is never longer than what came in, but for the space that parts a bracket from a parenthesis") {
  CHECK(rc::check([] {
    const std::string given = *pieces();
    constexpr size_t kNoLimit = 100'000;
    const std::string out = sanitise(given, kNoLimit).text;
    RC_ASSERT(out.size() <= given.size() * 3);  // U+FFFD has three bytes, a bad byte one.
    const std::string valid = base::is_valid_utf8(given) ? given : std::string();
    if (!valid.empty()) RC_ASSERT(base::count_code_points(out) <= base::count_code_points(valid) + count(out, "] ("));
  }));
}

TEST_CASE("the work is linear in the length, whatever is repeated") {
  constexpr size_t kCopies = 4000;
  constexpr size_t kStepsPerCodePointMax = 24;
  std::vector<std::string> repeated{"<a",
                                    "<a ",
                                    "<a<",
                                    "&",
                                    "&#x",
                                    "[",
                                    "](",
                                    "http://",
                                    "www.",
                                    "www._",
                                    "x.",
                                    "`",
                                    "```",
                                    "<|",
                                    "<|a",
                                    ":",
                                    "//",
                                    "a://",
                                    "<a=",
                                    "<a =",
                                    "\u200d",
                                    "👍\u200d",
                                    "\u0301",
                                    "<b>",
                                    "["
                                    "INST",
                                    "a.b/",
                                    "1://",
                                    "-",
                                    "<!"};
  for (const std::string& unit : repeated) {
    std::string text;
    for (size_t n = 0; n < kCopies; ++n) text += unit;
    for (const Markup markup : {Markup::kNone, Markup::kHtml}) {
      INFO(unit);
      const auto out = sanitise(text, 300, markup);
      CHECK(out.steps <= kStepsPerCodePointMax * (base::count_code_points(text) + 400));
    }
  }
  CHECK(rc::check([] {
    const std::string unit = *pieces();
    std::string text;
    for (size_t n = 0; n < 200; ++n) text += unit;
    RC_ASSERT(sanitise(text, 300, *markup()).steps <= kStepsPerCodePointMax * (text.size() + 400));
  }));
}
