#include "sim/spotify/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "json/parse.h"

namespace sim::spotify {
namespace {

constexpr auto kKinds = std::to_array<std::pair<std::string_view, FaultKind>>({
    {"rate_limit", FaultKind::kRateLimit},
    {"rate_limit_long", FaultKind::kRateLimitLong},
    {"quota_exceeded", FaultKind::kQuotaExceeded},
    {"status", FaultKind::kStatus},
    {"status_after", FaultKind::kStatusAfter},
    {"slow", FaultKind::kSlow},
    {"refused", FaultKind::kRefused},
    {"reset_before", FaultKind::kResetBefore},
    {"reset_after", FaultKind::kResetAfter},
    {"truncated_json", FaultKind::kTruncatedJson},
    {"premium_owner", FaultKind::kPremiumOwner},
    {"not_registered", FaultKind::kNotRegistered},
    {"opaque_200", FaultKind::kOpaque200},
    {"empty_200", FaultKind::kEmpty200},
    {"no_content", FaultKind::kNoContentRead},
    {"expired_token", FaultKind::kExpiredToken},
    {"extra_fields", FaultKind::kExtraFields},
    {"null_items", FaultKind::kNullItems},
    {"unknown_type", FaultKind::kUnknownType},
    {"huge_page", FaultKind::kHugePage},
    {"gzip", FaultKind::kGzip},
    {"chunked", FaultKind::kChunked},
});

std::string_view without_version(std::string_view path) {
  if (path.starts_with("/v1/")) path.remove_prefix(3);
  return path;
}

bool matches(const FaultRule& rule, std::string_view method, std::string_view path) {
  if (!rule.method.empty() && rule.method != method) return false;
  std::string_view wanted = without_version(rule.path);
  path = without_version(path);
  if (wanted.ends_with('$')) {
    wanted.remove_suffix(1);
    return path == wanted;
  }
  return path.starts_with(wanted);
}

std::unexpected<base::Error> bad_rule(size_t i, std::string_view what) {
  return base::fail(base::Code::kInvalidArgument, fmt::format("Rule {} of the fault plan: {}.", i, what));
}

// One member of a rule. False when the value has the wrong type or an unknown word.
bool set_member(FaultRule& rule, std::string_view name, const json::Value& value) {
  constexpr auto kTexts = std::to_array<std::string_view>({"kind", "method", "path", "body", "message", "reason"});
  if (std::ranges::find(kTexts, name) != kTexts.end()) {
    if (!value.is_string()) return false;
    const std::string& text = value.string();
    if (name == "message") return rule.message = text, true;
    if (name == "reason") return rule.reason = text, true;
    if (name == "method") return rule.method = text, true;
    if (name == "path") return rule.path = text, true;
    if (name == "kind") {
      const auto kind = parse_fault_kind(text);
      if (kind) rule.kind = *kind;
      return kind.has_value();
    }
    rule.body = text == "html" ? FaultBody::kHtml : text == "text" ? FaultBody::kText : FaultBody::kJson;
    return text == "html" || text == "text" || text == "json";
  }
  if (!value.is_integer() || value.integer() < 0 || value.integer() > 1'000'000'000) return false;
  const int64_t number = value.integer();
  if (name == "skip") return rule.skip = static_cast<int>(number), true;
  if (name == "times") return rule.times = static_cast<int>(number), true;
  if (name == "status") return rule.status = static_cast<int>(number), number >= 200 && number <= 599;
  if (name == "delay_ms") return rule.delay_ms = number, true;
  if (name == "retry_after_s") return rule.retry_after_s = number, true;
  return false;
}

}  // namespace

std::optional<FaultKind> parse_fault_kind(std::string_view name) {
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

FaultPlan::FaultPlan(std::vector<FaultRule> rules) {
  for (FaultRule& rule : rules) add(std::move(rule));
}

base::Result<FaultPlan> FaultPlan::parse(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  const json::Value* rules = document.find("rules");
  if (rules == nullptr || !rules->is_array()) {
    return base::fail(base::Code::kInvalidArgument, "A fault plan is an object with an array \"rules\".");
  }
  FaultPlan plan;
  for (size_t i = 0; i < rules->array().size(); ++i) {
    const json::Value& given = rules->array()[i];
    if (!given.is_object()) return bad_rule(i, "it is not an object");
    if (given.find("kind") == nullptr) return bad_rule(i, "it has no \"kind\"");
    FaultRule rule;
    for (const json::Member& member : given.object()) {
      if (!set_member(rule, member.name, member.value)) {
        return bad_rule(i, fmt::format("\"{}\" is unknown or has a value that cannot be used", member.name));
      }
    }
    plan.add(std::move(rule));
  }
  return plan;
}

void FaultPlan::add(FaultRule rule) { rules_.push_back({std::move(rule), 0}); }

const FaultRule* FaultPlan::next(std::string_view method, std::string_view path) {
  const FaultRule* acting = nullptr;
  for (Active& active : rules_) {
    if (!matches(active.rule, method, path)) continue;
    const int seen = active.seen++;
    const bool due = seen >= active.rule.skip && seen < active.rule.skip + active.rule.times;
    if (due && acting == nullptr) acting = &active.rule;
  }
  return acting;
}

void add_extra_fields(json::Value& value) {
  if (value.is_array()) {
    for (json::Value& item : value.array()) add_extra_fields(item);
  }
  if (!value.is_object()) return;
  for (json::Member& member : value.object()) add_extra_fields(member.value);
  value.object().set("sim_unknown_member", json::Object{{"nested", json::Array{1, "two", nullptr}}});
}

void null_items(json::Value& value) {
  if (value.is_array()) {
    for (json::Value& item : value.array()) null_items(item);
  }
  if (!value.is_object()) return;
  for (json::Member& member : value.object()) {
    if (member.name == "items" && member.value.is_array()) {
      json::Array& items = member.value.array();
      for (size_t i = 1; i < items.size(); i += 2) items[i] = nullptr;
    }
    null_items(member.value);
  }
}

void make_types_unknown(json::Value& value) {
  if (value.is_array()) {
    for (json::Value& item : value.array()) make_types_unknown(item);
  }
  if (!value.is_object()) return;
  for (json::Member& member : value.object()) {
    if (member.name == "type" && member.value.is_string()) member.value = "hologram";
    make_types_unknown(member.value);
  }
}

void make_pages_huge(json::Value& value) {
  constexpr size_t kItems = 1000;
  if (!value.is_object()) return;
  for (json::Member& member : value.object()) {
    if (member.name == "items" && member.value.is_array() && !member.value.array().empty()) {
      json::Array& items = member.value.array();
      const size_t own = items.size();
      items.reserve(kItems);
      for (size_t i = own; i < kItems; ++i) items.push_back(json::Value(items[i % own]));
    } else {
      make_pages_huge(member.value);
    }
  }
}

}  // namespace sim::spotify
