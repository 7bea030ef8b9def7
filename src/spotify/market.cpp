#include "spotify/market.h"

namespace spotify {
namespace {

// The assigned codes of ISO 3166-1 (249) and XK, which Spotify uses for Kosovo. Each is followed by a space.
constexpr std::string_view kAssigned =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ "
    "BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR "
    "CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU "
    "ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
    "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
    "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR "
    "TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

base::Result<Market> Market::parse(std::string_view text) {
  if (text.size() == 2) {
    const std::array<char, 2> folded{upper(text[0]), upper(text[1])};
    for (size_t at = 0; at < kAssigned.size(); at += 3) {
      if (kAssigned.substr(at, 2) == std::string_view(folded.data(), 2)) {
        Market out;
        out.text_ = folded;
        return out;
      }
    }
  }
  return base::fail(base::Code::kInvalidArgument, "must be a two-letter country code (ISO 3166-1) such as SE");
}

json::Object Market::constraints() { return {{"pattern", "^[A-Za-z]{2}$"}}; }

}  // namespace spotify
