// status: who is logged in, for how long, and where things are kept. Asks nobody: it reads the store.
#include <ostream>

#include <fmt/format.h>

#include "app/account.h"
#include "app/commands/commands.h"
#include "app/stores.h"
#include "json/write.h"

namespace app::commands {
namespace {

constexpr int kNotLoggedIn = 1;

std::string_view name_of(oauth::LoginState::Kind kind) {
  switch (kind) {
    case oauth::LoginState::Kind::kLoggedOut:
      return "logged_out";
    case oauth::LoginState::Kind::kLoggedIn:
      return "logged_in";
    case oauth::LoginState::Kind::kEnded:
      return "ended";
  }
  return "logged_out";
}

base::Task<base::Result<void>> look(Account* account, oauth::LoginState* state) {
  CO_TRY(*state, co_await account->refresher().state());
  co_return base::Result<void>();
}

json::Object as_json(const oauth::LoginState& state, const std::string& place) {
  json::Object object{{"state", name_of(state.kind)}, {"storage", place}};
  if (state.kind == oauth::LoginState::Kind::kLoggedOut) return object;
  json::Array scopes;
  for (const std::string& scope : state.scopes) scopes.emplace_back(scope);
  object.set("user_id", state.user_id);
  object.set("scopes", std::move(scopes));
  object.set("authorized_at", base::to_rfc3339(state.authorized_at));
  object.set("consent_ends_at", base::to_rfc3339(state.authorized_at + oauth::kConsentLasts));
  return object;
}

std::string as_text(const oauth::LoginState& state, const std::string& place) {
  if (state.kind == oauth::LoginState::Kind::kLoggedOut) {
    return "Not logged in. Run `spotify-mcp-server login`.\n";
  }
  if (state.kind == oauth::LoginState::Kind::kEnded) {
    return "Your Spotify login has ended. Run `spotify-mcp-server login` again.\n";
  }
  return fmt::format("Logged in as {} since {}. Spotify asks again on {}.\nStored in {}.\n",
                     state.user_id.empty() ? "a Spotify user" : state.user_id, base::to_rfc3339(state.authorized_at),
                     base::to_rfc3339(state.authorized_at + oauth::kConsentLasts), place);
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kWarning, Signals::kEnd);
  TRY(const auto account, Account::make(process, loaded.settings, {.paths = Paths::kShown}));
  oauth::LoginState state;
  TRY_VOID(run_to_end(process.loop, look(account.get(), &state)));
  const config::Settings& settings = loaded.settings;
  const std::string& place = is_shared(settings) ? settings.store.url : settings.storage.directory;
  io.out << (arguments.has("--json") ? json::write_pretty(as_json(state, place)) : as_text(state, place));
  return state.kind == oauth::LoginState::Kind::kLoggedIn ? 0 : kNotLoggedIn;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .about = "Show who is logged in.",
          .options = {config_option(), json_option()},
          .run = run};
}

}  // namespace app::commands
