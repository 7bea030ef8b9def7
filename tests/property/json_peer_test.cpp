// Our parser beside Boost.JSON, which is no part of the product: they accept the same texts, but for what ours refuses
// on purpose, and mean the same by them.
#include <boost/json.hpp>
#include <rapidcheck.h>
#include <string>

#include "json/parse.h"
#include "json/write.h"
#include "tests/property/generators.h"

#include "tests/test.h"

namespace {

bool accepts(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse(text, error);
  return !error;
}

// The rules that only ours has.
bool is_stricter(std::string_view message) {
  for (const std::string_view rule : {"two members of the same name", "a member name has a NUL", "64 signed bits",
                                      "too large for a double", "levels of nesting", "byte-order mark"}) {
    if (message.contains(rule)) return true;
  }
  return false;
}

void compare(const std::string& text) {
  const auto ours = json::parse(text);
  if (ours) {
    RC_ASSERT(accepts(text));
    // The same structure and the same words, by way of the peer's own writer. Its doubles may be off in the last place.
    const std::string written = json::write(*ours);
    RC_ASSERT(boost::json::parse(text).kind() == boost::json::parse(written).kind());
    if (!text.contains('.') && !text.contains('e') && !text.contains('E')) {
      RC_ASSERT(boost::json::serialize(boost::json::parse(text)) ==
                boost::json::serialize(boost::json::parse(written)));
    }
  } else if (!is_stricter(ours.error().message)) {
    RC_ASSERT_FALSE(accepts(text));
  }
}

}  // namespace

TEST_CASE("Damaged JSON is refused by our parser where Boost.JSON refuses it, and read alike elsewhere") {
  CHECK(rc::check("one byte changed, or cut short", [] {
    std::string text = json::write(json::Array{*property::value(4)});
    const auto at = *rc::gen::inRange<size_t>(0, text.size());
    compare(text.substr(0, at));
    text[at] = *rc::gen::oneOf(rc::gen::arbitrary<char>(), rc::gen::elementOf(std::string("0-.eE+\"\\{}[],:u/ \t\n")));
    compare(text);
  }));
  CHECK(rc::check("tokens in any order", [] {
    const auto tokens = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
        "{",           "}",       "[",    "]", ",",  ":",        "\"",       "\"a\"", "\"\\ud83c\\udfb5\"",
        "\"\\ud83c\"", "\\u00e9", "0",    "-", "12", ".5",       "e",        "1e9",   "E-3",
        "true",        "fals",    "null", " ", "\n", "\xC3\xA9", "\xE2\x82", "\x01",  "/"}));
    std::string text;
    for (const std::string& token : tokens) text += token;
    compare(text);
  }));
}
