#include "store/sql/archive_table.h"

#include <cstdint>
#include <utility>

#include "store/sql/database.h"
#include "store/sql/on_worker.h"

namespace store::sql {

using base::Result;
using base::Task;

// Everything that lives on the worker's thread.
struct ArchiveTable::Core {
  Core(std::shared_ptr<const Place> place_given, ArchiveLimits limits_given)
      : place(std::move(place_given)), limits(limits_given) {}

  Result<Database*> opened() { return opened_at(*place, database); }

  Result<void> put(const std::string& principal, const Kept& kept);
  Result<void> prune(const Database& file, const std::string& principal) const;
  Result<std::optional<Kept>> get(const std::string& principal, const std::string& id);
  Result<std::vector<Kept>> list(const std::string& principal, const std::string& kind, const std::string& subject);
  Result<void> erase(const std::string& principal, const std::string& id);
  Result<void> forget(const std::string& principal);

  std::shared_ptr<const Place> place;
  ArchiveLimits limits;
  std::unique_ptr<Database> database;
};

Result<void> ArchiveTable::Core::put(const std::string& principal, const Kept& kept) {
  if (kept.content.size() > limits.content_bytes_max) return std::unexpected(too_large_to_keep());
  TRY(const Database* file, opened());
  TRY(Transaction transaction, Transaction::begin(*file, Access::kWrite));
  TRY([[maybe_unused]] const int64_t removed,
      file->execute("DELETE FROM archive WHERE principal = ?1 AND id = ?2", {principal, kept.id}));
  const auto bytes = static_cast<int64_t>(kept.content.size());
  TRY([[maybe_unused]] const int64_t added,
      file->execute(
          "INSERT INTO archive (principal, id, kind, subject, label, at_ms, bytes, content) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
          {principal, kept.id, kept.kind, kept.subject, kept.label, kept.at.unix_ms, bytes, Blob{kept.content}}));
  TRY_VOID(prune(*file, principal));
  return transaction.commit();
}

// Keeps the newest, as far as count and bytes allow, and always the very newest.
Result<void> ArchiveTable::Core::prune(const Database& file, const std::string& principal) const {
  TRY([[maybe_unused]] const int64_t pruned,
      file.execute("DELETE FROM archive WHERE number IN ("
                   "  SELECT number FROM ("
                   "    SELECT number, row_number() OVER newest AS place, sum(bytes) OVER newest AS total"
                   "    FROM archive WHERE principal = ?1 WINDOW newest AS (ORDER BY number DESC)) AS ranked"
                   "  WHERE place > 1 AND (place > ?2 OR total > ?3))",
                   {principal, static_cast<int64_t>(limits.entries_max), static_cast<int64_t>(limits.bytes_max)}));
  return {};
}

Result<std::optional<Kept>> ArchiveTable::Core::get(const std::string& principal, const std::string& id) {
  TRY(const Database* file, opened());
  TRY(Rows rows, file->query("SELECT id, kind, subject, label, at_ms, bytes, content FROM archive "
                             "WHERE principal = ?1 AND id = ?2",
                             {principal, id}));
  TRY(const bool found, rows.next());
  if (!found) return std::optional<Kept>();
  return std::optional<Kept>(Kept{.id = rows.text(0),
                                  .kind = rows.text(1),
                                  .subject = rows.text(2),
                                  .label = rows.text(3),
                                  .at = {rows.integer(4)},
                                  .content = rows.blob(6),
                                  .bytes = static_cast<size_t>(rows.integer(5))});
}

Result<std::vector<Kept>> ArchiveTable::Core::list(const std::string& principal, const std::string& kind,
                                                   const std::string& subject) {
  TRY(const Database* file, opened());
  TRY(Rows rows, file->query("SELECT id, kind, subject, label, at_ms, bytes FROM archive WHERE principal = ?1 "
                             "AND kind = ?2 AND (?3 = '' OR subject = ?3) ORDER BY number DESC",
                             {principal, kind, subject}));
  std::vector<Kept> found;
  TRY(bool more, rows.next());
  while (more) {
    found.push_back({.id = rows.text(0),
                     .kind = rows.text(1),
                     .subject = rows.text(2),
                     .label = rows.text(3),
                     .at = {rows.integer(4)},
                     .bytes = static_cast<size_t>(rows.integer(5))});
    TRY(const bool next, rows.next());
    more = next;
  }
  return found;
}

Result<void> ArchiveTable::Core::erase(const std::string& principal, const std::string& id) {
  TRY(const Database* file, opened());
  TRY([[maybe_unused]] const int64_t removed,
      file->execute("DELETE FROM archive WHERE principal = ?1 AND id = ?2", {principal, id}));
  return {};
}

Result<void> ArchiveTable::Core::forget(const std::string& principal) {
  TRY(const Database* file, opened());
  TRY([[maybe_unused]] const int64_t removed, file->execute("DELETE FROM archive WHERE principal = ?1", {principal}));
  return {};
}

ArchiveTable::ArchiveTable(Services services, std::shared_ptr<const Place> place, ArchiveLimits limits)
    : services_(services), core_(std::make_shared<Core>(std::move(place), limits)) {}

ArchiveTable::~ArchiveTable() = default;

Task<Result<void>> ArchiveTable::put(std::string principal, Kept kept) {
  auto work = [core = core_, principal = std::move(principal), kept = std::move(kept)] {
    return core->put(principal, kept);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::optional<Kept>>> ArchiveTable::get(std::string principal, std::string id) {
  auto work = [core = core_, principal = std::move(principal), id = std::move(id)] { return core->get(principal, id); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<std::vector<Kept>>> ArchiveTable::list(std::string principal, std::string kind, std::string subject) {
  auto work = [core = core_, principal = std::move(principal), kind = std::move(kind), subject = std::move(subject)] {
    return core->list(principal, kind, subject);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> ArchiveTable::erase(std::string principal, std::string id) {
  auto work = [core = core_, principal = std::move(principal), id = std::move(id)] {
    return core->erase(principal, id);
  };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

Task<Result<void>> ArchiveTable::forget(std::string principal) {
  auto work = [core = core_, principal = std::move(principal)] { return core->forget(principal); };
  return on_worker(services_.loop, services_.worker, core_, std::move(work));
}

}  // namespace store::sql
