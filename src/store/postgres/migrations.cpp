#include "store/postgres/migrations.h"

#include <array>

namespace store::postgres {
namespace {

// Texts are ordered by their bytes, as everywhere else, whatever language the database speaks.
constexpr const char* kLogins =
    "CREATE TABLE grants ("
    "  principal text COLLATE \"C\" PRIMARY KEY,"
    "  generation bigint NOT NULL CHECK (generation > 0),"
    "  key_id text COLLATE \"C\","
    "  data_key bytea,"
    "  box bytea,"
    "  CHECK ((key_id IS NULL) = (box IS NULL))"
    ");"
    "CREATE INDEX grants_key ON grants (key_id);"
    // The right to renew a login, until a moment of the server's clock.
    "CREATE TABLE leases ("
    "  principal text COLLATE \"C\" PRIMARY KEY,"
    "  holder text NOT NULL,"
    "  until timestamptz NOT NULL"
    ");"
    "CREATE TABLE quota ("
    "  bucket text COLLATE \"C\" PRIMARY KEY,"
    "  until_ms bigint NOT NULL,"
    "  since_ms bigint NOT NULL"
    ");"
    "CREATE TABLE quota_counts ("
    "  bucket text COLLATE \"C\" NOT NULL,"
    "  hour bigint NOT NULL,"
    "  count bigint NOT NULL CHECK (count > 0),"
    "  PRIMARY KEY (bucket, hour)"
    ");"
    "CREATE TABLE facts ("
    "  name text COLLATE \"C\" PRIMARY KEY,"
    "  value text NOT NULL,"
    "  learnt_ms bigint NOT NULL"
    ");"
    "CREATE TABLE archive ("
    "  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  principal text COLLATE \"C\" NOT NULL,"
    "  id text COLLATE \"C\" NOT NULL,"
    "  kind text NOT NULL,"
    "  subject text NOT NULL,"
    "  label text NOT NULL,"
    "  at_ms bigint NOT NULL,"
    "  bytes bigint NOT NULL,"
    "  content bytea NOT NULL,"
    "  UNIQUE (principal, id)"
    ");"
    "CREATE TABLE keys ("
    "  purpose text COLLATE \"C\" NOT NULL,"
    "  version bigint NOT NULL CHECK (version > 0),"
    "  state text NOT NULL CHECK (state IN ('primary', 'enabled', 'compromised', 'destroyed')),"
    "  key_id text NOT NULL,"
    "  created_ms bigint NOT NULL,"
    "  change bigint NOT NULL CHECK (change > 0),"
    "  box bytea,"
    "  PRIMARY KEY (purpose, version),"
    "  CHECK ((state = 'destroyed') = (box IS NULL))"
    ");"
    "CREATE UNIQUE INDEX keys_primary ON keys (purpose) WHERE state = 'primary';";

constexpr const char* kClients =
    "CREATE TABLE api_keys ("
    "  id text COLLATE \"C\" PRIMARY KEY,"
    "  label text NOT NULL,"
    "  scopes text NOT NULL,"
    "  addresses text NOT NULL,"
    "  created_ms bigint NOT NULL,"
    "  expires_ms bigint NOT NULL,"
    "  revoked_ms bigint,"
    "  digest bytea NOT NULL CHECK (length(digest) = 32),"
    "  signing_box bytea NOT NULL"
    ");"
    "CREATE TABLE nonces ("
    "  key_id text COLLATE \"C\" NOT NULL,"
    "  nonce text COLLATE \"C\" NOT NULL,"
    "  expires_ms bigint NOT NULL,"
    "  PRIMARY KEY (key_id, nonce)"
    ");"
    "CREATE INDEX nonces_expire ON nonces (expires_ms);"
    "CREATE TABLE spent_states ("
    "  principal text COLLATE \"C\" NOT NULL,"
    "  id text COLLATE \"C\" NOT NULL,"
    "  until_ms bigint NOT NULL,"
    "  PRIMARY KEY (principal, id)"
    ");"
    "CREATE INDEX spent_states_end ON spent_states (until_ms);"
    "CREATE TABLE user_salts ("
    "  \"user\" text COLLATE \"C\" PRIMARY KEY,"
    "  salt bytea NOT NULL CHECK (length(salt) = 16)"
    ");";

constexpr std::array kMigrations{kLogins, kClients};

}  // namespace

std::span<const char* const> migrations() { return kMigrations; }

}  // namespace store::postgres
