// docs/configuration.md and docs/errors.md, made from the code: from the table of settings, the variables and flags,
// and from what each kind of error becomes at the three borders of the program.
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerts/rules.h"
#include "app/commands/commands.h"
#include "app/commands/exit_code.h"
#include "app/compose.h"
#include "app/metrics.h"
#include "audit/event.h"
#include "base/log.h"
#include "config/live.h"
#include "config/load.h"
#include "config/profile.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/content.h"
#include "mcp/server_methods.h"
#include "mcp/transport/lines.h"
#include "mcp/transport/outbox.h"
#include "mcp/transport/streamable_http.h"
#include "net/limits.h"
#include "sim/world/sim_loop.h"
#include "sim/world/sim_random.h"
#include "tests/snapshots/compare.h"

#include "tests/test.h"

namespace {

using base::Code;

// ------------------------------------------------------------------------------------------------ configuration.md

std::string type_of(const json::Object& schema) {
  const std::string type = schema.find("type")->string();
  if (const json::Value* choices = schema.find("enum")) {
    std::vector<std::string> names;
    for (const json::Value& choice : choices->array()) names.push_back(choice.string());
    return fmt::format("{}", fmt::join(names, ", "));
  }
  if (const json::Value* least = schema.find("minimum")) {
    return fmt::format("{}, {} to {}", type, least->integer(), schema.find("maximum")->integer());
  }
  if (schema.find("writeOnly") != nullptr) return "secret text";
  if (type == "array") return "list of texts";
  return type == "string" ? "text" : type;
}

std::string preset_of(const json::Object& schema) {
  const json::Value* preset = schema.find("default");
  const std::string text = preset == nullptr ? "" : json::write(*preset);
  return text.empty() || text == "\"\"" || text == "[]" ? "none" : "`" + text + "`";
}

std::string variable_of(std::string_view setting) {
  for (const config::Variable& variable : config::variables()) {
    if (variable.setting == setting) return fmt::format("`{}`", variable.name);
  }
  return "";
}

std::string flags_of(std::string_view setting) {
  std::map<std::string, std::vector<std::string>> commands_by_flag;
  for (const app::commands::Command& command : app::commands::every_command()) {
    for (const app::commands::Option& option : command.options) {
      if (option.setting == setting) commands_by_flag[std::string(option.name)].emplace_back(command.name);
    }
  }
  std::vector<std::string> flags;
  for (const auto& [flag, commands] : commands_by_flag) {
    flags.push_back(fmt::format("`{}` ({})", flag, fmt::join(commands, ", ")));
  }
  return fmt::format("{}", fmt::join(flags, ", "));
}

void write_settings(const json::Object& schema, const std::string& path, std::string& text,
                    std::set<std::string>& names) {
  const json::Value* properties = schema.find("properties");
  REQUIRE(properties != nullptr);
  for (const auto& [name, each] : properties->object()) {
    const std::string own = path.empty() ? name : path + "." + name;
    const json::Object& member = each.object();
    if (member.find("properties") != nullptr) {
      write_settings(member, own, text, names);
      continue;
    }
    names.insert(own);
    INFO(own);
    REQUIRE(member.find("description") != nullptr);
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", own, type_of(member), preset_of(member),
                        member.find("description")->string(), variable_of(own), flags_of(own),
                        config::is_live(own) ? "reload" : "start");
  }
}

constexpr std::string_view kConfigurationHead = R"(# Configuration

Made from the settings table by the test runner `snapshots`; `UPDATE_SNAPSHOTS=1` writes it anew.

Four layers, each over the one before: defaults, the file, the environment, flags. `config show --origin` says where
each value came from, `config check` whether all of them are good; it reports every problem at once, with the fix.

The file is JSON: `--config FILE`, else the one that `SPOTIFY_MCP_CONFIG` names, else `config.json` in
`$XDG_CONFIG_HOME/spotify-mcp-server` (usually `~/.config/spotify-mcp-server`), else none. A dotted name below is a
member of a section: `server.port` is `{"server": {"port": 8000}}`. A name that nobody knows is refused, with the
nearest one that is known.

- `${NAME}` anywhere in a text of the file stands for an environment variable, `${file:PATH}` for the content of a file
  without its last line end. A variable that is not set is an error.
- Every environment variable below may have `_FILE` after its name; it then names a file that holds the value. The
  variable itself wins when both are set. An empty variable counts as not set.
- A file that is named in one of these two ways must belong to you and be closed to group and others: `chmod 600 FILE`.
  For a service, root may own it and let the service's group read it: `chmod 640 FILE`, and no more.

A running `serve` reads all of it again at `admin reload` and at SIGHUP, and takes over the settings that say *reload*
in the last column; the others need a new start, and are named. When anything is wrong, nothing changes.

`config init` writes a first file. Wherever a file is named, it may be a sealed one, which only the master key opens:
[sealed-configuration.md](sealed-configuration.md).

| setting | type and range | default | what it does | variable | flag | taken over at |
|---|---|---|---|---|---|---|
)";

// Variables that stand for no setting.
struct OwnVariable {
  std::string_view names;
  std::string_view about;
};
constexpr std::array kOwnVariables{
    OwnVariable{"`SPOTIFY_MCP_CONFIG`", "The file with the settings, where `--config` names none."},
    OwnVariable{"`SPOTIFY_MCP_MASTER_KEY`",
                "The key that seals the stored login, the audit trail and the configuration: 32 bytes in base64 "
                "(`openssl rand -base64 32`), or a passphrase of 12 characters or more. Bytes that nobody drew at "
                "random are refused: words, one byte again and again, a count."},
    OwnVariable{"`SPOTIFY_MCP_MASTER_KEY_FILE`",
                "A file that holds it, closed to others; read when `SPOTIFY_MCP_MASTER_KEY` is not set. Without both, "
                "the file `master.key` in the configuration directory is the key; it is made at the first start, with "
                "a warning that names it. All sources: [keys.md](keys.md)."},
    OwnVariable{"`SPOTIFY_MCP_NEW_MASTER_KEY`, `SPOTIFY_MCP_NEW_MASTER_KEY_FILE`",
                "The key that `keys rotate --master` puts in the place of the one of today."},
    OwnVariable{"`SPOTIFY_MCP_KEY_PROVIDER`",
                "`keyring` or `pkcs11`: the master key is in the desktop's keyring or in a token ([keys.md](keys.md)). "
                "`auto`, the default: in one of the places above."},
    OwnVariable{"`SPOTIFY_MCP_PKCS11_MODULE`, `SPOTIFY_MCP_PKCS11_TOKEN`, `SPOTIFY_MCP_PKCS11_KEY`, "
                "`SPOTIFY_MCP_PKCS11_PIN`, `SPOTIFY_MCP_PKCS11_PIN_FILE`",
                "The library of the token, the labels of token and key, and the PIN or a file that holds it."},
    OwnVariable{"`CREDENTIALS_DIRECTORY`", "Set by systemd: where the credential `spotify-mcp-master-key` is."},
    OwnVariable{"`XDG_CONFIG_HOME`, `XDG_DATA_HOME`, `HOME`", "Where the configuration and the data directory are."},
    OwnVariable{"`DISPLAY`, `WAYLAND_DISPLAY`, `BROWSER`",
                "Whether `login` tries to open a browser, with `xdg-open` or `open`; none of them is run."},
};

TEST_CASE("docs/configuration.md is made from the settings table, the variables and the flags") {
  std::string text(kConfigurationHead);
  std::set<std::string> names;
  write_settings(schema::json_schema<config::Settings>(), "", text, names);
  text +=
      "\n## Kinds of deployment\n\n`environment` says what a server refuses to start with, and what `config check` "
      "refuses:\n\n| setting | development | staging | production |\n|---|---|---|---|\n";
  for (const config::ProfileRule& rule : config::profile_rules()) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", rule.setting, rule.development, rule.staging, rule.production);
  }
  text += "\n## Read from the environment alone\n\n| variable | what it does |\n|---|---|\n";
  for (const OwnVariable& own : kOwnVariables) text += fmt::format("| {} | {} |\n", own.names, own.about);
  for (const std::string_view name : config::live_settings()) {
    INFO(name);
    CHECK(names.contains(std::string(name)));
  }
  // A variable or a flag for a setting that is not there would be left out silently.
  for (const config::Variable& variable : config::variables()) {
    INFO(variable.name);
    CHECK(names.contains(std::string(variable.setting)));
  }
  for (const app::commands::Command& command : app::commands::every_command()) {
    for (const app::commands::Option& option : command.options) {
      INFO(option.name);
      CHECK((option.setting.empty() || names.contains(std::string(option.setting))));
    }
  }
  snapshots::compare(source_directory() / "docs/configuration.md", text);
}

// -------------------------------------------------------------------------------------------------------- errors.md

struct Advice {
  std::string_view means;
  std::string_view next;
};

Advice advice_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return {"The request or a setting is wrong.", "Mend what the message names; it names all of it at once."};
    case Code::kUnauthenticated:
      return {"Nobody is logged in, or the login has ended.", "Run `spotify-mcp-server login`, or send the bearer."};
    case Code::kForbidden:
      return {"Logged in, and not allowed: a permission, Premium, an owner or a file mode is missing.",
              "Do what the message says; asking again changes nothing."};
    case Code::kNotFound:
      return {"There is no such thing, file or variable.", "Check the id or the name; search for it."};
    case Code::kConflict:
      return {"The state of things does not allow it now, such as no active device.",
              "Change the state first, for example start a device, then ask again."};
    case Code::kRateLimited:
      return {"Too many requests.", "Wait as long as the message says."};
    case Code::kUpstream:
      return {"Spotify answered with something that it should not.", "Try again later; the log has the details."};
    case Code::kUnavailable:
      return {"A network, a disk or a service cannot be reached.", "Mend what the message names, then try again."};
    case Code::kDeadline:
      return {"Time ran out.", "Try again, or ask for less at once. Check first whether a write has arrived."};
    case Code::kCancelled:
      return {"The caller went away, or a newer request took its place.", "Nothing."};
    case Code::kInternal:
      return {"A bug of this program.", "Report it, with the log and the version."};
  }
  FAIL("a code without advice");
  return {};
}

class Refusing final : public mcp::Authenticator {
 public:
  explicit Refusing(Code code) : code_(code) {}
  base::Task<base::Result<mcp::Principal>> authenticate(const http::Request&) override {
    co_return base::fail(code_, "Refused.");
  }

 private:
  Code code_;
};

// What the HTTP transport answers when the authenticator fails so.
int http_status(Code code) {
  sim::world::SimLoop loop(1);
  sim::world::SimRandom random(1);
  base::NullLog log;
  mcp::Server server({loop, loop, random, log}, {.info = {.name = "docs", .version = "1"}});
  Refusing refusing(code);
  mcp::StreamableHttp handler(server, random, &refusing, {});
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/mcp";
  request.headers = {
      {"Host", "127.0.0.1"}, {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  request.body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  return loop.run(handler.handle(std::move(request))).status;
}

std::string exits_of(std::string_view command) {
  if (command == "status") return "0 logged in, 1 not logged in or the login has ended";
  if (command == "stdio") {
    return "0 when the host closes the input, or at SIGINT or SIGTERM; 9 the host does not read the answers";
  }
  if (command == "serve") {
    return "0 at SIGINT or SIGTERM, after running requests have ended; 12 a security check refuses the start "
           "(`--require-check`, security.check_at_start)";
  }
  if (command == "login") {
    return "0 logged in; 4 denied in the browser, 9 sealed, 10 nobody answered in time, 11 the input ended";
  }
  if (command == "logout") return "0, also when nobody was logged in";
  if (command == "config") {
    return "0 good; 2 a setting is wrong, 5 there is no such file or no key; of a sealed file: 2 it is none of ours, 4 "
           "it was changed or another key sealed it, 6 another environment, an older generation, or a file in the way";
  }
  if (command == "audit") {
    return "0 done, and for `verify` whole; 1 `verify` found damage; 5 there is no trail, no key or no such record; 6 "
           "nothing can be proved from a damaged trail";
  }
  if (command == "admin") {
    return "0 done; 2 a session is missing or too much, 5 no server is running or there is no such session, 10 one "
           "does not answer";
  }
  if (command == "api-key") return "0 done; 2 something is missing or is none, 5 there is no key of that id";
  if (command == "security-check") {
    return "0 nothing is open; 1 something is, of the severity of `--fail-on` or worse; 2 the run could not be made; 3 "
           "a bug of this program; 4 a waiver has expired";
  }
  if (command == "keys") {
    return "0 done; 2 the new master key is missing, 5 there is no key, 6 there is a master key already, 9 the keys "
           "are under another master key";
  }
  if (command == "incident") {
    return "0 done; 1 a step found something or failed, or `verify` found evidence that was changed or is not "
           "signed; 5 there is no such folder, 6 the folder for the evidence is in use";
  }
  if (command == "backup") {
    return "0 done; 2 it is no backup, 4 another key made it, or it was changed or cut, 5 there is no key or no "
           "data, 6 a file is in the way, a server is running, or the backup is older than the newest, 9 the "
           "stored keys are under another master key";
  }
  if (command == "maintain") {
    return "0 every step is done or a person's; 1 a step found something or failed; 2 `--done` is none of this "
           "calendar, or nobody says who did it";
  }
  if (command == "healthcheck") return "0 healthy; 2 the port is not known, 9 unreachable or not well";
  if (command == "setup") return "0; 2 no server starts with these options, 5 there is no such file";
  if (command == "tools" || command == "version") return "0";
  FAIL("the exit codes of " << command << " are not described");
  return {};
}

TEST_CASE("docs/errors.md is made from what every kind of error becomes") {
  std::string text =
      "# Errors\n\nMade from the code by the test runner `snapshots`; `UPDATE_SNAPSHOTS=1` writes it anew.\n\n"
      "An error has a kind out of a closed set. A failed tool call is always a result with `isError` and one sentence "
      "that says what to\ndo next. The JSON-RPC code is for prompts, resources and completions; the HTTP status is "
      "what "
      "`serve` answers when the login of a\nrequest fails in that way. The exit code is that of a command.\n\n"
      "| kind | what it means | what to do | tool call | JSON-RPC | HTTP | exit |\n|---|---|---|---|---|---|---|\n";
  for (int number = 0; number <= static_cast<int>(Code::kInternal); ++number) {
    const auto code = static_cast<Code>(number);
    const Advice advice = advice_of(code);
    const base::Error error{code, "A sentence.", "a detail", std::nullopt};
    const mcp::ToolResult result = mcp::ToolResult::failure(error);
    const mcp::RpcError rpc = mcp::to_rpc_error(error);
    // The detail is for the log; neither border lets it through.
    CHECK(result.content.front().block.find("text")->string() == "A sentence.");
    CHECK(rpc.message == "A sentence.");
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", base::code_name(code), advice.means, advice.next,
                        result.is_error ? "isError" : "result", rpc.code, http_status(code),
                        app::commands::exit_code(code));
  }
  text +=
      "\nWrong usage of the command line ends with 2 as well, with one line that points to `--help`. The message goes "
      "to stderr; stdout holds\nresults only. A message to an MCP client never names a path of the server's machine: "
      "`spotify-mcp-server status` does.\n\n## Exit codes by command\n\nBeside the codes of the table.\n\n"
      "| command | exit codes |\n|---|---|\n";
  for (const app::commands::Command& command : app::commands::every_command()) {
    text += fmt::format("| `{}` | {} |\n", command.name, exits_of(command.name));
  }
  snapshots::compare(source_directory() / "docs/errors.md", text);
}

// --------------------------------------------------------------------------------------------------------- audit.md

TEST_CASE("the events of docs/audit.md are those of the catalogue") {
  const std::filesystem::path path = source_directory() / "docs/audit.md";
  std::string table = "| event | severity | when | `request` | on the disk |\n|---|---|---|---|---|\n";
  for (const audit::EventInfo& info : audit::catalogue()) {
    table += fmt::format("| `{}` | {} | {} | {} | {} |\n", info.name, audit::severity_name(info.severity), info.about,
                         info.fields, info.kind == audit::Kind::kSecurity ? "before" : "soon");
  }
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t begin = text.find("| event | severity |");
  const size_t end = text.find("\n\n", begin) + 1;
  REQUIRE((begin != std::string::npos && end > begin));
  text.replace(begin, end - begin, table);
  snapshots::compare(path, text);
}

// ---------------------------------------------------------------------------------------------------- operations.md

TEST_CASE("docs/operations.md names exactly the metrics that there are") {
  metrics::Exposition out;
  app::write_gauges(out, {});
  app::Metrics().write(out);
  const std::string given = out.take();
  std::ifstream file(source_directory() / "docs/operations.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto names_in = [](std::string_view where, std::string_view before) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
    const std::string start = std::string(before) + "spotify_mcp_";
    std::set<std::string> names;
    for (size_t at = where.find(start); at != std::string_view::npos; at = where.find(start, at + 1)) {
      const std::string_view name = where.substr(at + before.size());
      names.emplace(name.substr(0, name.find_first_not_of(kLetters)));
    }
    return names;
  };
  const std::set<std::string> families = names_in(given, "# TYPE ");
  CHECK(families.size() > 8);
  CHECK(names_in(text, "") == families);
}

std::string bytes_text(size_t bytes) {
  constexpr size_t kKib = 1024;
  constexpr size_t kMib = kKib * kKib;
  if (bytes % kMib == 0) return fmt::format("{} MiB", bytes / kMib);
  if (bytes % kKib == 0) return fmt::format("{} KiB", bytes / kKib);
  return fmt::format("{} bytes", bytes);
}

std::string seconds_text(base::Duration time) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

struct Limit {
  std::string of;
  std::string value;
  std::string beyond;
};

std::vector<Limit> http_limits() {
  const net::ServerLimits http;
  const config::Server settings;
  return {
      {"a request line", bytes_text(http.request_line_bytes), "414"},
      {"the fields of a header", fmt::format("{}, {}", http.header_fields, bytes_text(http.header_bytes)), "431"},
      {"a body", bytes_text(http.body_bytes), "413"},
      {"the extensions of one chunk, and of all chunks of a body",
       fmt::format("{}, {}", bytes_text(http.chunk_extension_bytes), bytes_text(http.chunk_extensions_bytes)), "400"},
      {"the fields behind the last chunk", bytes_text(http.trailer_bytes), "400"},
      {fmt::format("all bodies that are being read, without the first {} of each", bytes_text(http.small_body_bytes)),
       bytes_text(http.bodies_bytes), "503 with `Retry-After`, before the rest is read"},
      {"connections", fmt::format("{}, or 256 fewer than the process may open files", http.connections),
       "a newcomer takes the place of one that keeps the server waiting; 503 with `Retry-After` where none does"},
      {"connections of one address, or of a /64 of IPv6",
       fmt::format("{}, `server.connections_per_client`", settings.connections_per_client.value()),
       "429 with `Retry-After`"},
      {"requests that are read ahead while one runs", bytes_text(http.read_ahead_bytes),
       "the rest waits in the socket"},
      {"a header: from its first byte, the first one from the accept", seconds_text(http.header_timeout),
       "408, or the end where nothing had come"},
      {"a body", seconds_text(http.body_timeout), "408"},
      {fmt::format("a body that comes slower than {} bytes a second", http.body_bytes_per_second),
       seconds_text(http.body_grace), "408"},
      {"silence between two requests", seconds_text(http.idle_timeout), "the end"},
      {fmt::format("an answer that is not read: and a second more for each {} of it",
                   bytes_text(http.write_bytes_per_second)),
       seconds_text(http.write_stall), "the end"},
      {"the client to read a last answer", seconds_text(http.linger), "the end"},
  };
}

std::vector<Limit> stdio_limits() {
  const net::StdioLimits stdio;
  const mcp::LinesOptions lines;
  return {
      {"a line", bytes_text(stdio.line_bytes), "an error in its place; the next line is read"},
      {"lines that wait, each with its place in the queue", bytes_text(stdio.input_queue_bytes), "stdin is not read"},
      {"requests that run at once", fmt::format("{}", lines.calls_in_flight_max), "an error to each further one"},
      {"output that the host has not read", bytes_text(stdio.backlog_pause_bytes),
       "no further request is begun, and notifications are dropped"},
      {"the same, with the answers to what had begun", bytes_text(stdio.backlog_bytes), "the end, with exit code 9"},
  };
}

std::vector<Limit> mcp_limits() {
  using mcp::RequestStates;
  const config::Server settings;
  const config::Tools tools;
  const mcp::ServerOptions server;
  const mcp::StreamableHttpOptions http;
  const mcp::Outbox::Limits outbox;
  const auto minutes = [](base::Duration time) {
    return fmt::format("{} minutes", std::chrono::duration_cast<std::chrono::minutes>(time).count());
  };
  return {
      {"how deep a message is", fmt::format("{}", mcp::kMessageLimits.depth_max), "400, or an error on stdio"},
      {"the values of a message, names not counted", fmt::format("{}", mcp::kMessageLimits.values_max),
       "400, or an error on stdio"},
      {"requests of one user that run at once",
       fmt::format("{}, `server.requests_per_user`", settings.requests_per_user.value()), "429 with `Retry-After`"},
      {"streams of one user", fmt::format("{}, `server.streams_per_user`", settings.streams_per_user.value()),
       "429 with `Retry-After`"},
      {"streams of all users", fmt::format("{}", app::kListensMax), "an error"},
      {"changes of one user",
       fmt::format("{} a minute, {} a day; `tools.writes_per_minute`, `tools.writes_per_day`",
                   tools.writes_per_minute.value(), tools.writes_per_day.value()),
       "the tool says when to go on"},
      {"a call", "`api.timeout`", "an error to the caller"},
      {"the answer to a question, of a client of an older revision", minutes(server.answer_deadline), "as a call"},
      {"the same in 2026-07-28: a `requestState`", minutes(RequestStates::kLifetime),
       "-32602: the request is sent again without it, and the question asked again"},
      {"one that confirms what cannot be taken back", seconds_text(RequestStates::kConfirmLifetime), "the same"},
      {"a stream of events", minutes(http.stream_life_max), "the end; the client may open another"},
      {"silence on a stream", seconds_text(http.keep_alive), "a comment is sent, so that one that is gone is found"},
      {"events that wait, or are kept for a client that comes back, of one stream",
       fmt::format("{}, {}", outbox.messages_max, bytes_text(outbox.bytes_max)),
       "what was sent is forgotten first, then new notifications are dropped"},
      {"keeping them for a client whose stream of GET has closed", minutes(mcp::HttpSession::kListenerKept),
       "a stream that is taken up again begins with what happens then"},
      {"a session of an older revision that nobody uses", minutes(http.session_idle_max), "the end"},
  };
}

TEST_CASE("the limits of docs/operations.md are those of the code") {
  const std::filesystem::path path = source_directory() / "docs/operations.md";
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::pair<std::string, std::vector<Limit>> tables[] = {{"http limits", http_limits()},
                                                               {"stdio limits", stdio_limits()},
                                                               {"mcp limits", mcp_limits()}};
  for (const auto& [name, limits] : tables) {
    std::string table = "| of | at most | beyond it |\n|---|---|---|\n";
    for (const Limit& limit : limits) table += fmt::format("| {} | {} | {} |\n", limit.of, limit.value, limit.beyond);
    const std::string before = fmt::format("<!-- {}: begin -->\n", name);
    const size_t begin = text.find(before);
    const size_t end = text.find(fmt::format("<!-- {}: end -->", name));
    REQUIRE((begin != std::string::npos && end != std::string::npos && begin < end));
    text.replace(begin + before.size(), end - begin - before.size(), table);
  }
  snapshots::compare(path, text);
}

TEST_CASE("the alerts of docs/operations.md are those of the rules") {
  const std::filesystem::path path = source_directory() / "docs/operations.md";
  std::string table = "| alert | severity | when | what it may mean |\n|---|---|---|---|\n";
  for (const alerts::Rule& rule : alerts::rules()) {
    std::vector<std::string> events;
    for (const audit::Event event : rule.events) events.push_back(fmt::format("`{}`", audit::info_of(event).name));
    table +=
        fmt::format("| `{}` | {} | {} of {} in {} minutes{} | {} |\n", rule.name, audit::severity_name(rule.severity),
                    rule.threshold, fmt::join(events, ", "), rule.window.count() / 60,
                    rule.per == alerts::Per::kSource ? ", from one address" : "", rule.about);
  }
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  constexpr std::string_view kBegin = "<!-- alerts: begin -->\n";
  const size_t begin = text.find(kBegin) + kBegin.size();
  const size_t end = text.find("<!-- alerts: end -->");
  REQUIRE((end != std::string::npos && begin <= end));
  text.replace(begin, end - begin, table);
  snapshots::compare(path, text);
}

}  // namespace
