#include "json/write.h"

#include <cmath>
#include <limits>
#include <string>

#include "json/parse.h"
#include "json/pointer.h"
#include "tests/test.h"

using json::Array;
using json::Object;
using json::Value;
using namespace std::literals;

namespace {

std::string literal(std::string_view text) {
  std::string out;
  json::write_string_to(out, text);
  return out;
}

}  // namespace

TEST_CASE("Values are written compactly, members in their order") {
  const Value value = Object{{"b", Array{1, 2.5, "x", nullptr, true}}, {"a", Object{}}, {"c", Array{}}};
  CHECK(json::write(value) == R"({"b":[1,2.5,"x",null,true],"a":{},"c":[]})");
}

TEST_CASE("Writing appends to what is there") {
  std::string out = "data: ";
  json::write_to(out, Array{1});
  CHECK(out == "data: [1]");
}

TEST_CASE("The compact form never has a newline") {
  const Value value = Object{{"a\nb", Array{"x\r\ny", "\xE2\x80\xA8\xC2\x85"}}};
  const std::string text = json::write(value);
  CHECK(text.find_first_of("\r\n") == std::string::npos);
  CHECK(json::parse(text).value() == value);
}

TEST_CASE("Strings are escaped as little as JSON allows") {
  CHECK(literal("") == "\"\"");
  CHECK(literal("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(literal("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(literal("\0\x01\x1F\x7F"sv) == "\"\\u0000\\u0001\\u001f\x7F\"");
  CHECK(literal("é€𝄞") == "\"é€𝄞\"");
}

TEST_CASE("A byte is treated alike wherever it stands in a string") {
  constexpr size_t kLength = 20;  // More than two words of eight bytes.
  int wrong = 0;
  for (size_t place = 0; place < kLength; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(kLength, 'x');
      text[place] = static_cast<char>(byte);
      const auto again = json::parse(literal(text));
      const bool is_ascii = byte < 0x80;
      if (!again || (again->string() == text) != is_ascii) ++wrong;
      const auto raw = json::parse('"' + text + '"');
      const bool is_plain = byte >= 0x20 && is_ascii && byte != '"' && byte != '\\';
      if (raw.has_value() != is_plain || (raw && raw->string() != text)) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("Bytes that are not UTF-8 become the replacement character, one for each") {
  CHECK(literal("\xFF") == "\"\xEF\xBF\xBD\"");
  CHECK(literal("a\xC3") == "\"a\xEF\xBF\xBD\"");
  CHECK(literal("\xC3(") == "\"\xEF\xBF\xBD(\"");
  CHECK(literal("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(literal("\xF0\x9D\x84") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(literal("\xC0\xAF" "é") == "\"\xEF\xBF\xBD\xEF\xBF\xBD" "é\"");
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second), '"', static_cast<char>(first)};
      CHECK_MESSAGE(json::parse(literal(text)).has_value(), first << " " << second);
    }
  }
}

TEST_CASE("Doubles are written in the shortest form that reads back, and stay doubles") {
  CHECK(json::write(1.0) == "1.0");
  CHECK(json::write(-0.0) == "-0.0");
  CHECK(json::write(0.1) == "0.1");
  CHECK(json::write(1e22) == "1e+22");
  CHECK(json::write(1e300) == "1e+300");
  CHECK(json::write(123456.0) == "123456.0");
  CHECK(json::write(5e-324) == "5e-324");
  for (const double number : {1.0, 0.1 + 0.2, 1e22, 1e21, 123456789012345680.0, 5e-324, -2.5e-7,
                              std::numeric_limits<double>::max(), std::numeric_limits<double>::min()}) {
    CAPTURE(number);
    const Value back = json::parse(json::write(number)).value();
    CHECK(back.kind() == json::Kind::kNumber);
    CHECK(back.number() == number);
  }
  CHECK(std::signbit(json::parse("-0.0").value().number()));
}

TEST_CASE("A number that JSON cannot say is null") {
  CHECK(json::write(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json::write(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("Integers are written whole") {
  CHECK(json::write(std::numeric_limits<int64_t>::min()) == "-9223372036854775808");
  CHECK(json::write(std::numeric_limits<int64_t>::max()) == "9223372036854775807");
}

TEST_CASE("The form for people is indented and ends with a newline") {
  const Value value = Object{{"a", Array{1, Object{{"b", "x"}}}}, {"empty", Object{}}, {"none", Array{}}};
  CHECK(json::write_pretty(value) ==
        "{\n"
        "  \"a\": [\n"
        "    1,\n"
        "    {\n"
        "      \"b\": \"x\"\n"
        "    }\n"
        "  ],\n"
        "  \"empty\": {},\n"
        "  \"none\": []\n"
        "}\n");
  CHECK(json::write_pretty(7) == "7\n");
  CHECK(json::parse(json::write_pretty(value)).value() == value);
}

TEST_CASE("Pointer tokens are escaped as RFC 6901 says") {
  CHECK(json::append_token("", "a") == "/a");
  CHECK(json::append_token("/a", "b/c") == "/a/b~1c");
  CHECK(json::append_token("/a", "m~n") == "/a/m~0n");
  CHECK(json::append_token("", "~1") == "/~01");
  CHECK(json::append_token("/a", "") == "/a/");
  CHECK(json::append_token("/items", "0") == "/items/0");
}
