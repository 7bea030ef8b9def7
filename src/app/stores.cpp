#include "app/stores.h"

#include <utility>

#include "config/store_url.h"
#include "store/postgres/database.h"
#include "store/postgres/leases.h"
#include "store/sqlite/file_leases.h"
#include "store/sqlite/place.h"

namespace app {

bool is_shared(const config::Settings& settings) { return !settings.store.url.empty(); }

std::shared_ptr<const store::sql::Place> store_place(const config::Settings& settings) {
  if (auto url = config::parse_store_url(settings.store.url)) {
    auto server = std::make_shared<store::postgres::Server>();
    server->host = std::move(url->host);
    server->port = url->port;
    server->database = std::move(url->database);
    server->user = std::move(url->user);
    server->password = settings.store.password.secret.clone();
    server->ssl_mode = std::move(url->ssl_mode);
    server->ca_file = settings.store.ca_file;
    return std::make_shared<store::postgres::ServerPlace>(std::move(server));
  }
  return store::sqlite::place_in(settings.storage.directory);
}

std::unique_ptr<store::Leases> store_leases(Process& process, const config::Settings& settings) {
  if (is_shared(settings)) {
    return std::make_unique<store::postgres::RowLeases>(
        store::postgres::RowLeases::Services{process.loop, process.worker, process.random}, store_place(settings));
  }
  return std::make_unique<store::sqlite::FileLeases>(process.loop, settings.storage.directory);
}

}  // namespace app
