// Where the settings keep what must outlive a process: in the database file of the data directory, or in the PostgreSQL
// database of store.url, which several replicas share.
#pragma once

#include <memory>

#include "app/process.h"
#include "config/settings.h"
#include "store/leases.h"
#include "store/sql/database.h"

namespace app {

// Whether it is in a database that other replicas use too.
bool is_shared(const config::Settings& settings);

// Touches neither disk nor network. `settings` have passed config::check.
std::shared_ptr<const store::sql::Place> store_place(const config::Settings& settings);

// The process must outlive them.
std::unique_ptr<store::Leases> store_leases(Process& process, const config::Settings& settings);

}  // namespace app
