// Fills a data directory as a server with that many people would: bench_logins DIRECTORY USERS BYTES. Each of USERS
// has a login, sealed under the key file that SPOTIFY_MCP_MASTER_KEY_FILE names, and one kept playlist of BYTES.
#include <charconv>
#include <cstdio>
#include <string>

#include "app/master_key.h"
#include "app/process.h"
#include "store/sqlite/stores.h"

namespace {

store::Grant login_of(int64_t number, base::Wall now) {
  store::Grant grant;
  grant.user_id = "user" + std::to_string(number);
  grant.scopes = {"user-read-private", "playlist-modify-private"};
  grant.access_token = base::Secret(std::string(200, 'a'));
  grant.refresh_token = base::Secret(std::string(130, 'r'));
  grant.access_expires_at = now;
  grant.authorized_at = now;
  return grant;
}

// Text that does not repeat: a disk or a backup that compresses would make it too easy.
std::string content_of(int64_t bytes, base::Random& random) {
  std::string text(static_cast<size_t>(bytes), '\0');
  random.fill(std::as_writable_bytes(std::span(text)));
  for (char& each : text) each = static_cast<char>('!' + (static_cast<unsigned char>(each) % 90));
  return text;
}

base::Task<base::Result<void>> fill(app::Process* process, store::sqlite::Store* store,
                                    store::sqlite::SqliteArchive* archive, int64_t users, int64_t bytes) {
  for (int64_t number = 0; number < users; ++number) {
    const std::string principal = "user " + std::to_string(number);
    CO_TRY([[maybe_unused]] const int64_t generation,
           co_await store->replace(principal, login_of(number, process->clock.wall())));
    if (bytes == 0) continue;
    store::Kept kept{.id = "kept", .kind = "snapshot", .subject = "playlist", .label = "", .at = process->clock.wall()};
    kept.content = content_of(bytes, process->random);
    CO_TRY_VOID(co_await archive->put(principal, std::move(kept)));
  }
  co_return base::Result<void>();
}

int64_t number_of(std::string_view text) {
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

}  // namespace

int main(int count, char** arguments) {
  const int64_t users = count == 4 ? number_of(arguments[2]) : -1;
  const int64_t bytes = count == 4 ? number_of(arguments[3]) : -1;
  if (users < 0 || bytes < 0) return std::fprintf(stderr, "usage: bench_logins DIRECTORY USERS BYTES\n"), 2;
  app::Process process(os::Environment::of_process(app::kSecretVariables), base::Level::kError, app::Signals::kEnd);
  const app::MasterKeyPlaces places{.storage_directory = arguments[1],
                                    .config_directory = os::config_directory(process.environment)};
  store::sqlite::StoreOptions options{.directory = arguments[1], .master_key = [&](store::sqlite::Sealed) {
                                        return app::master_key(places, process.environment, process.random,
                                                               app::NoKeyFile::kRefuse, nullptr);
                                      }};
  store::sqlite::Store store({process.loop, process.worker, process.random, process.clock}, std::move(options));
  store::sqlite::SqliteArchive archive({process.loop, process.worker}, arguments[1]);
  const auto filled = app::run_to_end(process.loop, fill(&process, &store, &archive, users, bytes));
  if (filled) return 0;
  return std::fprintf(stderr, "bench_logins: %s %s\n", filled.error().message.c_str(), filled.error().detail.c_str()),
         1;
}
