#include "json/parse.h"

#include <optional>
#include <string>
#include <vector>

#include "json/write.h"

#include "tests/test.h"

using namespace std::literals;

namespace {

struct Accepted {
  std::string_view text;
  std::string_view written;  // What it is, in the one form that we write.
};

const std::vector<Accepted> kAccepted{
    {"null", "null"},
    {"true", "true"},
    {"false", "false"},
    {"0", "0"},
    {"-0", "0"},
    {"-1", "-1"},
    {"9007199254740993", "9007199254740993"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"0.0", "0.0"},
    {"-0.0", "-0.0"},
    {"1.0", "1.0"},
    {"1.5", "1.5"},
    {"1e2", "100.0"},
    {"1E+2", "100.0"},
    {"1e-2", "0.01"},
    {"0e0", "0.0"},
    {"1e4", "10000.0"},
    {"0.1", "0.1"},
    {"0.30000000000000004", "0.30000000000000004"},
    {"2.2250738585072011e-308", "2.225073858507201e-308"},
    {"5e-324", "5e-324"},
    {"1e-400", "0.0"},
    {"-1e-400", "0.0"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
    {"9007199254740993.0", "9007199254740992.0"},
    {"18446744073709551615.0", "18446744073709551616.0"},
    {"0.1234567890123456789012345678901234567890", "0.12345678901234568"},
    {"\"\"", "\"\""},
    {"\"plain\"", "\"plain\""},
    {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
    {R"("\u0041\u00e9\u20AC")", "\"Aé€\""},
    {R"("\ud834\udd1e")", "\"𝄞\""},
    {R"("\uD834\uDD1E")", "\"𝄞\""},
    {R"("\u0000")", R"("\u0000")"},
    {R"("\u001f")", R"("\u001f")"},
    {"\"é€𝄞\"", "\"é€𝄞\""},
    {"\"\x7F\"", "\"\x7F\""},
    {"\"\xF4\x8F\xBF\xBF\"", "\"\xF4\x8F\xBF\xBF\""},
    {"\"\xE2\x80\xA8\"", "\"\xE2\x80\xA8\""},
    {"[]", "[]"},
    {"[ ]", "[]"},
    {"[1,2,3]", "[1,2,3]"},
    {"[[],[[]],{}]", "[[],[[]],{}]"},
    {" \t\r\n[ 1 , 2 ] \t\r\n", "[1,2]"},
    {"{}", "{}"},
    {R"({"a":1})", R"({"a":1})"},
    {R"({"b":1,"a":2})", R"({"b":1,"a":2})"},
    {R"({"":1})", R"({"":1})"},
    {R"({"a":{"a":{"a":1}}})", R"({"a":{"a":{"a":1}}})"},
    {R"([{"a":1},{"a":1}])", R"([{"a":1},{"a":1}])"},
    {R"({"a":1,"A":2})", R"({"a":1,"A":2})"},
    {R"({"\u0061\"":[true,null]})", R"({"a\"":[true,null]})"},
    {R"({"é":1,"e\u0301":2})", "{\"é\":1,\"e\xCC\x81\":2}"},
};

struct Refused {
  std::string_view text;
  size_t at;
  std::string_view rule;
};

constexpr std::string_view kUnexpected = "an unexpected character, or bytes that are not UTF-8";
constexpr std::string_view kTooEarly = "the text ends too early";
constexpr std::string_view kTrailing = "data after the end of the document";
constexpr std::string_view kDuplicate = "an object has two members of the same name";
constexpr std::string_view kInteger = "an integer is outside the range of 64 signed bits";
constexpr std::string_view kTooLarge = "a number is too large for a double";
constexpr std::string_view kSurrogate = "a surrogate escape without its other half";
constexpr std::string_view kHex = "a \\u escape needs four hexadecimal digits";
constexpr std::string_view kNul = "a member name has a NUL";
constexpr std::string_view kMark = "a byte-order mark is not allowed";

const std::vector<Refused> kRefusedValues{
    {"", 0, kTooEarly},
    {" ", 1, kTooEarly},
    {"\0"sv, 0, kUnexpected},
    {"\xEF\xBB\xBF{}", 0, kMark},
    {"\xEF\xBB\xBF", 0, kMark},
    {" \xEF\xBB\xBF{}", 1, kUnexpected},
    {"\xFF\xFE[\0]\0"sv, 0, kUnexpected},
    {"nul", 3, kTooEarly},
    {"nulL", 3, kUnexpected},
    {"True", 0, kUnexpected},
    {"NaN", 0, kUnexpected},
    {"Infinity", 0, kUnexpected},
    {"-Infinity", 1, kUnexpected},
    {"undefined", 0, kUnexpected},
    {"'a'", 0, kUnexpected},
    {"// comment\n1", 0, kUnexpected},
    {"/* comment */ 1", 0, kUnexpected},
    {"1 // comment", 2, kTrailing},
    {"1 2", 2, kTrailing},
    {"{} {}", 3, kTrailing},
    {"[1]]", 3, kTrailing},
    {"[1]\0"sv, 3, kTrailing},
    {"1\0"sv, 1, kTrailing},
    {"00", 1, kTrailing},
    {"01", 1, kTrailing},
    {"0x10", 1, kTrailing},
    {"1.2.3", 3, kTrailing},
    {"+1", 0, kUnexpected},
    {".5", 0, kUnexpected},
    {"1.", 2, kTooEarly},
    {"1.e1", 2, kUnexpected},
    {"-", 1, kTooEarly},
    {"--1", 1, kUnexpected},
    {"-01", 2, kTrailing},
    {"1e", 2, kTooEarly},
    {"1e+", 3, kTooEarly},
    {"[1e]", 3, kUnexpected},
    {"9223372036854775808", 0, kInteger},
    {"-9223372036854775809", 0, kInteger},
    {"18446744073709551615", 0, kInteger},
    {"18446744073709551616", 0, kInteger},
    {"100000000000000000000000000000000000000", 0, kInteger},
    {"[1,18446744073709551615,2]", 3, kInteger},
    {"1e400", 0, kTooLarge},
    {"-1e400", 0, kTooLarge},
    {"1.7976931348623159e308", 0, kTooLarge},
    {"1e99999999999", 0, kTooLarge},
    {"0.000001e99999999999", 0, kTooLarge},
    {"[10000000000e300]", 1, kTooLarge},
};

const std::vector<Refused> kRefusedStrings{
    {"\"abc", 4, kTooEarly},
    {"\"a\nb\"", 2, kUnexpected},
    {"\"a\tb\"", 2, kUnexpected},
    {"\"a\0b\""sv, 2, kUnexpected},
    {R"("\x41")", 2, kUnexpected},
    {R"("\a")", 2, kUnexpected},
    {R"("\U0041")", 2, kUnexpected},
    {R"("\u004")", 3, kHex},
    {R"("\u00g0")", 3, kHex},
    {R"("\u-001")", 3, kHex},
    {R"("\u+001")", 3, kHex},
    {R"("\u 001")", 3, kHex},
    {R"("\u0x1f")", 3, kHex},
    {R"("\ud800")", 1, kSurrogate},
    {R"("\ud800x")", 1, kSurrogate},
    {R"("\ud800\n")", 1, kSurrogate},
    {R"("\ud800\ud800")", 1, kSurrogate},
    {R"("\ud800\u0041")", 1, kSurrogate},
    {R"("\ud800\u00")", 9, kHex},
    {R"("\udc00")", 1, kSurrogate},
    {R"("\udc00\ud800")", 1, kSurrogate},
    {R"({"\udc00":1})", 2, kSurrogate},
    {"\"\x80\"", 1, kUnexpected},
    {"\"\xC0\x80\"", 1, kUnexpected},
    {"\"\xC1\xBF\"", 1, kUnexpected},
    {"\"\xE0\x80\x80\"", 1, kUnexpected},
    {"\"\xED\xA0\x80\"", 1, kUnexpected},
    {"\"\xF0\x80\x80\x80\"", 1, kUnexpected},
    {"\"\xF4\x90\x80\x80\"", 1, kUnexpected},
    {"\"\xF5\x80\x80\x80\"", 1, kUnexpected},
    {"\"\xE2\x82\"", 1, kUnexpected},
    {"\"\xE2\x82", 1, kUnexpected},
    {"\"\xFF\"", 1, kUnexpected},
    {"\xC3\xA9", 0, kUnexpected},
    {"{\"\xC0\x80\":1}", 2, kUnexpected},
};

const std::vector<Refused> kRefusedContainers{
    {"[", 1, kTooEarly},
    {"[1", 2, kTooEarly},
    {"[1,", 3, kTooEarly},
    {"[1,]", 3, kUnexpected},
    {"[,1]", 1, kUnexpected},
    {"[1 2]", 3, kUnexpected},
    {"[1}", 2, kUnexpected},
    {"]", 0, kUnexpected},
    {"{", 1, kTooEarly},
    {R"({"a")", 4, kTooEarly},
    {R"({"a":)", 5, kTooEarly},
    {R"({"a":1,})", 7, kUnexpected},
    {R"({,"a":1})", 1, kUnexpected},
    {R"({"a" 1})", 5, kUnexpected},
    {R"({"a"=1})", 4, kUnexpected},
    {R"({a:1})", 1, kUnexpected},
    {R"({1:1})", 1, kUnexpected},
    {R"({"a":1 "b":2})", 7, kUnexpected},
    {R"({"a":1,"a":1})", 12, kDuplicate},
    {R"({"a":1,"b":2,"a":3})", 18, kDuplicate},
    {R"({"a":1,"\u0061":2})", 17, kDuplicate},
    {R"({"é":1,"\u00e9":2})", 18, kDuplicate},
    {R"({"":1,"":2})", 10, kDuplicate},
    {R"([{"x":{"a":1,"a":1}}])", 18, kDuplicate},
    {R"({"a\u0000b":1})", 10, kNul},
    {R"({"\u0000":1})", 8, kNul},
};

std::string nested(size_t levels, char open = '[', char close = ']') {
  return std::string(levels, open) + std::string(levels, close);
}

std::string object_of(size_t members, std::string_view last_name) {
  std::string text = "{";
  for (size_t i = 0; i < members; ++i) text += "\"name" + std::to_string(i) + "\":0,";
  return text + "\"" + std::string(last_name) + "\":0}";
}

std::string message_of(const base::Result<json::Value>& result) { return result ? "accepted" : result.error().message; }

}  // namespace

TEST_CASE("Texts that RFC 8259 and our limits allow are read as what they are") {
  for (const auto& [text, written] : kAccepted) {
    CAPTURE(text);
    const auto value = json::parse(text);
    REQUIRE_MESSAGE(value.has_value(), message_of(value));
    CHECK(json::write(*value) == written);
  }
}

TEST_CASE("Anything else is refused with the place and the rule") {
  for (const auto* const table : {&kRefusedValues, &kRefusedStrings, &kRefusedContainers}) {
    for (const auto& [text, at, rule] : *table) {
      CAPTURE(text);
      const auto value = json::parse(text);
      REQUIRE_FALSE(value.has_value());
      CHECK(value.error().code == base::Code::kInvalidArgument);
      CHECK(value.error().message == "Invalid JSON at byte " + std::to_string(at) + ": " + std::string(rule) + ".");
    }
  }
}

TEST_CASE("A refusal never repeats the text") {
  for (const auto text : {"{\"fake-token-123\":1,\"fake-token-123\":2}"sv, "fake-token-123"sv, "\"fake-token-123"sv,
                          "[1] fake-token-123"sv}) {
    CAPTURE(text);
    const auto value = json::parse(text);
    REQUIRE_FALSE(value.has_value());
    CHECK_FALSE(value.error().message.contains("fake-token"));
    CHECK_FALSE(value.error().detail.contains("fake-token"));
  }
}

TEST_CASE("Integers stay integers and numbers with a point or an exponent are doubles") {
  CHECK(json::parse("1").value().kind() == json::Kind::kInteger);
  CHECK(json::parse("9007199254740993").value().integer() == 9007199254740993);
  CHECK(json::parse("1.0").value().kind() == json::Kind::kNumber);
  CHECK(json::parse("1e0").value().kind() == json::Kind::kNumber);
  CHECK(json::parse("0.1").value().number() == 0.1);
  CHECK(json::parse("123456789012345678901234567890.5").value().number() == 123456789012345678901234567890.5);
}

TEST_CASE("Nesting is allowed up to the limit") {
  CHECK(json::parse(nested(32)).has_value());
  CHECK(json::parse(nested(33)).error().message == "Invalid JSON at byte 32: more than 32 levels of nesting.");
  CHECK(json::parse("{\"a\":" + nested(31) + "}").has_value());
  CHECK_FALSE(json::parse("{\"a\":" + nested(32) + "}").has_value());
  CHECK(json::parse(nested(10'000)).error().message == "Invalid JSON at byte 32: more than 32 levels of nesting.");
  CHECK(json::parse(std::string(10'000, '[')).error().message ==
        "Invalid JSON at byte 32: more than 32 levels of nesting.");
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  CHECK_FALSE(json::parse(objects).has_value());
  const json::Limits flat{.depth_max = 0};
  CHECK(json::parse("1", flat).has_value());
  CHECK_FALSE(json::parse("[]", flat).has_value());
}

TEST_CASE("Size is allowed up to the limit") {
  const json::Limits limits{.bytes_max = 6};
  CHECK(json::parse("[1, 2]", limits).has_value());
  CHECK(json::parse("[1, 2] ", limits).error().message == "Invalid JSON at byte 6: more than 6 bytes.");
}

TEST_CASE("The number of values is allowed up to the limit, containers included and names not") {
  const json::Limits limits{.values_max = 4};
  CHECK(json::parse("[1,2,3]", limits).has_value());
  CHECK(json::parse("[1,2,3,4]", limits).error().message ==
        "Invalid JSON at byte 7: the document has too many values.");
  CHECK(json::parse(R"({"a":1,"b":2,"c":3})", limits).has_value());
  CHECK_FALSE(json::parse("[[],[],[],[]]", limits).has_value());
  CHECK_FALSE(json::parse("1", {.values_max = 0}).has_value());
}

TEST_CASE("Duplicates are found in small and in large objects") {
  for (const size_t members : {1U, 14U, 15U, 16U, 17U, 100U, 5'000U}) {
    CAPTURE(members);
    CHECK(json::parse(object_of(members, "name")).has_value());
    const auto refused = json::parse(object_of(members, "name0"));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.ends_with(std::string(kDuplicate) + "."));
    CHECK_FALSE(json::parse(object_of(members, "\\u006eame0")).has_value());
  }
}

TEST_CASE("The place of a problem is found behind many kilobytes") {
  for (const size_t before : {4'090U, 4'095U, 4'096U, 4'097U, 8'192U, 20'000U}) {
    CAPTURE(before);
    const std::string start = "[\"" + std::string(before, 'a') + "\",";
    const auto refused = json::parse(start + "x]");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.starts_with("Invalid JSON at byte " + std::to_string(start.size()) + ":"));
    const auto duplicate = json::parse(start + R"({"a":1,"a":2}])");
    REQUIRE_FALSE(duplicate.has_value());
    CHECK(duplicate.error().message.starts_with("Invalid JSON at byte " + std::to_string(start.size() + 12) + ":"));
  }
}

TEST_CASE("Long strings with many escapes are put together in order") {
  std::string text = "\"";
  std::string expected;
  for (int i = 0; i < 5'000; ++i) {
    text += "ab\\n\\u00e9";
    expected += "ab\né";
  }
  CHECK(json::parse(text + "\"").value().string() == expected);
  const auto object = json::parse("{" + text + "\":" + text + "\"}").value();
  CHECK(object.object().begin()->name == expected);
  CHECK(object.object().begin()->value.string() == expected);
}
