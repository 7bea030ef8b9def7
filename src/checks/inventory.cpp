#include "checks/inventory.h"

#include <array>

namespace checks {
namespace {

using enum DataClass;

constexpr std::string_view kLogin = "until logout";
constexpr std::string_view kApiKey = "always, revoked or not";
constexpr std::string_view kNonce = "ten minutes, then until the next signed request";
constexpr std::array kStore{
    DataColumn{"api_keys.addresses", kTechnical, "From where it may be used.", kApiKey},
    DataColumn{"api_keys.created_ms", kTechnical, "When it was made.", kApiKey},
    DataColumn{"api_keys.digest", kSecret, "SHA-256 of the whole key.", kApiKey},
    DataColumn{"api_keys.expires_ms", kTechnical, "Until when it is good.", kApiKey},
    DataColumn{"api_keys.id", kTechnical, "Names the key.", kApiKey},
    DataColumn{"api_keys.label", kPersonal, "What its owner calls it.", kApiKey},
    DataColumn{"api_keys.revoked_ms", kTechnical, "When it was revoked.", kApiKey},
    DataColumn{"api_keys.scopes", kTechnical, "What it allows.", kApiKey},
    DataColumn{"api_keys.signing_box", kSecret, "What its requests are signed with, sealed.", kApiKey},
    DataColumn{"archive.at_ms", kTechnical, "When a list was kept.", "with its list"},
    DataColumn{"archive.bytes", kTechnical, "Its size.", "with its list"},
    DataColumn{"archive.content", kContent, "Items of a playlist as they were before a change.",
               "the latest 500 lists; until logout"},
    DataColumn{"archive.id", kTechnical, "Names the list for undo.", "with its list"},
    DataColumn{"archive.kind", kTechnical, "Snapshot, receipt or import.", "with its list"},
    DataColumn{"archive.label", kPersonal, "What its owner calls it.", "with its list"},
    DataColumn{"archive.number", kTechnical, "The order of keeping.", "with its list"},
    DataColumn{"archive.principal", kPersonal, "Whose list it is.", "with its list"},
    DataColumn{"archive.subject", kContent, "The playlist that it is of.", "with its list"},
    DataColumn{"facts.learnt_ms", kTechnical, "When it was learnt.", "until it is learnt again"},
    DataColumn{"facts.name", kTechnical, "Such as the kind of the Spotify app.", "until it is learnt again"},
    DataColumn{"facts.value", kTechnical, "What was learnt.", "until it is learnt again"},
    DataColumn{"grants.box", kSecret, "Tokens of Spotify, the account's id and its permissions, sealed.", kLogin},
    DataColumn{"grants.data_key", kSecret, "The key of the box, sealed.", kLogin},
    DataColumn{"grants.generation", kTechnical, "Which login this is.", "always, so that no old one comes back"},
    DataColumn{"grants.key_id", kTechnical, "Names the key of the box.", kLogin},
    DataColumn{"grants.principal", kPersonal, "Whose login it is.", "always, with its generation"},
    DataColumn{"keys.box", kSecret, "A key in its version, sealed under the master key.", "until it is destroyed"},
    DataColumn{"keys.change", kTechnical, "Counts the changes of a purpose.", "always"},
    DataColumn{"keys.created_ms", kTechnical, "When it was made.", "always"},
    DataColumn{"keys.key_id", kTechnical, "Names the key.", "always"},
    DataColumn{"keys.purpose", kTechnical, "What it is for.", "always"},
    DataColumn{"keys.state", kTechnical, "Whether it seals, opens, or was given up.", "always"},
    DataColumn{"keys.version", kTechnical, "Its number.", "always"},
    DataColumn{"nonces.expires_ms", kTechnical, "Until when it has to be known.", kNonce},
    DataColumn{"nonces.key_id", kTechnical, "The API key that used it.", kNonce},
    DataColumn{"nonces.nonce", kTechnical, "Of a signed request.", kNonce},
    DataColumn{"quota.bucket", kTechnical, "A group of requests to Spotify.", "always"},
    DataColumn{"quota.until_ms", kTechnical, "Until when Spotify takes none of it.", "always"},
    DataColumn{"quota.since_ms", kTechnical, "When Spotify said so.", "always"},
    DataColumn{"quota_counts.bucket", kTechnical, "A group of requests to Spotify.", "48 hours"},
    DataColumn{"quota_counts.count", kTechnical, "How many there were.", "48 hours"},
    DataColumn{"quota_counts.hour", kTechnical, "In which hour.", "48 hours"},
    DataColumn{"spent_states.principal", kTechnical, "Who confirmed.", "5 minutes"},
    DataColumn{"spent_states.id", kTechnical, "Names a confirmation that was used.", "5 minutes"},
    DataColumn{"spent_states.until_ms", kTechnical, "Until when it could be used again.", "5 minutes"},
    DataColumn{"user_salts.salt", kSecret, "Tells whose records of the audit trail are theirs.",
               "until the user is erased"},
    DataColumn{"user_salts.user", kPersonal, "Whose it is.", "until the user is erased"},
};
constexpr std::array kReplicas{
    DataColumn{"leases.holder", kTechnical, "Names one renewal of a login.", "until it ends"},
    DataColumn{"leases.principal", kPersonal, "Whose login it is.", "until it ends"},
    DataColumn{"leases.until", kTechnical, "When it ends at the latest.", "until it ends"},
    DataColumn{"schema_version.version", kTechnical, "Which tables there are.", "always"},
};
constexpr std::string_view kAnswer = "two hours at most; until logout";
constexpr std::array kCache{
    DataColumn{"answers.body", kContent, "An answer of Spotify's Web API.", kAnswer},
    DataColumn{"answers.bytes", kTechnical, "Its size.", kAnswer},
    DataColumn{"answers.etag", kTechnical, "Spotify's name for this version of it.", kAnswer},
    DataColumn{"answers.fresh_ms", kTechnical, "Until when it is taken as true.", kAnswer},
    DataColumn{"answers.kept_ms", kTechnical, "Until when it is kept.", kAnswer},
    DataColumn{"answers.key", kContent, "What was asked for.", kAnswer},
    DataColumn{"answers.login", kTechnical, "Of which login it is.", kAnswer},
    DataColumn{"answers.owner", kPersonal, "Whose answer it is.", kAnswer},
    DataColumn{"answers.stored_ms", kTechnical, "When it came.", kAnswer},
    DataColumn{"epochs.epoch", kTechnical, "Counts the changes of its owner.", "always"},
    DataColumn{"epochs.owner", kPersonal, "Whose changes they are.", "always"},
};
constexpr std::array kCrypto{
    CryptoUse{"SHA-256", "digests of tools, reports and Merkle trees"},
    CryptoUse{"HMAC-SHA-256",
              "the chain of the audit trail, pseudonyms, signed webhooks, signed requests, tickets, cursors"},
    CryptoUse{"HKDF-SHA-256", "one key per purpose from the master key"},
    CryptoUse{"AES-256-GCM", "stored logins, keys, sealed settings, the state of the audit trail, request states"},
    CryptoUse{"PBKDF2-HMAC-SHA-256", "passphrases where rules ask for it"},
    CryptoUse{"argon2id", "passphrases"},
    CryptoUse{"Ed25519", "checkpoints of the audit trail, signed reports"},
};

}  // namespace

std::string_view data_class_name(DataClass data_class) {
  switch (data_class) {
    case kSecret:
      return "secret";
    case kPersonal:
      return "personal";
    case kContent:
      return "content";
    case kTechnical:
      return "technical";
  }
  return "";
}

std::span<const DataColumn> store_columns() { return kStore; }
std::span<const DataColumn> replica_columns() { return kReplicas; }
std::span<const DataColumn> cache_columns() { return kCache; }
std::span<const CryptoUse> crypto_uses() { return kCrypto; }

}  // namespace checks
