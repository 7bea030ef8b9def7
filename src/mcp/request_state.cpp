#include "mcp/request_state.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/check.h"
#include "crypto/base64.h"
#include "crypto/hash.h"
#include "crypto/random_text.h"
#include "json/parse.h"
#include "json/write.h"

namespace mcp {
namespace {

// Answers came through the parser of messages; in a state they stand two levels deeper.
constexpr size_t kStateDepthMax = 128;
constexpr size_t kIdBytes = 16;
constexpr size_t kStateJsonBytesMax = 2 * RequestStates::kBytesMax;
// Of a digest, which only has to differ from that of any other question.
constexpr size_t kDigestChars = 32;

// A client may write the members of its params in another order when it sends them again.
json::Value canonical(const json::Value& value) {
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.array()) items.push_back(canonical(item));
    return items;
  }
  if (!value.is_object()) return value;
  std::vector<json::Member> members;
  for (const auto& [name, each] : value.object()) members.push_back({name, canonical(each)});
  std::ranges::sort(members, {}, &json::Member::name);
  return json::Object(std::move(members));
}

// What a state belongs to. The members that differ from round to round are left out.
std::string belonging(const Principal& principal, const Call& call) {
  json::Object params = call.params;
  for (const std::string_view changing : {"_meta", "inputResponses", "requestState"}) params.erase(changing);
  const std::string digest = crypto::to_hex(crypto::sha256(json::write(canonical(std::move(params)))));
  return json::write(json::Array{"mcp-request-state/3", principal.id, call.method, digest});
}

base::Error refused() {
  return {base::Code::kInvalidArgument,
          "The requestState does not belong to this request, or is too old. Send the request again without it.",
          {},
          std::nullopt};
}

}  // namespace

void MemorySpentStates::forget_old(Ids& ids) const {
  const base::Wall now = clock_.wall();
  std::erase_if(ids, [now](const auto& each) { return each.second < now; });
}

base::Task<SpentStates::Spending> MemorySpentStates::spend(std::string principal, std::string id, base::Wall until) {
  if (!until_.contains(principal) && until_.size() >= kPrincipalsMax) {
    for (auto& [each, ids] : until_) forget_old(ids);
    std::erase_if(until_, [](const auto& each) { return each.second.empty(); });
    if (until_.size() >= kPrincipalsMax) co_return Spending::kFull;
  }
  Ids& ids = until_[std::move(principal)];
  if (ids.size() >= kIdsPerPrincipalMax) forget_old(ids);
  if (ids.size() >= kIdsPerPrincipalMax) co_return Spending::kFull;
  co_return ids.emplace(std::move(id), until).second ? Spending::kFirst : Spending::kAgain;
}

std::string digest_of(const Question& question) {
  const std::string text = json::write(json::Array{question.method, canonical(question.params)});
  return crypto::to_hex(crypto::sha256(text)).substr(0, kDigestChars);
}

RequestStates::RequestStates(std::vector<crypto::Key> keys, const base::Clock& clock, base::Random& random)
    : clock_(clock), random_(random) {
  set_keys(std::move(keys));
}

void RequestStates::set_keys(std::vector<crypto::Key> keys) {
  ENSURE(!keys.empty());
  boxes_.clear();
  for (crypto::Key& key : keys) boxes_.emplace_back(std::move(key));
}

base::Result<std::string> RequestStates::seal(const Principal& principal, const Call& call, std::string id,
                                              const Rounds& rounds, base::Duration lifetime) const {
  json::Object asked;
  for (const auto& [key, digest] : rounds.asked) asked.append(key, digest);
  json::Object given;
  for (const auto& [key, answer] : rounds.answers) given.append(key, answer);
  if (id.empty()) id = crypto::random_token(random_, kIdBytes);
  const base::Wall expiry = clock_.wall() + std::chrono::duration_cast<std::chrono::milliseconds>(lifetime);
  const std::string text = json::write(json::Object{{"id", std::move(id)},
                                                    {"expires", expiry.unix_ms},
                                                    {"asked", std::move(asked)},
                                                    {"answers", std::move(given)}});
  if (text.size() > kBytesMax) {
    return base::fail(base::Code::kInvalidArgument, "The answers are too long. Answer more briefly.");
  }
  return crypto::base64url_encode(boxes_.front().seal(random_, belonging(principal, call), text));
}

base::Result<RequestStates::Opened> RequestStates::open(const Principal& principal, const Call& call,
                                                        std::string_view sealed) const {
  const auto box = crypto::base64url_decode(sealed);
  if (!box) return std::unexpected(refused());
  const std::string bound = belonging(principal, call);
  std::optional<std::string> text;
  for (auto each = boxes_.begin(); !text && each != boxes_.end(); ++each) {
    if (auto opened = each->open(bound, *box)) text = *std::move(opened);
  }
  if (!text) return std::unexpected(refused());
  const json::Limits limits{.bytes_max = kStateJsonBytesMax, .depth_max = kStateDepthMax};
  TRY(const json::Value value, json::parse(*text, limits));
  Opened opened{.rounds = {}, .id = value.find("id")->string(), .expires = {value.find("expires")->integer()}};
  if (opened.expires < clock_.wall()) return std::unexpected(refused());
  for (const auto& [key, digest] : value.find("asked")->object()) opened.rounds.asked.emplace(key, digest.string());
  for (const auto& [key, answer] : value.find("answers")->object()) {
    opened.rounds.answers.emplace(key, answer.object());
  }
  return opened;
}

}  // namespace mcp
