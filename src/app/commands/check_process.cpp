// The running server as facts: what /proc shows of it, what it says of itself, and where the settings let it connect.
#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/admin_server.h"
#include "app/commands/admin_client.h"
#include "app/commands/check_facts.h"
#include "app/process.h"
#include "base/text.h"
#include "checks/collect_host.h"
#include "config/store_url.h"
#include "http/url.h"
#include "json/parse.h"
#include "net/names.h"

namespace app::commands {
namespace {

using checks::Fact;

// The servers of this data directory, by the sockets that they answer at. One that was killed leaves its socket behind.
std::vector<int64_t> running_servers(const checks::Host& host, const std::string& data) {
  std::vector<int64_t> pids;
  for (const std::string& name : host.list(admin_directory(data))) {
    if (!name.ends_with(".sock")) continue;
    const auto pid = base::parse_integer(std::string_view(name).substr(0, name.size() - 5));
    if (pid && host.look(fmt::format("/proc/{}", *pid)).exists) pids.push_back(*pid);
  }
  std::ranges::sort(pids);
  return pids;
}

// What the server says of itself; null where it does not answer.
json::Value said_by(const CheckRequest& request, const config::Settings& settings, int64_t pid) {
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  const auto answers = ask_running(process, settings, {.target = "/status"});
  if (!answers) return {};
  for (const auto& [number, response] : answers->answered) {
    if (number != std::to_string(pid)) continue;
    auto said = json::parse(response.body);
    return said ? *std::move(said) : json::Value();
  }
  return {};
}

std::optional<bool> truth_of(const json::Value& said, std::string_view name) {
  const json::Value* found = said.find(name);
  if (found == nullptr || (*found != json::Value(true) && *found != json::Value(false))) return std::nullopt;
  return *found == json::Value(true);
}

// Where the settings take a free port, the server's own word has to do.
std::vector<checks::Socket> declared_sockets(const config::Settings& settings, const json::Value& said) {
  const std::string host = settings.server.host == "localhost" ? "127.0.0.1" : settings.server.host;
  auto port = static_cast<uint16_t>(settings.server.port.value());
  const json::Value* listening = said.find("listening");
  if (port == 0 && listening != nullptr && listening->is_array() && !listening->array().empty()) {
    const json::Value& first = listening->array().front();
    const std::string_view text = first.is_string() ? std::string_view(first.string()) : std::string_view();
    port = static_cast<uint16_t>(base::parse_integer(text.substr(text.rfind(':') + 1)).value_or(0));
  }
  std::vector<checks::Socket> declared{{host, port}};
  if (settings.metrics.port.value() != 0) {
    declared.push_back({"127.0.0.1", static_cast<uint16_t>(settings.metrics.port.value())});
  }
  return declared;
}

std::vector<checks::EgressFact> declared_egress(const config::Settings& settings, bool is_offline) {
  std::vector<checks::EgressFact> all;
  for (const std::string& server : {settings.api.base_url, settings.api.accounts_url, settings.alerts.webhook,
                                    settings.audit.webhook, settings.syslog.server, settings.mail.server}) {
    const size_t colon = server.find("://");
    if (colon == std::string::npos) continue;
    const bool is_web = server.starts_with("http");
    const auto url = http::parse_url(is_web ? server : "https" + server.substr(colon));
    if (!url) continue;
    checks::EgressFact fact{.host = url->host, .port = url->port_or_default(), .addresses = {}};
    if (!is_offline) fact.addresses = net::addresses_of(url->host);
    all.push_back(std::move(fact));
  }
  const auto store = config::parse_store_url(settings.store.url);
  if (store && !store->host.starts_with('/')) {
    checks::EgressFact fact{.host = store->host, .port = store->port, .addresses = {}};
    if (!is_offline) fact.addresses = net::addresses_of(store->host);
    all.push_back(std::move(fact));
  }
  return all;
}

}  // namespace

void gather_process(const CheckRequest& request, const config::Settings& settings, checks::Facts& facts) {
  const auto pids = running_servers(request.host, settings.storage.directory);
  if (pids.empty()) {
    facts.process = Fact<checks::ProcessFacts>::absent("No server of this data directory is running.");
    return;
  }
  const json::Value said = said_by(request, settings, pids.front());
  facts.process = checks::collect_process(request.host, {.pid = pids.front(),
                                                         .config_file = facts.config->file,
                                                         .declared = declared_sockets(settings, said),
                                                         .egress = declared_egress(settings, facts.is_offline),
                                                         .paths_are_confined = truth_of(said, "paths_confined"),
                                                         .keys_are_locked = truth_of(said, "keys_locked"),
                                                         .instances = pids.size()});
}

std::optional<int64_t> lost_lines(const CheckRequest& request, const config::Settings& settings) {
  if (running_servers(request.host, settings.storage.directory).empty()) return std::nullopt;
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  const auto answers = ask_running(process, settings, {.target = "/metrics"});
  if (!answers) return std::nullopt;
  int64_t lost = 0;
  for (const auto& [number, response] : answers->answered) {
    for (const std::string_view line : base::split(response.body, '\n')) {
      if (!line.starts_with("spotify_mcp_audit_forwarded_total{") || !line.contains("state=\"lost\"")) continue;
      lost += base::parse_integer(line.substr(line.rfind(' ') + 1)).value_or(0);
    }
  }
  return lost;
}

}  // namespace app::commands
