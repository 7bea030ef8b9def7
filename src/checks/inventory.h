// What is kept and with what it is protected, as documented: docs/data-inventory.md is made from these tables, and two
// checks compare them with the tables of the database and the primitives of crypto/.
#pragma once

#include <span>
#include <string_view>

namespace checks {

enum class DataClass {
  kSecret,     // Opens something.
  kPersonal,   // Says something about a person.
  kContent,    // Of Spotify.
  kTechnical,  // Neither.
};
std::string_view data_class_name(DataClass data_class);

struct DataColumn {
  std::string_view column;  // "grants.principal"
  DataClass data_class;
  std::string_view about;
  std::string_view kept;  // Until when.
};
// Of the database of logins, and of the file of cached answers.
std::span<const DataColumn> store_columns();
std::span<const DataColumn> cache_columns();
// What a database that replicas share has beside store_columns().
std::span<const DataColumn> replica_columns();

struct CryptoUse {
  std::string_view primitive;
  std::string_view use;
};
std::span<const CryptoUse> crypto_uses();

}  // namespace checks
