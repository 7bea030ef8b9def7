#include "audit/checkpoint.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/hash.h"

namespace audit {
namespace {

constexpr std::string_view kOriginStart = "spotify-mcp-server/audit/";
constexpr std::string_view kSignatureStart = "\xE2\x80\x94 ";  // An em dash, as signed-note says.
constexpr std::string_view kAlgorithm = "\x01";                // Ed25519.
constexpr size_t kKeyHashBytes = 4;

std::string key_material(const crypto::Ed25519::PublicKey& key) {
  return std::string(kAlgorithm).append(crypto::ByteView(key).text());
}

}  // namespace

CheckpointSigner::CheckpointSigner(std::string_view id, const crypto::Key& seed)
    : origin_(std::string(kOriginStart).append(id)), signer_(seed), public_key_(signer_.public_key()) {
  const crypto::Digest digest = crypto::sha256(origin_ + "\n" + key_material(public_key_));
  key_hash_ = crypto::ByteView(digest).text().substr(0, kKeyHashBytes);
}

std::string CheckpointSigner::sign(const Checkpoint& checkpoint) const {
  const std::string body =
      fmt::format("{}\n{}\n{}\n", origin_, checkpoint.size, crypto::base64_encode(checkpoint.root));
  const crypto::Ed25519::Signature signature = signer_.sign(body);
  return fmt::format("{}\n{}{} {}\n", body, kSignatureStart, origin_,
                     crypto::base64_encode(key_hash_ + std::string(crypto::ByteView(signature).text())));
}

std::optional<Checkpoint> CheckpointSigner::open(std::string_view note) const {
  const auto lines = base::split(note, '\n');
  if (lines.size() != kCheckpointLines + 1 || !lines[5].empty()) return std::nullopt;
  Checkpoint checkpoint;
  const auto size = base::parse_integer(lines[1]);
  const auto root = crypto::base64_decode(lines[2]);
  if (!size || *size < 0 || !root || root->size() != checkpoint.root.size()) return std::nullopt;
  checkpoint.size = static_cast<uint64_t>(*size);
  std::ranges::copy(crypto::ByteView(*root).bytes(), checkpoint.root.begin());

  const std::string start = std::string(kSignatureStart) + origin_ + " ";
  if (lines[0] != origin_ || !lines[3].empty() || !lines[4].starts_with(start)) return std::nullopt;
  const auto blob = crypto::base64_decode(lines[4].substr(start.size()));
  if (!blob || !blob->starts_with(key_hash_)) return std::nullopt;
  const std::string_view body = note.substr(0, note.size() - lines[4].size() - 2);
  if (lines[1] != std::to_string(checkpoint.size)) return std::nullopt;
  if (!crypto::ed25519_verify(public_key_, body, blob->substr(kKeyHashBytes))) return std::nullopt;
  return checkpoint;
}

std::string CheckpointSigner::verifier_key() const {
  return fmt::format("{}+{}+{}", origin_, crypto::to_hex(key_hash_),
                     crypto::base64_encode(key_material(public_key_)));
}

}  // namespace audit
