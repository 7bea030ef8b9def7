// The table of keys: rows as they are, without a judgement of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/keyset.h"
#include "store/sql/database.h"

namespace store::sql {

class KeyTable {
 public:
  // The database must outlive the table, which is made for one look or one transaction.
  explicit KeyTable(const Database& database) : database_(database) {}

  // By purpose, then the newest version first. An empty purpose is all of them.
  base::Result<std::vector<StoredKey>> rows(std::string_view purpose) const;
  // Of the last change of a purpose; 0 when it has no keys yet.
  base::Result<int64_t> change(std::string_view purpose) const;
  // Adds a row, or replaces the one of that purpose and version.
  base::Result<void> put(const StoredKey& row) const;
  // The id and the dates stay, the key goes.
  base::Result<void> destroy(StoredKey row) const;

 private:
  const Database& database_;
};

}  // namespace store::sql
