#include "audit/state.h"

#include <utility>
#include <vector>

#include "base/secret.h"
#include "crypto/aead.h"
#include "json/parse.h"
#include "json/write.h"

namespace audit {
namespace {

// What the box is bound to.
std::string binding_of(const Keys& keys) { return "audit/state/1/" + keys.id; }

std::unexpected<base::Error> damaged() {
  return base::fail(base::Code::kForbidden,
                    "The state file of the audit trail was changed, or belongs to another key. Run: "
                    "spotify-mcp-server audit verify");
}

std::optional<uint64_t> number_of(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  if (member == nullptr || !member->is_integer() || member->integer() < 0) return std::nullopt;
  return static_cast<uint64_t>(member->integer());
}

std::optional<Tree> tree_of(const json::Value& value, uint64_t size) {
  const json::Value* listed = value.find("tree");
  if (listed == nullptr || !listed->is_array()) return std::nullopt;
  std::vector<Digest> peaks;
  for (const json::Value& each : listed->array()) {
    const auto peak = each.is_string() ? parse_mac(each.string()) : std::nullopt;
    if (!peak) return std::nullopt;
    peaks.push_back(*peak);
  }
  return Tree::restore(size, std::move(peaks));
}

}  // namespace

std::string seal_state(const State& state, const Keys& keys, base::Random& random) {
  json::Array peaks;
  for (const Digest& peak : state.chain.tree().peaks()) peaks.emplace_back(mac_text(peak));
  const base::Secret text(json::write(json::Object{{"key", std::string(state.chain.key().to_base64().reveal())},
                                                   {"epoch", static_cast<int64_t>(state.chain.epoch())},
                                                   {"size", static_cast<int64_t>(state.chain.size())},
                                                   {"mac", mac_text(state.chain.last_mac())},
                                                   {"tree", std::move(peaks)},
                                                   {"segment", state.segment},
                                                   {"offset", static_cast<int64_t>(state.offset)},
                                                   {"began", state.began.unix_ms}}));
  return crypto::Aes256Gcm(keys.state.clone()).seal(random, binding_of(keys), text.reveal());
}

base::Result<State> open_state(const std::string& sealed, const Keys& keys) {
  const auto text = crypto::Aes256Gcm(keys.state.clone()).open_secret(binding_of(keys), sealed);
  if (!text) return damaged();
  const auto value = json::parse(text->reveal());
  if (!value) return damaged();
  auto key = crypto::Key::from_base64(base::Secret(std::string(value->text_or_empty("key"))));
  const auto mac = parse_mac(value->text_or_empty("mac"));
  const auto epoch = number_of(*value, "epoch");
  const auto size = number_of(*value, "size");
  const auto offset = number_of(*value, "offset");
  const auto began = number_of(*value, "began");
  auto tree = size ? tree_of(*value, *size) : std::nullopt;
  if (!key || !mac || !epoch || !tree || !offset || !began) return damaged();
  return State{.chain = Chain(*std::move(key), *epoch, *mac, *std::move(tree)),
               .segment = std::string(value->text_or_empty("segment")),
               .offset = *offset,
               .began = {static_cast<int64_t>(*began)}};
}

}  // namespace audit
