// What a person filled in, against the form: a table of what fits and of what is said where it does not.
#include "mcp/form.h"

#include <string>
#include <string_view>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

// What is said of the value `value` in the one field "a" that is described so.
std::string flaw(std::string_view field, std::string_view value) {
  const std::string schema = fmt::format(R"({{"type":"object","properties":{{"a":{}}}}})", field);
  const std::string content = fmt::format(R"({{"a":{}}})", value);
  return mcp::find_form_flaw(test::parsed(schema).object(), test::parsed(content).object()).value_or("");
}

struct Row {
  std::string_view field;
  std::string_view value;
  std::string_view said;  // After "The field "a" "; "" where it fits.
};

void check_rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.field);
    CAPTURE(row.value);
    CHECK(flaw(row.field, row.value) == (row.said.empty() ? "" : fmt::format("The field \"a\" {}.", row.said)));
  }
}

}  // namespace

TEST_CASE("form: texts, their lengths and their formats") {
  constexpr std::string_view kDate = R"({"type":"string","format":"date"})";
  constexpr std::string_view kTime = R"({"type":"string","format":"date-time"})";
  constexpr std::string_view kEmail = R"({"type":"string","format":"email"})";
  constexpr std::string_view kUri = R"({"type":"string","format":"uri"})";
  constexpr std::string_view kLength = R"({"type":"string","minLength":2,"maxLength":3})";
  check_rows({
      {R"({"type":"string"})", R"("x")", ""},
      {R"({"type":"string"})", "5", "must be a string"},
      {R"({"type":"string"})", "null", "must be a string"},
      {R"({"type":"string"})", R"({"b":1})", "must be a string"},
      {kLength, R"("ab")", ""},
      {kLength, R"("äöü")", ""},  // Characters, not bytes.
      {kLength, R"("a")", "must have at least 2 characters"},
      {kLength, R"("abcd")", "must have at most 3 characters"},
      {kDate, R"("2024-02-29")", ""},
      {kDate, R"("2026-02-29")", "must be a date such as 2026-07-28"},
      {kDate, R"("2026-2-9")", "must be a date such as 2026-07-28"},
      {kDate, R"("")", "must be a date such as 2026-07-28"},
      {kTime, R"("2026-07-28T12:30:00Z")", ""},
      {kTime, R"("2026-07-28T12:30:60.25+02:00")", ""},
      {kTime, R"("2026-07-28T24:00:00Z")", "must be a time such as 2026-07-28T12:30:00Z"},
      {kTime, R"("2026-07-28T12:30:00")", "must be a time such as 2026-07-28T12:30:00Z"},
      {kTime, R"("2026-07-28T12:30:00.Z")", "must be a time such as 2026-07-28T12:30:00Z"},
      {kTime, R"("2026-07-28")", "must be a time such as 2026-07-28T12:30:00Z"},
      {kEmail, R"("ada@example.com")", ""},
      {kEmail, R"("ada")", "must be an email address"},
      {kEmail, R"("@example.com")", "must be an email address"},
      {kEmail, R"("a b@example.com")", "must be an email address"},
      {kEmail, R"("ada@example..com")", "must be an email address"},
      {kUri, R"("https://example.com/")", ""},
      {kUri, R"("urn:x")", ""},
      {kUri, R"("/x")", "must be a URI"},
      {kUri, R"("https:")", "must be a URI"},
      {kUri, R"("https://a b")", "must be a URI"},
  });
}

TEST_CASE("form: numbers and truths") {
  constexpr std::string_view kAge = R"({"type":"integer","minimum":1,"maximum":9})";
  constexpr std::string_view kScore = R"({"type":"number","minimum":0.5})";
  check_rows({
      {kAge, "1", ""},
      {kAge, "9.0", ""},
      {kAge, "0", "must be at least 1"},
      {kAge, "10", "must be at most 9"},
      {kAge, "1.5", "must be a whole number"},
      {kAge, R"("5")", "must be a number"},
      {kScore, "0.5", ""},
      {kScore, "7", ""},
      {kScore, "0.4", "must be at least 0.5"},
      {kScore, "true", "must be a number"},
      {R"({"type":"boolean"})", "false", ""},
      {R"({"type":"boolean"})", R"("true")", "must be true or false"},
      {R"({"type":"boolean"})", "1", "must be true or false"},
  });
}

TEST_CASE("form: one choice, and several") {
  constexpr std::string_view kPlain = R"({"type":"string","enum":["a","b"]})";
  constexpr std::string_view kTitled = R"({"type":"string","oneOf":[{"const":"a","title":"A"}]})";
  constexpr std::string_view kMany =
      R"({"type":"array","minItems":1,"maxItems":2,"items":{"type":"string","enum":["a","b"]}})";
  constexpr std::string_view kManyTitled = R"({"type":"array","items":{"anyOf":[{"const":"a","title":"A"}]}})";
  check_rows({
      {kPlain, R"("b")", ""},
      {kPlain, R"("c")", "must be one of its choices"},
      {kPlain, R"(["a"])", "must be a string"},
      {kTitled, R"("a")", ""},
      {kTitled, R"("A")", "must be one of its choices"},
      {kMany, R"(["a","b"])", ""},
      {kMany, "[]", "must have at least 1 choice"},
      {kMany, R"(["a","b","a"])", "must have at most 2 choices"},
      {kMany, R"(["c"])", "is a list of which each entry must be one of its choices"},
      {kMany, R"("a")", "must be a list"},
      {kManyTitled, R"(["a"])", ""},
      {kManyTitled, R"([5])", "is a list of which each entry must be a string"},
  });
}

TEST_CASE("form: what must be there, and what nobody asked for") {
  const json::Object form = test::parsed(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},)"
                                         R"("b":{"type":"string"}}})")
                                .object();
  const auto said = [&](std::string_view content) {
    return mcp::find_form_flaw(form, test::parsed(content).object()).value_or("");
  };
  CHECK(said(R"({"a":"x"})").empty());
  CHECK(said("{}") == R"(The field "a" is required.)");
  CHECK(said(R"({"b":"x"})") == R"(The field "a" is required.)");
  CHECK(said(R"({"a":"x","c":1})") == R"(The form has no field "c".)");
  // A name of the client's is shown as plain text, and not at any length.
  CHECK(said(R"({"a":"x","c\u001b\n":1})") == R"(The form has no field "c??".)");
  // A form that says nothing of its fields takes them as they come.
  CHECK_FALSE(mcp::find_form_flaw({{"type", "object"}}, test::parsed(R"({"z":{"y":1}})").object()));
}
