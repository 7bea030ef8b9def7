#include "base/text.h"

#include <array>
#include <string>

#include "tests/test.h"

using namespace std::literals;

TEST_CASE("UTF-8 is valid exactly as RFC 3629 says") {
  for (const auto valid : {""sv, "plain"sv, "\0"sv, "é"sv, "€"sv, "𝄞"sv, "\xF4\x8F\xBF\xBF"sv, "\xED\x9F\xBF"sv,
                           "\xEE\x80\x80"sv, "\xC2\x80"sv, "\xE0\xA0\x80"sv, "\xF0\x90\x80\x80"sv}) {
    CAPTURE(valid);
    CHECK(base::is_valid_utf8(valid));
  }
  for (const auto invalid :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "a\xC2"sv, "\xC2\x41"sv, "\xE0\x9F\xBF"sv,
        "\xE2\x82"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
        "\xF5\x80\x80\x80"sv, "\xF0\x9D\x84"sv, "\xFE"sv, "\xFF"sv, "ok\xFFok"sv}) {
    CAPTURE(invalid);
    CHECK_FALSE(base::is_valid_utf8(invalid));
  }
}

TEST_CASE("Code points are counted, not bytes") {
  CHECK(base::count_code_points("") == 0);
  CHECK(base::count_code_points("aé€𝄞") == 4);
}

TEST_CASE("Control characters are C0, DEL and C1") {
  for (const auto with : {"\n"sv, "\0"sv, "a\x1F"sv, "\x7F"sv, "\xC2\x80"sv, "x\xC2\x9F"sv}) {
    CAPTURE(with);
    CHECK(base::has_control_characters(with));
  }
  for (const auto without : {""sv, " ~"sv, "\xC2\xA0"sv, "é€𝄞"sv}) {
    CAPTURE(without);
    CHECK_FALSE(base::has_control_characters(without));
  }
}

TEST_CASE("Lower case and comparison touch ASCII letters only") {
  CHECK(base::to_lower_ascii("AbZ@[É") == "abz@[É");
  CHECK(base::equals_ignoring_case("Content-Type", "content-TYPE"));
  CHECK_FALSE(base::equals_ignoring_case("a", "ab"));
  CHECK_FALSE(base::equals_ignoring_case("[", "{"));
  CHECK_FALSE(base::equals_ignoring_case("É", "é"));
}

TEST_CASE("Trimming takes blanks and tabs from the ends") {
  CHECK(base::trim(" \ta b\t ") == "a b");
  CHECK(base::trim("\n a") == "\n a");
  CHECK(base::trim("  ").empty());
}

TEST_CASE("Splitting keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(base::split("a,b,,c,", ',') == Parts{"a", "b", "", "c", ""});
  CHECK(base::split("", ',') == Parts{""});
}

TEST_CASE("An integer is the whole text or nothing") {
  CHECK(base::parse_integer("0") == 0);
  CHECK(base::parse_integer("-17") == -17);
  CHECK(base::parse_integer("9223372036854775807") == 9223372036854775807);
  for (const auto no : {""sv, "+1"sv, " 1"sv, "1 "sv, "1.0"sv, "0x10"sv, "-"sv, "9223372036854775808"sv, "1e3"sv}) {
    CAPTURE(no);
    CHECK_FALSE(base::parse_integer(no).has_value());
  }
}

TEST_CASE("The closest word is found when it is close enough") {
  constexpr std::array<std::string_view, 4> kWords{"client_id", "client_secret", "redirect_uri", "port"};
  CHECK(base::closest("clientid", kWords) == "client_id");
  CHECK(base::closest("redirect_url", kWords) == "redirect_uri");
  CHECK(base::closest("prot", kWords) == "port");
  CHECK(base::closest("pot", kWords) == "port");
  CHECK(base::closest("elephant", kWords) == std::nullopt);
  CHECK(base::closest("port", {}) == std::nullopt);
}
