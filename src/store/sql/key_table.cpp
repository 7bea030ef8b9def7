#include "store/sql/key_table.h"

namespace store::sql {

using base::Result;

Result<std::vector<StoredKey>> KeyTable::rows(std::string_view purpose) const {
  TRY(Rows rows, database_.query("SELECT purpose, version, state, key_id, created_ms, box FROM keys "
                                 "WHERE ?1 = '' OR purpose = ?1 ORDER BY purpose, version DESC",
                                 {std::string(purpose)}));
  std::vector<StoredKey> all;
  for (;;) {
    TRY(const bool found, rows.next());
    if (!found) return all;
    // The table takes no other word.
    all.push_back({.purpose = rows.text(0),
                   .version = rows.integer(1),
                   .state = key_state(rows.text(2)).value_or(KeyState::kDestroyed),
                   .id = rows.text(3),
                   .created = {rows.integer(4)},
                   .box = rows.blob(5)});
  }
}

Result<int64_t> KeyTable::change(std::string_view purpose) const {
  TRY(Rows rows,
      database_.query("SELECT coalesce(max(change), 0) FROM keys WHERE purpose = ?1", {std::string(purpose)}));
  TRY([[maybe_unused]] const bool found, rows.next());
  return rows.integer(0);
}

Result<void> KeyTable::put(const StoredKey& row) const {
  Parameter box = nullptr;
  if (!row.box.empty()) box = Blob{row.box};
  TRY([[maybe_unused]] const int64_t changed,
      database_.execute(
          "INSERT INTO keys (purpose, version, state, key_id, created_ms, change, box) "
          "VALUES (?1, ?2, ?3, ?4, ?5, (SELECT coalesce(max(change), 0) + 1 FROM keys), ?6) "
          "ON CONFLICT (purpose, version) DO UPDATE SET state = excluded.state, change = excluded.change, "
          "box = excluded.box",
          {row.purpose, row.version, std::string(name_of(row.state)), row.id, row.created.unix_ms, box}));
  return {};
}

Result<void> KeyTable::destroy(StoredKey row) const {
  row.state = KeyState::kDestroyed;
  row.box.clear();
  return put(row);
}

}  // namespace store::sql
