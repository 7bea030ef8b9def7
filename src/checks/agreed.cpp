// What people have agreed about findings, as files that are read strictly: waivers, attestations, a baseline.
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "checks/report.h"
#include "checks/words.h"
#include "json/parse.h"
#include "schema/fields.h"

namespace checks {
namespace {

using Line = schema::Text<1, 500>;

struct WaiverText {
  Line id;
  Line reason;
  Line owner;
  Line ticket;
  Line expires;

  static constexpr auto fields() {
    return schema::Fields{schema::required("id", &WaiverText::id, "The check."),
                          schema::required("reason", &WaiverText::reason, "Why it is accepted."),
                          schema::required("owner", &WaiverText::owner, "Who accepts it."),
                          schema::required("ticket", &WaiverText::ticket, "Where it is tracked."),
                          schema::required("expires", &WaiverText::expires, "The last day, such as 2026-12-31.")};
  }
};
struct WaiverFile {
  std::vector<WaiverText> waivers;

  static constexpr auto fields() {
    return schema::Fields{schema::required("waivers", &WaiverFile::waivers, "What is accepted.")};
  }
};

struct AttestationText {
  Line id;
  Line date;
  Line owner;
  Line evidence;

  static constexpr auto fields() {
    return schema::Fields{schema::required("id", &AttestationText::id, "The check."),
                          schema::required("date", &AttestationText::date, "When it was done, such as 2026-11-30."),
                          schema::required("owner", &AttestationText::owner, "Who did it."),
                          schema::required("evidence", &AttestationText::evidence, "Where that can be seen.")};
  }
};
struct AttestationFile {
  std::vector<AttestationText> attestations;

  static constexpr auto fields() {
    return schema::Fields{schema::required("attestations", &AttestationFile::attestations, "What people have done.")};
  }
};

base::Result<void> check_id(const std::string& id) {
  // Two records that are no checks of their own.
  if (find_check(id) != nullptr || id == "ALERT-TEST") return {};
  return base::fail(base::Code::kInvalidArgument, "It names a check that nobody knows.");
}

std::unexpected<base::Error> no_day(const std::string& id) {
  return base::fail(base::Code::kInvalidArgument, fmt::format("{}: write a day as 2026-12-31.", id));
}

}  // namespace

base::Result<std::vector<Waiver>> read_waivers(std::string_view text, base::Wall now) {
  constexpr std::chrono::days kLongest{180};
  TRY(const json::Value document, json::parse(text));
  TRY(const WaiverFile file, schema::parse<WaiverFile>(document, schema::Mode::kStrict, "The waivers"));
  std::vector<Waiver> waivers;
  for (const WaiverText& each : file.waivers) {
    TRY_VOID(check_id(each.id.value()));
    const auto last = parse_day(each.expires.value());
    if (!last) return no_day(each.id.value());
    // The whole of its last day.
    const base::Wall expires = *last + std::chrono::days(1);
    if (expires - now > kLongest + std::chrono::days(1)) {
      return base::fail(base::Code::kInvalidArgument,
                        fmt::format("{}: a waiver holds for {} days at most.", each.id.value(), kLongest.count()));
    }
    waivers.push_back({each.id.value(), each.reason.value(), each.owner.value(), each.ticket.value(), expires});
  }
  return waivers;
}

base::Result<std::map<std::string, Attestation, std::less<>>> read_attestations(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  TRY(const AttestationFile file, schema::parse<AttestationFile>(document, schema::Mode::kStrict, "The attestations"));
  std::map<std::string, Attestation, std::less<>> all;
  for (const AttestationText& each : file.attestations) {
    TRY_VOID(check_id(each.id.value()));
    const auto date = parse_day(each.date.value());
    if (!date) return no_day(each.id.value());
    Attestation& said = all[each.id.value()];
    // Of several the latest counts.
    if (said.date <= *date) said = {*date, each.owner.value(), each.evidence.value()};
  }
  return all;
}

base::Result<std::set<std::string, std::less<>>> read_baseline(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  const json::Value* results = document.find("results");
  if (results == nullptr || !results->is_array()) {
    return base::fail(base::Code::kInvalidArgument, "It is no report of security-check in JSON.");
  }
  std::set<std::string, std::less<>> ids;
  for (const json::Value& each : results->array()) {
    const std::string_view status = each.text_or_empty("status");
    if (status == "fail" || status == "error") ids.emplace(each.text_or_empty("id"));
  }
  return ids;
}

}  // namespace checks
