// Markets: every pair of letters against the assigned ones.
#include "spotify/market.h"

#include <string>
#include <string_view>
#include <utility>

#include "tests/test.h"

namespace spotify {
namespace {

// By first letter, the second letters that ISO 3166-1 has assigned (and XK); written down apart from the code's table.
constexpr std::pair<char, std::string_view> kAssigned[] = {
    {'A', "DEFGILMOQRSTUWXZ"},
    {'B', "ABDEFGHIJLMNOQRSTVWYZ"},
    {'C', "ACDFGHIKLMNORUVWXYZ"},
    {'D', "EJKMOZ"},
    {'E', "CEGHRST"},
    {'F', "IJKMOR"},
    {'G', "ABDEFGHILMNPQRSTUWY"},
    {'H', "KMNRTU"},
    {'I', "DELMNOQRST"},
    {'J', "EMOP"},
    {'K', "EGHIMNPRWYZ"},
    {'L', "ABCIKRSTUVY"},
    {'M', "ACDEFGHKLMNOPQRSTUVWXYZ"},
    {'N', "ACEFGILOPRUZ"},
    {'O', "M"},
    {'P', "AEFGHKLMNRSTWY"},
    {'Q', "A"},
    {'R', "EOSUW"},
    {'S', "ABCDEGHIJKLMNORSTVXYZ"},
    {'T', "CDFGHJKLMNORTVWZ"},
    {'U', "AGMSYZ"},
    {'V', "ACEGINU"},
    {'W', "FS"},
    {'X', "K"},
    {'Y', "ET"},
    {'Z', "AMW"},
};

bool is_assigned(char first, char second) {
  for (const auto& [letter, seconds] : kAssigned) {
    if (letter == first) return seconds.contains(second);
  }
  return false;
}

TEST_CASE("of 676 pairs of letters exactly the assigned 250 are markets") {
  int accepted = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      CAPTURE(code);
      const auto market = Market::parse(code);
      CHECK(market.has_value() == is_assigned(first, second));
      if (!market) continue;
      ++accepted;
      CHECK(market->text() == code);
      const std::string lower{static_cast<char>(first + 32), static_cast<char>(second + 32)};
      CHECK(Market::parse(lower).value() == *market);
    }
  }
  CHECK(accepted == 250);
}

TEST_CASE("what is no pair of letters is refused") {
  for (const std::string_view text : {"", "S", "SWE", "S ", " S", "12", "S1", "..", "from_token",
                                      "\xC3\xA9", "ZZ", "EU", "UK"}) {
    CAPTURE(text);
    const auto market = Market::parse(text);
    CHECK(!market.has_value());
    CHECK(market.error().message == "must be a two-letter country code (ISO 3166-1) such as SE");
  }
  CHECK(Market::parse("XK").has_value());
  CHECK(Market::parse("sE").value().text() == "SE");
  CHECK(Market().text() == "");
}

}  // namespace
}  // namespace spotify
