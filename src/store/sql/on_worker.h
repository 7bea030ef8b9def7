// How the stores run their work on the worker; for the .cpp files of this folder.
#pragma once

#include <memory>
#include <utility>

#include "base/loop.h"
#include "store/sql/database.h"

namespace store::sql {

// Of a piece of work whose transaction the database ended for the sake of another one.
inline constexpr int kTriesMax = 5;

// Opens the database at the first use.
inline base::Result<Database*> opened_at(const Place& place, std::unique_ptr<Database>& database) {
  if (!database) {
    TRY(database, place.open());
  }
  return database.get();
}

// The core lives on until the work is done.
template <class Core, class Work>
auto on_worker(base::Loop& loop, base::Worker& worker, std::shared_ptr<Core> core, Work work) {
  return base::run_on(loop, worker, [core = std::move(core), work = std::move(work)] {
    for (int left = kTriesMax - 1;; --left) {
      auto done = work();
      if (done || left == 0 || !core->database || !core->database->gave_way()) return done;
    }
  });
}

}  // namespace store::sql
