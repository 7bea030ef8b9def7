// The part of a runbook that collects what the installation is like.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <system_error>

#include "app/commands/admin_client.h"
#include "app/commands/incident.h"
#include "app/local_bearer.h"
#include "app/master_key.h"
#include "app/seal.h"
#include "app/version.h"
#include "audit/segments.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "http/url.h"
#include "json/parse.h"
#include "os/files.h"
#include "schema/fields.h"

namespace app::commands {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFileBytesMax = size_t{512} * 1024 * 1024;
constexpr size_t kProcBytesMax = size_t{8} * 1024 * 1024;
constexpr size_t kSecretBytesMax = 4096;
// The newest segments of the trail up to so much; older ones stay where they are.
constexpr uint64_t kTrailBytesMax = uint64_t{256} * 1024 * 1024;

std::string digest_of_file(const std::string& path) {
  const auto bytes = os::read_file(path, kFileBytesMax);
  return bytes ? crypto::to_hex(crypto::sha256(*bytes)) : "";
}

// The program and the libraries that it runs on, as they lie in memory: what was replaced on the disk since is told.
json::Value code_facts() {
  std::set<std::string> paths;
  const auto maps = os::read_file("/proc/self/maps", kProcBytesMax);
  const std::string text = maps ? *maps : std::string();
  for (const std::string_view line : base::split(text, '\n')) {
    const size_t slash = line.find('/');
    if (slash != std::string_view::npos && line.contains(" r-xp ")) paths.emplace(line.substr(slash));
  }
  json::Array files;
  for (const std::string& path : paths) {
    files.emplace_back(json::Object{{"path", path}, {"sha256", digest_of_file(path)}});
  }
  const auto kernel = os::read_file("/proc/version", kProcBytesMax);
  return json::Object{{"program", fmt::format("{} {}", kProgram, version())},
                      {"kernel", kernel ? *kernel : std::string()},
                      {"code", std::move(files)}};
}

json::Object facts_of(const fs::path& path) {
  std::error_code error;
  const auto status = fs::symlink_status(path, error);
  json::Object facts{{"path", path.string()},
                     {"mode", fmt::format("{:o}", static_cast<unsigned>(status.permissions()))},
                     {"private", os::check_private(path.string()).has_value()}};
  if (fs::is_regular_file(status)) facts.append("bytes", static_cast<int64_t>(fs::file_size(path, error)));
  return facts;
}

json::Value file_facts(const Incident& incident) {
  json::Array files;
  std::error_code error;
  const fs::path data(incident.settings().storage.directory);
  files.emplace_back(facts_of(data));
  fs::recursive_directory_iterator each(data, error);
  for (const fs::recursive_directory_iterator end; !error && each != end; each.increment(error)) {
    files.emplace_back(facts_of(each->path()));
  }
  if (!incident.config_file.empty()) {
    json::Object facts = facts_of(incident.config_file);
    facts.append("sha256", digest_of_file(incident.config_file));
    files.emplace_back(std::move(facts));
  }
  const auto key = key_file(os::config_directory(incident.io.environment), incident.io.environment);
  if (key && os::exists(key->path)) files.emplace_back(facts_of(key->path));
  return files;
}

// An address for alerts is often a secret by itself, so only its server is told.
json::Value settings_facts(const config::Loaded& loaded) {
  json::Value settings = schema::to_json(loaded.settings);
  for (const std::string_view section : {"alerts", "audit"}) {
    json::Value* members = settings.object().find(section);
    if (members == nullptr) continue;
    const auto url = http::parse_url(members->text_or_empty("webhook"));
    if (url) members->object().set("webhook", url->server_url());
  }
  json::Object origins;
  for (const auto& [name, origin] : loaded.origins) origins.set(name, origin);
  return json::Object{{"settings", std::move(settings)}, {"origins", std::move(origins)}};
}

base::Result<json::Value> server_facts(Incident& incident) {
  json::Object all;
  for (const std::string_view what : {"status", "sessions"}) {
    TRY(const AdminAnswers answers,
        ask_all(incident.process, incident.settings(), {.target = fmt::format("/{}", what)}));
    json::Object servers;
    for (const auto& [pid, response] : answers.answered) {
      TRY(json::Value said, json::parse(response.body, {}));
      servers.set(pid, std::move(said));
    }
    all.append(std::string(what), std::move(servers));
  }
  return json::Value(std::move(all));
}

// Gives a sentence about what was left out, or nothing.
base::Result<std::string> copy_trail(Incident& incident) {
  StoredTrail& trail = *incident.trail;
  TRY(const audit::Extent extent, audit::measure(*trail.disk));
  uint64_t copied = 0;
  size_t left = extent.segments.size();
  for (auto each = extent.segments.rbegin(); each != extent.segments.rend(); ++each, --left) {
    const auto& [name, size] = *each;
    if (copied + size > kTrailBytesMax) break;
    copied += size;
    std::string bytes;
    while (bytes.size() < size) {
      TRY(const std::string piece, trail.disk->read(name, bytes.size(), static_cast<size_t>(size - bytes.size())));
      if (piece.empty()) break;
      bytes += piece;
    }
    TRY_VOID(incident.evidence->add("audit/" + name, bytes));
  }
  TRY(const auto checkpoints, trail.disk->read_checkpoints());
  if (checkpoints) TRY_VOID(incident.evidence->add("audit/checkpoints", *checkpoints));
  if (left == 0) return std::string();
  return fmt::format("{} older segments of the trail stay in {}.", left, trail.directory);
}

base::Result<void> add_if(Evidence& evidence, const std::string& name, base::Result<json::Value> value) {
  if (!value) return std::unexpected(std::move(value).error());
  return evidence.add_json(name, *value);
}

}  // namespace

std::vector<base::Secret> known_secrets(const config::Settings& settings, const os::Environment& environment) {
  std::vector<base::Secret> secrets;
  secrets.push_back(settings.spotify.client_secret.secret.clone());
  secrets.push_back(settings.spotify.client_secret_previous.secret.clone());
  secrets.push_back(settings.alerts.webhook_secret.secret.clone());
  secrets.push_back(settings.audit.webhook_secret.secret.clone());
  secrets.push_back(settings.mail.password.secret.clone());
  secrets.push_back(settings.store.password.secret.clone());
  for (const std::string& address : {settings.alerts.webhook, settings.audit.webhook}) {
    if (const auto url = http::parse_url(address)) secrets.emplace_back(std::string(url->target));
  }
  const auto first_line_of = [&secrets](const std::string& path) {
    auto text = os::read_private_file(path, kSecretBytesMax);
    if (!text) return;
    text->resize(text->find_last_not_of("\r\n") + 1);
    secrets.emplace_back(*std::move(text));
  };
  first_line_of(LocalBearer::file_in(settings.storage.directory));
  if (const auto key = key_file(os::config_directory(environment), environment)) first_line_of(key->path);
  for (const auto& [name, value] : environment.all()) {
    const bool secret =
        name.contains("SECRET") || name.contains("KEY") || name.contains("TOKEN") || name.contains("PASSWORD");
    if (secret && !name.ends_with("_FILE")) secrets.emplace_back(std::string(value));
  }
  return secrets;
}

Outcome collect_evidence(Incident& incident) {
  Evidence& evidence = *incident.evidence;
  std::vector<std::string> problems;
  const auto keep = [&problems](const base::Result<void>& added) {
    if (!added) problems.push_back(added.error().message);
  };
  keep(evidence.add_json("code.json", code_facts()));
  keep(evidence.add_json("settings.json", settings_facts(incident.loaded)));
  keep(evidence.add_json("files.json", file_facts(incident)));
  keep(add_if(evidence, "servers.json", server_facts(incident)));
  for (const std::string name : {"tcp", "tcp6", "unix"}) {
    // A container may hide them.
    const auto table = os::read_file("/proc/net/" + name, kProcBytesMax);
    if (table) keep(evidence.add("sockets/" + name + ".txt", *table));
  }
  if (incident.trail) {
    const auto copied = copy_trail(incident);
    if (!copied) problems.push_back(copied.error().message);
    if (copied && !copied->empty()) problems.push_back(*copied);
  } else {
    problems.emplace_back("There is no audit trail to copy.");
  }
  return {.state = problems.empty() ? StepState::kDone : StepState::kFound,
          .told = fmt::format("{} files in {}. {}", evidence.files(), evidence.directory(), fmt::join(problems, " "))};
}

}  // namespace app::commands
