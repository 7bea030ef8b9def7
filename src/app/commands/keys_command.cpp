// keys: the master key and the keys under it. init makes the master key, status says what there is, rotate replaces
// keys while servers run. No form of it shows a key.
#include <fmt/format.h>
#include <optional>
#include <ostream>
#include <utility>

#include "app/account.h"
#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/commands/master_rotation.h"
#include "app/commands/pending_master.h"
#include "app/key_keeper.h"
#include "app/key_notice.h"
#include "app/key_provider.h"
#include "json/write.h"
#include "mcp/principal.h"

namespace app::commands {
namespace {

using base::Code;
using base::fail;
using store::sql::KeyInfo;
using store::sql::Leak;

struct Talk {
  Process& process;
  const config::Settings& settings;
  Account& account;
  AuditTrail& audit;
  const Arguments& arguments;
  Io& io;
};

std::string short_id(const KeyInfo& key) { return key.id.substr(0, store::kKeyIdShown); }

json::Object as_json(const KeyInfo& key) {
  return {{"purpose", key.purpose},
          {"version", key.version},
          {"state", store::name_of(key.state)},
          {"id", short_id(key)},
          {"created", base::to_rfc3339(key.created)},
          {"grants", key.grants},
          {"api_keys", key.api_keys}};
}

base::Task<base::Result<void>> list(Account* account, std::vector<KeyInfo>* keys) {
  CO_TRY(*keys, co_await account->store().keys());
  co_return base::Result<void>();
}

base::Result<int> status(const Talk& talk) {
  std::vector<KeyInfo> keys;
  TRY_VOID(run_to_end(talk.process.loop, list(&talk.account, &keys)));
  const MasterKeyPlaces places = key_places(talk.settings, talk.io.environment);
  const KeySource source = key_source(places.config_directory, talk.io.environment);
  if (talk.arguments.has("--json")) {
    json::Array all;
    for (const KeyInfo& key : keys) all.emplace_back(as_json(key));
    talk.io.out << json::write_pretty(json::Object{
        {"master", json::Object{{"from", source.name}, {"place", source.place}, {"there", source.is_there}}},
        {"keys", std::move(all)},
        {"behind", count_behind(keys)}});
    return 0;
  }
  talk.io.out << fmt::format("Master key: {}{}{}\n", source.name, source.place.empty() ? "" : ", " + source.place,
                             source.is_there ? "" : " (not there yet)");
  for (const KeyInfo& key : keys) {
    talk.io.out << fmt::format("{} {}: {}, {}, since {}{}\n", key.purpose, key.version, short_id(key),
                               store::name_of(key.state), base::to_rfc3339(key.created),
                               key.grants > 0     ? fmt::format(", seals {} logins", key.grants)
                               : key.api_keys > 0 ? fmt::format(", seals {} API keys", key.api_keys)
                                                  : "");
  }
  if (keys.empty()) talk.io.out << "No further key yet: the first login makes them.\n";
  if (count_behind(keys) > 0) {
    talk.io.err << "note: A rotation has not come to its end. The next start of a server ends it, and so does `keys "
                   "rotate`.\n";
  }
  return 0;
}

base::Result<int> init(const Talk& talk) {
  const MasterKeyPlaces places = key_places(talk.settings, talk.io.environment);
  const KeySource source = key_source(places.config_directory, talk.io.environment);
  if (source.is_there) {
    return fail(Code::kConflict, fmt::format("There is a master key already: {}{}. To replace it, run: "
                                             "spotify-mcp-server keys rotate --master",
                                             source.name, source.place.empty() ? "" : ", " + source.place));
  }
  TRY(const bool provided, make_provided_key(talk.io.environment, talk.process.random));
  if (provided) {
    talk.io.out << fmt::format("Made a master key: {}.\n", source.name);
    return 0;
  }
  NoKeyFile none = NoKeyFile::kRefuse;
  const auto ask = [](Account* account, NoKeyFile* may) -> base::Task<base::Result<void>> {
    CO_TRY(*may, co_await account->no_key_file());
    co_return base::Result<void>();
  };
  TRY_VOID(run_to_end(talk.process.loop, ask(&talk.account, &none)));
  TRY([[maybe_unused]] const crypto::Key made,
      master_key(places, talk.io.environment, talk.process.random, none, nullptr));
  talk.io.out << fmt::format(
      "Made a master key: {}, {}. Keep a copy of it in a safe place: without it the login, the "
      "trail and a sealed configuration are lost.\n",
      source.name, source.place);
  return 0;
}

void tell(const Talk& talk, const KeyRotation& done, Leak leak) {
  if (talk.arguments.has("--json")) {
    talk.io.out << json::write_pretty(json::Object{{"key", as_json(done.key)},
                                                   {"went_on", done.went_on},
                                                   {"rewrapped", done.rewrapped},
                                                   {"ended", done.ended},
                                                   {"damaged", done.damaged},
                                                   {"destroyed", done.destroyed}});
  } else {
    const bool of_keys = done.key.purpose == store::kSigningKeys;
    talk.io.out << fmt::format("{} {} seals from now on ({}). {} under it: {} {}, {} {}. Destroyed keys: {}.\n",
                               done.key.purpose, done.key.version, short_id(done.key), of_keys ? "API keys" : "Logins",
                               done.rewrapped, of_keys ? "sealed anew" : "wrapped anew", done.ended,
                               of_keys ? "revoked" : "ended", done.destroyed);
  }
  if (done.went_on) {
    talk.io.err << "note: An earlier rotation had not come to its end, and this ended it. For a further key, run it "
                   "again.\n";
  }
  if (done.damaged > 0 && done.key.purpose == store::kSigningKeys) {
    talk.io.err << fmt::format(
        "warning: {} API keys cannot sign: what they sign with was changed from outside, or was sealed under a master "
        "key that is gone. Revoke them, and make new ones.\n",
        done.damaged);
  } else if (done.damaged > 0) {
    talk.io.err << fmt::format(
        "warning: {} logins were changed from outside and stay as they are, under the old key. "
        "Run `spotify-mcp-server logout`, or look for what wrote the database.\n",
        done.damaged);
  }
  if (leak == Leak::kSuspected && done.key.purpose == store::kGrantKeys) {
    talk.io.err << "note: What was under the old keys is ended here. Remove the app's access at "
                   "https://www.spotify.com/account/apps/, then run `spotify-mcp-server login`.\n";
  }
}

base::Task<base::Result<void>> rotate_grants(const Talk* talk, Leak leak, KeyRotation* done) {
  KeyKeeper keeper({talk->process.loop, talk->process.clock, talk->audit.trail(), talk->account.store()});
  CO_TRY(*done, co_await keeper.rotate(leak));
  if (leak == Leak::kSuspected) CO_TRY_VOID(co_await talk->account.spotify()->forget_cache());
  co_return base::Result<void>();
}

// The next start of each server begins a trail of its own name; the one of before stays whole and can be verified.
base::Task<base::Result<void>> rotate_audit(const Talk* talk, KeyRotation* done) {
  audit::Entry entry{.event = audit::Event::kKeyRotated,
                     .source = "local",
                     .request = {{"step", "begin"}, {"purpose", store::kAuditKeys}},
                     .status = "ok"};
  CO_TRY_VOID(co_await talk->audit.trail().record(std::move(entry)));
  CO_TRY(done->key, co_await talk->account.store().rotate(std::string(store::kAuditKeys), Leak::kNone));
  co_return base::Result<void>();
}

base::Task<base::Result<void>> rotate_signing(const Talk* talk, Leak leak, KeyRotation* done) {
  KeyKeeper keeper({talk->process.loop, talk->process.clock, talk->audit.trail(), talk->account.store()});
  CO_TRY(*done, co_await keeper.rotate_signing(leak));
  co_return base::Result<void>();
}

base::Task<base::Result<void>> rotate_states(const Talk* talk, Leak leak, KeyRotation* done) {
  KeyKeeper keeper({talk->process.loop, talk->process.clock, talk->audit.trail(), talk->account.store()});
  CO_TRY(done->key, co_await keeper.rotate_states(leak));
  co_return base::Result<void>();
}

// The work of a purpose; nothing for one that is none.
std::optional<base::Task<base::Result<void>>> work_for(const Talk* talk, std::string_view purpose, Leak leak,
                                                       KeyRotation* done) {
  if (purpose == store::kGrantKeys) return rotate_grants(talk, leak, done);
  if (purpose == store::kAuditKeys) return rotate_audit(talk, done);
  if (purpose == store::kSigningKeys) return rotate_signing(talk, leak, done);
  if (purpose == store::kStateKeys) return rotate_states(talk, leak, done);
  return std::nullopt;
}

base::Task<base::Result<void>> recorded(const Talk* talk, base::Task<base::Result<void>> work) {
  CO_TRY(const NoKeyFile none, co_await talk->account.no_key_file());
  talk->audit.begin("keys");
  CO_TRY_VOID(co_await talk->audit.start(none));
  const auto done = co_await std::move(work);
  co_await talk->audit.close();
  co_return done;
}

base::Result<int> say_what_would_be(const Talk& talk, std::string_view purpose, Leak leak) {
  std::vector<KeyInfo> keys;
  TRY_VOID(run_to_end(talk.process.loop, list(&talk.account, &keys)));
  int64_t under = 0;
  const bool of_keys = purpose == store::kSigningKeys;
  for (const KeyInfo& key : keys) {
    if (key.purpose == purpose) under += of_keys ? key.api_keys : key.grants;
  }
  const int64_t ended = leak == Leak::kSuspected ? under : 0;
  const int64_t rewrapped = under - ended;
  if (talk.arguments.has("--json")) {
    talk.io.out << json::write_pretty(
        json::Object{{"dry_run", true}, {"purpose", purpose}, {"rewrapped", rewrapped}, {"ended", ended}});
  } else {
    talk.io.out << fmt::format("A new key for {}. {}: {} would be {}, {} {}. Nothing was changed.\n", purpose,
                               of_keys ? "API keys" : "Logins", rewrapped, of_keys ? "sealed anew" : "wrapped anew",
                               ended, of_keys ? "revoked" : "ended");
  }
  return 0;
}

base::Result<int> rotate(const Talk& talk) {
  const Leak leak = talk.arguments.has("--compromised") ? Leak::kSuspected : Leak::kNone;
  std::string purpose = talk.arguments.text("--purpose");
  if (purpose.empty()) purpose = store::kGrantKeys;
  KeyRotation done;
  auto work = work_for(&talk, purpose, leak, &done);
  if (!work) {
    return fail(Code::kInvalidArgument,
                fmt::format("There are keys for `{}`, `{}`, `{}` and `{}`: keys rotate --purpose grants.",
                            store::kGrantKeys, store::kAuditKeys, store::kSigningKeys, store::kStateKeys));
  }
  const bool of_audit = purpose == store::kAuditKeys;
  if (of_audit && leak == Leak::kSuspected) {
    return fail(Code::kInvalidArgument,
                "The keys of the trail move on by themselves, and older records are proved by the checkpoints that lie "
                "elsewhere. Run it without --compromised: a new trail begins.");
  }
  if (talk.arguments.has("--dry-run")) return say_what_would_be(talk, purpose, leak);
  TRY_VOID(run_to_end(talk.process.loop, recorded(&talk, *std::move(work))));
  tell(talk, done, leak);
  if (of_audit) talk.io.err << "note: Each server begins the new trail at its next start.\n";
  if (purpose == store::kStateKeys) talk.io.err << "note: Running servers seal under it within a minute.\n";
  return 0;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const std::string& what = arguments.positional;
  // init makes it, and status says that there is none.
  const auto fetched = fetch_master_key(io.environment);
  if (!fetched && (what == "rotate" || fetched.error().code != Code::kNotFound)) {
    return std::unexpected(fetched.error());
  }
  Settled settled = Settled::kNothing;
  if (fetched) {
    TRY(settled, settle_master(command, arguments, io));
  }
  if (what == "rotate" && arguments.has("--master")) return rotate_master(command, arguments, io, settled);
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  AccountOptions options{.paths = Paths::kShown};
  options.key_made = tell_of_key(process, io);
  TRY(const auto account, Account::make(process, loaded.settings, std::move(options)));
  AuditTrail audit(process, loaded.settings, tell_of_key(process, io));
  const Talk talk{process, loaded.settings, *account, audit, arguments, io};
  if (what == "status") return status(talk);
  if (what == "init") return init(talk);
  return rotate(talk);
}

}  // namespace

Command keys_command() {
  return {.name = "keys",
          .about = "Make, look at and replace the keys.",
          .options = {config_option(),
                      {.name = "--purpose",
                       .value = "PURPOSE",
                       .about = "rotate: grants (the logins; the default), audit (a new trail), api-keys (what their "
                                "requests are signed with) or request-state (what clients carry between requests)."},
                      {.name = "--compromised",
                       .kind = OptionKind::kSwitch,
                       .about = "rotate: others may know the keys, so what is under them is ended."},
                      {.name = "--master",
                       .kind = OptionKind::kSwitch,
                       .about = "rotate: the master key itself, and what is sealed under it."},
                      {.name = "--dry-run", .kind = OptionKind::kSwitch, .about = "rotate: only say what would be."},
                      json_option()},
          .positional =
              Positional{.name = "action", .about = "init, status or rotate.", .choices = {"init", "status", "rotate"}},
          .master_key = MasterKey::kNotNeeded,
          .run = run};
}

}  // namespace app::commands
