#include "store/sqlite/migrations.h"

#include <array>

namespace store::sqlite {
namespace {

// Scopes and addresses are words between spaces.
constexpr const char* kApiKeyTables =
    "CREATE TABLE api_keys ("
    "  id TEXT PRIMARY KEY NOT NULL,"
    "  label TEXT NOT NULL,"
    "  scopes TEXT NOT NULL,"
    "  addresses TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL,"
    "  revoked_ms INTEGER,"
    "  digest BLOB NOT NULL CHECK (length(digest) = 32),"
    "  signing_box BLOB NOT NULL"
    ") STRICT;"
    "CREATE TABLE nonces ("
    "  key_id TEXT NOT NULL,"
    "  nonce TEXT NOT NULL,"
    "  expires_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (key_id, nonce)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX nonces_expire ON nonces (expires_ms);";

// States that confirmed a change, each good for one (mcp/request_state.h).
constexpr const char* kSpentAndSalts =
    "CREATE TABLE spent_states ("
    "  principal TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  until_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (principal, id)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX spent_states_end ON spent_states (until_ms);"
    // What is mixed into the names of users in the audit trail (audit/record.h).
    "CREATE TABLE user_salts ("
    "  user TEXT PRIMARY KEY NOT NULL,"
    "  salt BLOB NOT NULL CHECK (length(salt) = 16)"
    ") STRICT, WITHOUT ROWID;";

constexpr std::array kMigrations{
    // A grant that was erased leaves its generation behind, without key and box.
    "CREATE TABLE grants ("
    "  principal TEXT PRIMARY KEY NOT NULL,"
    "  generation INTEGER NOT NULL CHECK (generation > 0),"
    "  key_id TEXT,"
    "  box BLOB,"
    "  CHECK ((key_id IS NULL) = (box IS NULL))"
    ") STRICT;"
    "CREATE TABLE quota ("
    "  bucket TEXT PRIMARY KEY NOT NULL,"
    "  until_ms INTEGER NOT NULL"
    ") STRICT;",
    // The order of putting is the row's number, so that two of one moment have an order, whatever the clock does.
    "CREATE TABLE archive ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  principal TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  subject TEXT NOT NULL,"
    "  label TEXT NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL,"
    "  content BLOB NOT NULL,"
    "  UNIQUE (principal, id)"
    ") STRICT;",
    "CREATE TABLE quota_counts ("
    "  bucket TEXT NOT NULL,"
    "  hour INTEGER NOT NULL,"
    "  count INTEGER NOT NULL CHECK (count > 0),"
    "  PRIMARY KEY (bucket, hour)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE facts ("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  value TEXT NOT NULL,"
    "  learnt_ms INTEGER NOT NULL"
    ") STRICT;",
    // Keys of a purpose in versions (store/keyset.h). `change` grows with every change of a purpose, so that a process
    // knows whether what it has in memory still holds. A grant without a data key is of before there were any.
    "CREATE TABLE keys ("
    "  purpose TEXT NOT NULL,"
    "  version INTEGER NOT NULL CHECK (version > 0),"
    "  state TEXT NOT NULL CHECK (state IN ('primary', 'enabled', 'compromised', 'destroyed')),"
    "  key_id TEXT NOT NULL,"
    "  created_ms INTEGER NOT NULL,"
    "  change INTEGER NOT NULL CHECK (change > 0),"
    "  box BLOB,"
    "  PRIMARY KEY (purpose, version),"
    "  CHECK ((state = 'destroyed') = (box IS NULL))"
    ") STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX keys_primary ON keys (purpose) WHERE state = 'primary';"
    "ALTER TABLE grants ADD COLUMN data_key BLOB;"
    "CREATE INDEX grants_key ON grants (key_id);",
    kApiKeyTables,
    kSpentAndSalts,
    "ALTER TABLE quota ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;",
};
constexpr Schema kSchema{.application_id = 0x534D4353, .migrations = kMigrations};

}  // namespace

const Schema& database_schema() { return kSchema; }

}  // namespace store::sqlite
