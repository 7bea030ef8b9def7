#include "audit/pruned.h"

#include <utility>
#include <vector>

#include "audit/record.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "crypto/kdf.h"
#include "json/parse.h"
#include "json/write.h"

namespace audit {
namespace {

constexpr size_t kBytesMax = size_t{16} * 1024;
// As in the journal: a line of a hostile file must not make us compute keys for ever.
constexpr int64_t kEpochMax = 1'000'000;

crypto::Ed25519 signer_of(const Keys& keys) {
  return crypto::Ed25519(crypto::derive_key(keys.signing, "audit/pruned/1/" + keys.id));
}

std::unexpected<base::Error> damaged() {
  return base::fail(base::Code::kForbidden,
                    "The file that says where the pruned trail begins was changed, or belongs to another key. Run: "
                    "spotify-mcp-server audit verify");
}

std::optional<Pruned> parse(std::string_view text) {
  const auto value = json::parse(text, {.bytes_max = kBytesMax});
  const json::Value* epoch = value ? value->find("epoch") : nullptr;
  const json::Value* size = value ? value->find("size") : nullptr;
  const json::Value* listed = value ? value->find("tree") : nullptr;
  const auto mac = value ? parse_mac(value->text_or_empty("mac")) : std::nullopt;
  if (epoch == nullptr || !epoch->is_integer() || epoch->integer() < 0 || epoch->integer() > kEpochMax ||
      size == nullptr || !size->is_integer() || size->integer() < 0 || listed == nullptr || !listed->is_array() ||
      !mac) {
    return std::nullopt;
  }
  std::vector<Digest> peaks;
  for (const json::Value& each : listed->array()) {
    const auto peak = each.is_string() ? parse_mac(each.string()) : std::nullopt;
    if (!peak) return std::nullopt;
    peaks.push_back(*peak);
  }
  auto tree = Tree::restore(static_cast<uint64_t>(size->integer()), std::move(peaks));
  if (!tree) return std::nullopt;
  return Pruned{.epoch = static_cast<uint64_t>(epoch->integer()), .last_mac = *mac, .tree = *std::move(tree)};
}

}  // namespace

// One line of JSON, and one with the signature of the first.
std::string sign_pruned(const Pruned& pruned, const Keys& keys) {
  json::Array peaks;
  for (const Digest& peak : pruned.tree.peaks()) peaks.emplace_back(mac_text(peak));
  const std::string line = json::write(json::Object{{"size", static_cast<int64_t>(pruned.tree.size())},
                                                    {"epoch", static_cast<int64_t>(pruned.epoch)},
                                                    {"mac", mac_text(pruned.last_mac)},
                                                    {"tree", std::move(peaks)}});
  return line + "\n" + crypto::base64_encode(signer_of(keys).sign(line)) + "\n";
}

base::Result<Pruned> open_pruned(std::string_view text, const Keys& keys) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.ends_with('\n')) return damaged();
  const std::string_view line = text.substr(0, end);
  const std::string_view rest = text.substr(end + 1);
  const auto signature = crypto::base64_decode(rest.substr(0, rest.find('\n')));
  if (!signature || !crypto::ed25519_verify(signer_of(keys).public_key(), line, *signature)) return damaged();
  auto pruned = parse(line);
  if (!pruned) return damaged();
  return *std::move(pruned);
}

Chain chain_after(const Pruned& pruned, const crypto::Key& initial) {
  Chain chain(initial.clone());
  while (chain.epoch() < pruned.epoch) chain.evolve();
  return {chain.key().clone(), pruned.epoch, pruned.last_mac, pruned.tree};
}

}  // namespace audit
