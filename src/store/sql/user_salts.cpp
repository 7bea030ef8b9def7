#include "store/sql/user_salts.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace store::sql {
namespace {

constexpr size_t kSaltBytes = 16;

}  // namespace

base::Result<const Database*> UserSalts::opened() {
  if (!database_) {
    TRY(database_, place_->open());
  }
  return database_.get();
}

base::Result<std::optional<std::string>> UserSalts::find(const std::string& user) {
  TRY(const Database* file, opened());
  TRY(Rows rows, file->query("SELECT salt FROM user_salts WHERE \"user\" = ?1", {user}));
  TRY(const bool found, rows.next());
  return found ? std::optional(rows.blob(0)) : std::nullopt;
}

base::Result<std::string> UserSalts::salt_of(const std::string& user) {
  TRY(const std::optional<std::string> known, find(user));
  if (known) return *known;
  std::string salt(kSaltBytes, '\0');
  random_.fill(std::as_writable_bytes(std::span(salt)));
  // Another process may be first; then its salt is the one.
  TRY([[maybe_unused]] const int64_t added,
      database_->execute("INSERT INTO user_salts (\"user\", salt) VALUES (?1, ?2) ON CONFLICT (\"user\") DO NOTHING",
                         {user, Blob{salt}}));
  TRY(const std::optional<std::string> kept, find(user));
  return kept.value_or(salt);
}

}  // namespace store::sql
