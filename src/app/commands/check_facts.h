// The facts of this installation for `security-check`: those that need a whole program to be known.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/command.h"
#include "app/io.h"
#include "app/process.h"
#include "base/result.h"
#include "base/task.h"
#include "checks/advisories.h"
#include "checks/facts.h"
#include "checks/host.h"
#include "net/ask_tls.h"

namespace app::commands {

struct CheckRequest {
  const Command& command;
  const Arguments& arguments;
  Io& io;
  const checks::Host& host;
  // The families that are asked, such as "CFG"; what no family needs is not looked at.
  std::set<std::string_view> families;

  bool asks(std::string_view family) const { return families.contains(family); }
};

// Errors are those of the command line: a file that was named and cannot be read. What is wrong with the installation
// is a fact.
base::Result<checks::Facts> gather_facts(const CheckRequest& request, base::Wall now);

// How the settings came out, for those facts that stand on them.
base::Result<void> gather_config(const CheckRequest& request, checks::Facts& facts);
void gather_program(const CheckRequest& request, checks::Facts& facts);
// The machine alone.
void gather_machine(const CheckRequest& request, checks::Facts& facts);
// The machine, the running server, its data, its keys and its trail. `scratch` is an empty private directory.
void gather_runtime(const CheckRequest& request, const std::string& scratch, checks::Facts& facts);
// The server of this data directory that runs, if there is one.
void gather_process(const CheckRequest& request, const config::Settings& settings, checks::Facts& facts);
// Lines of the trail that the running servers have given up to send elsewhere; nothing where none runs.
std::optional<int64_t> lost_lines(const CheckRequest& request, const config::Settings& settings);
void gather_listener(const CheckRequest& request, const std::string& scratch, checks::Facts& facts);
// Our own certificate, shown by a scratch listener.
void gather_certificate(const CheckRequest& request, checks::Facts& facts);
// What servers show when TLS begins; absent where the network leads to none of them. Blocking.
checks::Fact<std::vector<checks::CertificateFacts>> ask_certificates(const std::vector<net::TlsQuestion>& questions);
// Of Spotify's servers: over the network, unless --offline.
void gather_spotify_tls(checks::Facts& facts);
// Our client and servers that cannot prove who they are. `scratch` is a private directory.
base::Task<base::Result<void>> try_bad_servers(Process* process, std::string scratch, checks::SelfTest* test);
// API keys, proxies, and whether a signed request can be sent again.
void gather_access(const CheckRequest& request, const std::string& scratch, checks::Facts& facts);
void gather_binary(const CheckRequest& request, checks::Facts& facts);
// Whether that server may be asked, as --advisories-server names it.
base::Result<void> check_advisory_server(const CheckRequest& request, const std::string& server);
// The advisories that it has for these packages. Over the network.
base::Result<checks::Advisories> ask_advisories(const CheckRequest& request, const std::string& server, base::Wall now,
                                                const std::vector<checks::Component>& components);
base::Result<void> gather_dependencies(const CheckRequest& request, checks::Facts& facts);
base::Result<void> gather_manifests(const CheckRequest& request, checks::Facts& facts);
void run_self_tests(const CheckRequest& request, const std::string& scratch, checks::Facts& facts);

}  // namespace app::commands
