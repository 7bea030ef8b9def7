#include "store/sql/api_key_row.h"

#include <string_view>

#include "base/text.h"

namespace store::sql {

using base::Result;

namespace {

constexpr std::string_view kColumns =
    "SELECT id, label, scopes, addresses, created_ms, expires_ms, revoked_ms, digest, signing_box FROM api_keys";

// Neither a scope nor an address has a space.
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : " " + word;
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  if (text.empty()) return words;
  for (const std::string_view word : base::split(text, ' ')) words.emplace_back(word);
  return words;
}

ApiKey key_of(const Rows& rows) {
  return {.id = rows.text(0),
          .label = rows.text(1),
          .scopes = split(rows.text(2)),
          .addresses = split(rows.text(3)),
          .created = {rows.integer(4)},
          .expires = {rows.integer(5)},
          .revoked = rows.is_null(6) ? std::nullopt : std::optional(base::Wall{rows.integer(6)}),
          .digest = rows.blob(7),
          .signing_box = rows.blob(8)};
}

}  // namespace

Result<bool> insert_api_key(const Database& file, const ApiKey& key) {
  TRY(const int64_t added,
      file.execute("INSERT INTO api_keys (id, label, scopes, addresses, created_ms, expires_ms, digest, signing_box) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
                   {key.id, key.label, joined(key.scopes), joined(key.addresses), key.created.unix_ms,
                    key.expires.unix_ms, Blob{key.digest}, Blob{key.signing_box}}));
  return added > 0;
}

Result<std::optional<ApiKey>> find_api_key(const Database& file, const std::string& id) {
  TRY(Rows rows, file.query(std::string(kColumns) + " WHERE id = ?1", {id}));
  TRY(const bool found, rows.next());
  return found ? std::optional(key_of(rows)) : std::nullopt;
}

Result<std::vector<ApiKey>> all_api_keys(const Database& file) {
  TRY(Rows rows, file.query(std::string(kColumns) + " ORDER BY created_ms, id", {}));
  std::vector<ApiKey> all;
  for (;;) {
    TRY(const bool found, rows.next());
    if (!found) return all;
    all.push_back(key_of(rows));
  }
}

Result<void> put_signing_box(const Database& file, const std::string& id, const std::string& box) {
  TRY([[maybe_unused]] const int64_t changed,
      file.execute("UPDATE api_keys SET signing_box = ?2 WHERE id = ?1", {id, Blob{box}}));
  return {};
}

Result<int64_t> revoke_api_keys(const Database& file, base::Wall now) {
  return file.execute("UPDATE api_keys SET revoked_ms = ?1 WHERE revoked_ms IS NULL", {now.unix_ms});
}

}  // namespace store::sql
