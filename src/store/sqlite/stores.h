// The stores of store/sql over the database file of a directory.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sql/api_key_table.h"
#include "store/sql/archive_table.h"
#include "store/sql/store.h"
#include "store/sql/user_salts.h"
#include "store/sqlite/place.h"

namespace store::sqlite {

// See sql::StoreOptions.
struct StoreOptions {
  std::string directory;
  std::function<base::Result<crypto::Key>(sql::Sealed)> master_key;
};

class Store final : public sql::Store {
 public:
  // The name of the file in the directory.
  static constexpr const char* kFileName = kDatabaseName;

  Store(Services services, StoreOptions options)
      : sql::Store(services, {place_in(std::move(options.directory)), std::move(options.master_key)}) {}
};

class SqliteArchive final : public sql::ArchiveTable {
 public:
  SqliteArchive(Services services, std::string directory, ArchiveLimits limits = {})
      : sql::ArchiveTable(services, place_in(std::move(directory)), limits) {}
};

class SqliteApiKeys final : public sql::ApiKeyTable {
 public:
  SqliteApiKeys(Services services, std::string directory, size_t nonces_max = kKeptMax)
      : sql::ApiKeyTable(services, place_in(std::move(directory)), nonces_max) {}
};

}  // namespace store::sqlite
