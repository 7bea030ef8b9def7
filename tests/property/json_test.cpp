#include <rapidcheck.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/property/generators.h"
#include "tests/test.h"

namespace rc {
void showValue(const json::Value& value, std::ostream& out) { out << json::write(value); }
}  // namespace rc

TEST_CASE("JSON that is written reads back as the same value") {
  CHECK(rc::check("parse(write(value)) == value", [] {
    const json::Value value = *property::value(4);
    const std::string text = json::write(value);
    RC_ASSERT(text.find_first_of("\r\n") == std::string::npos);
    RC_ASSERT(base::is_valid_utf8(text));
    const auto back = json::parse(text);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
    // What we write is the one form of a value.
    RC_ASSERT(json::write(*back) == text);
  }));
  CHECK(rc::check("parse(write_pretty(value)) == value", [] {
    const json::Value value = *property::value(4);
    const auto back = json::parse(json::write_pretty(value));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == value);
  }));
}

TEST_CASE("Any bytes make a valid JSON string, and valid ones come back unchanged") {
  CHECK(rc::check("any bytes", [] {
    const std::string bytes = *property::bytes();
    std::string literal;
    json::write_string_to(literal, bytes);
    const auto back = json::parse(literal);
    RC_ASSERT(back.has_value());
    RC_ASSERT((back->string() == bytes) == base::is_valid_utf8(bytes));
  }));
}

TEST_CASE("JSON that was cut short, or had a byte changed, is refused or still valid, never worse") {
  CHECK(rc::check("damaged text", [] {
    std::string text = json::write(json::Array{*property::value(3)});
    const auto at = *rc::gen::inRange<size_t>(0, text.size());
    RC_ASSERT_FALSE(json::parse(text.substr(0, at)).has_value());
    text[at] = *rc::gen::arbitrary<char>();
    if (const auto value = json::parse(text)) RC_ASSERT(json::parse(json::write(*value)).value() == *value);
  }));
}

TEST_CASE("White space between tokens changes nothing") {
  CHECK(rc::check("white space", [] {
    const json::Value value = *property::value(3);
    const auto blanks = *rc::gen::container<std::string>(rc::gen::elementOf(std::string(" \t\r\n")));
    RC_ASSERT(json::parse(blanks + json::write(value) + blanks).value() == value);
  }));
}
