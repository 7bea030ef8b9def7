// What stands in the files of the store, as it stands there: for checks. Nothing is opened with a key, and nothing is
// changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/keyset.h"
#include "store/vault.h"

namespace store::sqlite {

struct InspectedGrant {
  std::string principal;
  int64_t generation = 0;
  SealedGrant sealed;  // Without a data key: written before there were any.
};

// An API key, without what proves it.
struct InspectedApiKey {
  std::string id;
  std::string scopes;  // Separated by blanks.
  base::Wall created{};
  base::Wall expires{};
  bool is_revoked = false;
};

struct Inspection {
  // What the integrity and foreign key checks of SQLite say; empty when they say that all is well.
  std::vector<std::string> problems;
  std::vector<InspectedGrant> grants;
  // Of every purpose; none in a database of before there were versions.
  std::vector<StoredKey> keys;
  // The oldest first; none in a database of before there were any.
  std::vector<InspectedApiKey> api_keys;
  // "grants.principal", in order.
  std::vector<std::string> columns;
  // Rows of the archive that belong to nobody who is logged in.
  size_t archived_of_nobody = 0;
};
// Errors as of Database::open_for_reading.
base::Result<Inspection> inspect_store(const std::string& directory);

struct CacheInspection {
  std::vector<std::string> columns;
  size_t expired = 0;
};
base::Result<CacheInspection> inspect_cache(const std::string& path, base::Wall now);

// How a database is opened by this program, tried on one that is made in `directory` for that.
struct Opening {
  bool trusts_schema = true;
  bool secure_delete = false;
  bool syncs_every_commit = false;
};
base::Result<Opening> try_opening(const std::string& directory);

// Stores each text as a value in a database in `directory`, and reads it back. Gives those that came back changed, or
// changed the tables.
base::Result<std::vector<std::string>> try_values(const std::string& directory, const std::vector<std::string>& texts);

}  // namespace store::sqlite
