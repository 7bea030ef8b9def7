// api-key: makes, lists and revokes the keys of `server.auth api-key`. A running server sees it with the next request.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ostream>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/account.h"
#include "app/api_key.h"
#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/key_notice.h"
#include "app/stores.h"
#include "json/write.h"
#include "store/sql/api_key_table.h"

namespace app::commands {
namespace {

constexpr int64_t kDays = 90;

struct Call {
  Process& process;
  const config::Settings& settings;
  const Arguments& arguments;
  Io& io;
};

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> words;
  for (const auto part : std::views::split(std::string_view(text), ',')) {
    if (!std::string_view(part).empty()) words.emplace_back(std::string_view(part));
  }
  return words;
}

json::Array to_json(const std::vector<std::string>& words) {
  json::Array array;
  for (const std::string& word : words) array.emplace_back(word);
  return array;
}

std::string_view state_of(const store::ApiKey& key, base::Wall now) {
  if (key.revoked) return "revoked";
  return key.expires <= now ? "expired" : "active";
}

json::Object to_json(const store::ApiKey& key, base::Wall now) {
  json::Object object{{"id", key.id},
                      {"label", key.label},
                      {"state", state_of(key, now)},
                      {"scopes", to_json(key.scopes)},
                      {"from", to_json(key.addresses)},
                      {"created", base::to_rfc3339(key.created)},
                      {"expires", base::to_rfc3339(key.expires)}};
  if (key.revoked) object.append("revoked", base::to_rfc3339(*key.revoked));
  return object;
}

// What is told before it happens: no key is in use that the trail does not know.
base::Task<base::Result<void>> record(AuditTrail* audit, NoKeyFile none, audit::Entry entry) {
  audit->begin("api-key");
  CO_TRY_VOID(co_await audit->start(none));
  const auto recorded = co_await audit->trail().record(std::move(entry));
  co_await audit->close();
  co_return recorded;
}

struct Making {
  const Call& call;
  Account& account;
  ApiKeyRequest request;
};

base::Task<base::Result<MadeApiKey>> make(Making making) {
  Process& process = making.call.process;
  CO_TRY(const NoKeyFile none, co_await making.account.no_key_file());
  CO_TRY(MadeApiKey made, make_api_key(process.random, std::move(making.request), process.clock.wall()));
  AuditTrail audit(process, making.call.settings, tell_of_key(process, making.call.io));
  audit::Entry entry{.event = audit::Event::kApiKeyMade,
                     .source = "local",
                     .request = {{"key", made.row.id},
                                 {"scopes", fmt::format("{}", fmt::join(made.row.scopes, " "))},
                                 {"expires", base::to_rfc3339(made.row.expires)}},
                     .status = "ok"};
  auto recording = record(&audit, none, std::move(entry));
  CO_TRY_VOID(co_await std::move(recording));
  auto adding = making.account.store().add_signing(made.row, signing_key_of(made.text));
  CO_TRY_VOID(co_await std::move(adding));
  co_return made;
}

base::Task<base::Result<void>> make_into(Making making, std::optional<MadeApiKey>* made) {
  auto making_it = make(std::move(making));
  CO_TRY(*made, co_await std::move(making_it));
  co_return base::Result<void>();
}

base::Result<int> create(const Call& call) {
  AccountOptions options{.paths = Paths::kShown};
  options.key_made = tell_of_key(call.process, call.io);
  TRY(const auto account, Account::make(call.process, call.settings, std::move(options)));
  ApiKeyRequest request{.label = call.arguments.text("--label"),
                        .scopes = list_of(call.arguments.text("--scopes")),
                        .addresses = list_of(call.arguments.text("--from")),
                        .life = std::chrono::days(call.arguments.number("--days").value_or(kDays))};
  std::optional<MadeApiKey> made;
  TRY_VOID(run_to_end(call.process.loop, make_into({call, *account, std::move(request)}, &made)));
  const std::string text(made->text.reveal());
  if (call.arguments.has("--json")) {
    json::Object object = to_json(made->row, call.process.clock.wall());
    object.append("key", text);
    call.io.out << json::write_pretty(std::move(object));
  } else {
    call.io.out << text << '\n';
    call.io.err << fmt::format("Key {} may {} until {}. It is shown this once: keep it where the client finds it.\n",
                               made->row.id, fmt::join(made->row.scopes, ", "), base::to_rfc3339(made->row.expires));
  }
  if (call.settings.server.auth != config::HttpAuth::kApiKey) {
    call.io.err << "note: serve takes API keys only where server.auth is api-key.\n";
  }
  return 0;
}

base::Task<base::Result<void>> list_into(store::ApiKeys* keys, std::vector<store::ApiKey>* all) {
  CO_TRY(*all, co_await keys->list());
  co_return base::Result<void>();
}

base::Result<int> list(const Call& call, store::ApiKeys& keys) {
  std::vector<store::ApiKey> all;
  TRY_VOID(run_to_end(call.process.loop, list_into(&keys, &all)));
  const base::Wall now = call.process.clock.wall();
  if (call.arguments.has("--json")) {
    json::Array array;
    for (const store::ApiKey& key : all) array.emplace_back(to_json(key, now));
    call.io.out << json::write_pretty(json::Object{{"keys", std::move(array)}});
    return 0;
  }
  for (const store::ApiKey& key : all) {
    call.io.out << fmt::format("{}  {}, until {}, {}{}  {}\n", key.id, state_of(key, now),
                               base::to_rfc3339(key.expires), fmt::join(key.scopes, " "),
                               key.addresses.empty() ? "" : fmt::format(", from {}", fmt::join(key.addresses, " ")),
                               key.label);
  }
  if (all.empty()) call.io.err << "There is no API key. `api-key create` makes one.\n";
  return 0;
}

base::Task<base::Result<void>> revoke_it(store::ApiKeys* keys, std::string id, base::Wall now, bool* found) {
  auto revoking = keys->revoke(std::move(id), now);
  CO_TRY(*found, co_await std::move(revoking));
  co_return base::Result<void>();
}

// The key first: a trail that cannot be written does not keep the administrator from closing doors.
base::Result<int> revoke(const Call& call, store::ApiKeys& keys) {
  if (call.arguments.rest.empty()) {
    return base::fail(base::Code::kInvalidArgument, "Name the key's id, as `api-key list` shows it.");
  }
  // Whoever has the whole key at hand may pass that.
  const std::string& given = call.arguments.rest.front();
  const std::string id = id_of_api_key(given).value_or(given);
  bool found = false;
  TRY_VOID(run_to_end(call.process.loop, revoke_it(&keys, id, call.process.clock.wall(), &found)));
  if (!found) {
    return base::fail(base::Code::kNotFound,
                      "There is no API key of that id. `api-key list` shows those that there are.");
  }
  AuditTrail audit(call.process, call.settings, tell_of_key(call.process, call.io));
  audit::Entry entry{
      .event = audit::Event::kApiKeyRevoked, .source = "local", .request = {{"key", id}}, .status = "ok"};
  const auto recorded = run_to_end(call.process.loop, record(&audit, NoKeyFile::kRefuse, std::move(entry)));
  if (!recorded) call.io.err << "warning: This is not in the audit trail. " << recorded.error().message << '\n';
  if (call.arguments.has("--json")) {
    call.io.out << json::write_pretty(json::Object{{"revoked", id}});
  } else {
    call.io.out << fmt::format("Key {} is revoked: no further request with it is taken.\n", id);
  }
  return 0;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  if (!arguments.rest.empty() && arguments.positional != "revoke") {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("api-key {} takes no further argument.", arguments.positional));
  }
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  store::sql::ApiKeyTable keys({process.loop, process.worker}, store_place(loaded.settings));
  const Call call{process, loaded.settings, arguments, io};
  if (arguments.positional == "create") return create(call);
  if (arguments.positional == "list") return list(call, keys);
  return revoke(call, keys);
}

}  // namespace

Command api_key_command() {
  return {.name = "api-key",
          .about = "Make, list and revoke the keys of clients that call over HTTP.",
          .options = {config_option(),
                      {.name = "--label", .value = "TEXT", .about = "create: what the key is for."},
                      {.name = "--scopes",
                       .kind = OptionKind::kList,
                       .value = "A,B",
                       .about = "create: what it may do, of smcp:read, smcp:playback, smcp:playlist, smcp:library and "
                                "smcp:admin."},
                      {.name = "--from",
                       .kind = OptionKind::kList,
                       .value = "A,B",
                       .about = "create: addresses and blocks it may be used from, such as 10.0.0.0/8. Default: any."},
                      {.name = "--days",
                       .kind = OptionKind::kNumber,
                       .value = "DAYS",
                       .about = "create: how long it lives. Default: 90.",
                       .min = 1,
                       .max = 365},
                      json_option()},
          .positional =
              Positional{.name = "what", .about = "create, list or revoke.", .choices = {"create", "list", "revoke"}},
          .rest = Rest{.name = "id", .about = "revoke: the key's id, as `api-key list` shows it.", .count_max = 1},
          .run = run};
}

}  // namespace app::commands
