#include "config/sealed_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "base/check.h"
#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "json/parse.h"
#include "json/write.h"

namespace config {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kMagic = "SMCF1";
constexpr std::string_view kBegin = R"({"magic":)";
constexpr int64_t kVersion = 1;
constexpr std::string_view kAead = "aes-256-gcm";
constexpr std::string_view kKeyPurpose = "smcf1/config";
constexpr std::string_view kCommitmentPurpose = "smcf1/commitment";
constexpr std::string_view kIdPurpose = "smcf1/key-id";
constexpr size_t kIdBytes = 8;

// Whoever can write the file chooses these, and we pay before we know who it was. The floors are those of crypto/kdf.h;
// the ceilings are below its own, since nothing but seal() writes them: a quarter of a gibibyte, about two seconds.
constexpr crypto::Argon2Cost kCostMin{.memory_kib = 19 * 1024, .passes = 2, .lanes = 1};
constexpr crypto::Argon2Cost kCostMax{.memory_kib = 256 * 1024, .passes = 6, .lanes = 4};

std::unexpected<base::Error> malformed(std::string_view what) {
  return fail(Code::kInvalidArgument,
              fmt::format("This is no sealed configuration of this program: {}. Restore it from a backup, or seal the "
                          "plain file again with `spotify-mcp-server config seal`.",
                          what));
}

std::unexpected<base::Error> changed() {
  return fail(Code::kForbidden,
              "The file was changed or cut after it was sealed, and is not used. Restore it from a backup, or seal the "
              "plain file again with `spotify-mcp-server config seal`.");
}

bool is_affordable(const crypto::Argon2Cost& cost) {
  return cost.memory_kib >= kCostMin.memory_kib && cost.memory_kib <= kCostMax.memory_kib &&
         cost.passes >= kCostMin.passes && cost.passes <= kCostMax.passes && cost.lanes >= kCostMin.lanes &&
         cost.lanes <= kCostMax.lanes;
}

// The one spelling of a header; what is read must be equal to it.
std::string write_header(const SealedHeader& header) {
  json::Object params;
  if (header.stretched) {
    params = {{"memory_kib", int64_t{header.stretched->memory_kib}},
              {"passes", int64_t{header.stretched->passes}},
              {"lanes", int64_t{header.stretched->lanes}}};
  }
  return json::write(json::Object{
      {"magic", kMagic},
      {"v", kVersion},
      {"env", schema::enum_name(header.environment)},
      {"generation", header.generation},
      {"created", header.created},
      {"kid", header.key_id},
      {"kdf", json::Object{{"id", header.stretched ? "argon2id" : "hkdf-sha256"},
                           {"salt", crypto::base64_encode(header.salt)},
                           {"params", std::move(params)}}},
      {"aead", kAead},
      {"nonce", crypto::base64_encode(header.nonce)},
      {"commit", crypto::base64_encode(header.commitment)},
  });
}

template <size_t Size>
bool read_bytes(const json::Value& object, std::string_view name, std::array<std::byte, Size>& out) {
  const auto decoded = crypto::base64_decode(object.text_or_empty(name));
  if (!decoded || decoded->size() != Size) return false;
  std::ranges::copy(std::as_bytes(std::span(*decoded)), out.begin());
  return true;
}

bool read_integer(const json::Value& object, std::string_view name, int64_t min, int64_t max, int64_t& out) {
  const json::Value* value = object.find(name);
  if (value == nullptr || !value->is_integer() || value->integer() < min || value->integer() > max) return false;
  out = value->integer();
  return true;
}

// Only "2026-11-24T05:52:00Z" and its like: a header may be printed.
bool is_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  return std::ranges::equal(text, kShape, [](char given, char wanted) {
    return wanted == '0' ? given >= '0' && given <= '9' : given == wanted;
  });
}

bool is_key_id(std::string_view text) {
  return text.size() == 2 * kIdBytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> read_derivation(const json::Value& kdf, SealedHeader& header) {
  if (!read_bytes(kdf, "salt", header.salt)) return malformed("the salt in its header is not 32 bytes in base64");
  const std::string_view id = kdf.text_or_empty("id");
  if (id == "hkdf-sha256") return {};
  if (id != "argon2id") return malformed("its header names a key derivation that nobody knows");
  const json::Value* params = kdf.find("params");
  int64_t memory_kib = 0;
  int64_t passes = 0;
  int64_t lanes = 0;
  const bool complete = params != nullptr && read_integer(*params, "memory_kib", 1, UINT32_MAX, memory_kib) &&
                        read_integer(*params, "passes", 1, UINT32_MAX, passes) &&
                        read_integer(*params, "lanes", 1, UINT32_MAX, lanes);
  if (!complete) return malformed("its header has no cost for argon2id");
  const crypto::Argon2Cost cost{.memory_kib = static_cast<uint32_t>(memory_kib),
                                .passes = static_cast<uint32_t>(passes),
                                .lanes = static_cast<uint32_t>(lanes)};
  if (!is_affordable(cost)) return malformed("the cost of argon2id in its header is outside of what we accept");
  header.stretched = cost;
  return {};
}

// The line without its end; longer ones are not even looked through.
Result<std::string_view> header_line(std::string_view text) {
  const size_t end = text.substr(0, kHeaderBytesMax + 1).find('\n');
  if (end == std::string_view::npos) return malformed("its header has no end");
  return text.substr(0, end);
}

// Everything that is derived from the master secret for one salt.
struct Derived {
  std::string key_id = {};
  crypto::Digest commitment{};
  crypto::Key key;
};

Derived derive_from(const crypto::Key& root, crypto::ByteView salt) {
  const crypto::ByteView secret(std::span<const std::byte>(root.reveal()));
  const base::Secret id = crypto::hkdf_sha256(secret, "", kIdPurpose, kIdBytes);
  const base::Secret commitment = crypto::hkdf_sha256(secret, salt, kCommitmentPurpose, sizeof(crypto::Digest));
  const base::Secret bytes = crypto::hkdf_sha256(secret, salt, kKeyPurpose, crypto::Key::kBytes);
  auto key = crypto::Key::from_bytes(bytes.reveal());
  ENSURE(key.has_value());
  Derived derived{.key_id = crypto::to_hex(id.reveal()), .key = *std::move(key)};
  std::ranges::copy(std::as_bytes(std::span(commitment.reveal())), derived.commitment.begin());
  return derived;
}

Result<Derived> derive(const MasterSecret& master, const SealedHeader& header) {
  if (const auto* key = std::get_if<crypto::Key>(&master)) {
    if (!header.stretched) return derive_from(*key, header.salt);
    return fail(Code::kForbidden,
                "The file was sealed under a passphrase, and the master key here is 32 bytes. Set "
                "SPOTIFY_MCP_MASTER_KEY or SPOTIFY_MCP_MASTER_KEY_FILE to the passphrase.");
  }
  if (!header.stretched) {
    return fail(Code::kForbidden,
                fmt::format("The file was sealed under the key {} of 32 bytes, and the master key here is a "
                            "passphrase. Set SPOTIFY_MCP_MASTER_KEY or SPOTIFY_MCP_MASTER_KEY_FILE to that key.",
                            header.key_id));
  }
  TRY(const crypto::Key root, crypto::argon2id(std::get<base::Secret>(master), header.salt, *header.stretched));
  return derive_from(root, header.salt);
}

}  // namespace

bool is_sealed(std::string_view text) { return text.starts_with(kBegin); }

Result<SealedHeader> read_header(std::string_view text) {
  TRY(const std::string_view line, header_line(text));
  const auto parsed = json::parse(line, {.bytes_max = kHeaderBytesMax, .depth_max = 4, .values_max = 32});
  if (!parsed) return malformed("its header is not valid JSON, or has a name twice");
  if (!parsed->is_object() || parsed->text_or_empty("magic") != kMagic) return malformed("its first word is another");
  const json::Value* version = parsed->find("v");
  if (version != nullptr && version->is_integer() && version->integer() > kVersion) {
    return fail(Code::kInvalidArgument,
                "The file was sealed by a newer version of this program. Update this one, or seal the plain file again "
                "with this one.");
  }
  SealedHeader header;
  const std::string_view environment = parsed->text_or_empty("env");
  const auto& names = schema::EnumNames<Deployment>::kNames;
  const auto named = std::ranges::find(names, environment, &std::pair<Deployment, std::string_view>::second);
  if (named == names.end()) return malformed("its header names no environment");
  header.environment = named->first;
  if (!read_integer(*parsed, "generation", 1, kGenerationMax, header.generation)) {
    return malformed("its header has no generation");
  }
  header.created = parsed->text_or_empty("created");
  header.key_id = parsed->text_or_empty("kid");
  if (!is_time(header.created) || !is_key_id(header.key_id)) return malformed("its header has no date or no key");
  const json::Value* kdf = parsed->find("kdf");
  if (kdf == nullptr) return malformed("its header has no key derivation");
  TRY_VOID(read_derivation(*kdf, header));
  if (!read_bytes(*parsed, "nonce", header.nonce) || !read_bytes(*parsed, "commit", header.commitment)) {
    return malformed("its header has no nonce or no commitment to a key");
  }
  // Whatever is more, less, in another order or spelled in another way ends here.
  if (write_header(header) != line) return malformed("its header is not written as we write it");
  return header;
}

Result<std::string> seal(const MasterSecret& master, const SealedAs& as, std::string_view plain, base::Random& random) {
  if (plain.size() > kPlainBytesMax) {
    return fail(Code::kInvalidArgument, fmt::format("Settings of more than {} bytes are not sealed.", kPlainBytesMax));
  }
  if (as.generation < 1 || as.generation > kGenerationMax || !is_affordable(as.cost)) {
    return fail(Code::kInvalidArgument, "The generation or the cost of the passphrase is out of range.");
  }
  SealedHeader header{
      .environment = as.environment, .generation = as.generation, .created = base::to_rfc3339(as.created)};
  if (std::holds_alternative<base::Secret>(master)) header.stretched = as.cost;
  random.fill(header.salt);
  random.fill(header.nonce);
  TRY(Derived derived, derive(master, header));
  header.key_id = derived.key_id;
  header.commitment = derived.commitment;
  const std::string line = write_header(header);
  const crypto::Aes256Gcm cipher(std::move(derived.key));
  // The nonce stands in the header already.
  const std::string box = cipher.seal_with_nonce(header.nonce, line, plain).substr(crypto::Aes256Gcm::kNonceBytes);
  return line + "\n" + crypto::base64_encode(box) + "\n";
}

Result<Opened> open(const MasterSecret& master, std::string_view text) {
  if (text.size() > kSealedBytesMax) return malformed("it is larger than any that we write");
  TRY(SealedHeader header, read_header(text));
  TRY(Derived derived, derive(master, header));
  if (derived.key_id != header.key_id) {
    return fail(Code::kForbidden,
                fmt::format("The file was sealed under the key {}, and the master key here is {}. Set "
                            "SPOTIFY_MCP_MASTER_KEY or SPOTIFY_MCP_MASTER_KEY_FILE to the one that sealed it.",
                            header.key_id, derived.key_id));
  }
  if (!crypto::equal(derived.commitment, header.commitment)) return changed();
  const std::string_view line = text.substr(0, text.find('\n'));
  std::string_view body = text.substr(line.size() + 1);
  if (!body.ends_with('\n')) return changed();
  body.remove_suffix(1);
  const auto sealed = crypto::base64_decode(body);
  if (!sealed || sealed->size() < crypto::Aes256Gcm::kTagBytes) return changed();
  const std::string box = std::string(crypto::ByteView(header.nonce).text()) + *sealed;
  const crypto::Aes256Gcm cipher(std::move(derived.key));
  auto plain = cipher.open_secret(line, box);
  if (!plain) return changed();
  return Opened{.header = std::move(header), .text = *std::move(plain)};
}

}  // namespace config
