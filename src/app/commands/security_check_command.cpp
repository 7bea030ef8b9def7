// security-check: what is true of this installation, check by check, as evidence for controls. It changes nothing, but
// for a report that is signed, which the trail is told of.
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "app/commands/check_at_start.h"
#include "app/commands/check_facts.h"
#include "app/commands/commands.h"
#include "app/commands/waivers.h"
#include "app/process.h"
#include "app/report_signature.h"
#include "app/version.h"
#include "base/text.h"
#include "checks/render.h"
#include "checks/report.h"
#include "json/write.h"
#include "os/files.h"
#include "os/system_clock.h"

namespace app::commands {
namespace {

constexpr int kUsage = 2;
constexpr int kBug = 3;
constexpr size_t kReportBytesMax = size_t{8} << 20;

// Errors begin with the file's name.
template <class Read>
auto read_agreed(const std::string& path, size_t bytes_max, Read read) -> decltype(read(std::string())) {
  TRY(const std::string text, os::read_file(path, bytes_max));
  auto result = read(text);
  if (result) return result;
  base::Error problem = std::move(result).error();
  problem.message = fmt::format("{}: {}", path, problem.message);
  return std::unexpected(std::move(problem));
}

base::Result<checks::Request> request_of(const Arguments& arguments, base::Wall now) {
  checks::Request request{.command = arguments.positional};
  const std::string only = arguments.text("--only");
  for (const std::string_view id : base::split(only, ',')) {
    if (!base::trim(id).empty()) request.only.emplace_back(base::trim(id));
  }
  if (arguments.has("--fail-on")) {
    const auto severity = checks::find_severity(arguments.text("--fail-on"));
    if (!severity) {
      return base::fail(base::Code::kInvalidArgument, "--fail-on takes critical, high, medium or low.");
    }
    request.fail_on = *severity;
  }
  TRY(request.waivers, waivers_of(arguments, now));
  if (arguments.has("--baseline")) {
    TRY(request.baseline, read_agreed(arguments.text("--baseline"), kReportBytesMax,
                                      [](const std::string& text) { return checks::read_baseline(text); }));
  }
  return request;
}

base::Result<checks::View> view_of(const Arguments& arguments) {
  checks::View view{.verbose = arguments.has("--verbose"), .framework = std::nullopt};
  if (!arguments.has("--framework")) return view;
  view.framework = checks::find_framework(arguments.text("--framework"));
  if (view.framework) return view;
  return base::fail(base::Code::kInvalidArgument,
                    "--framework takes owasp21, owasp25, csf2, iso27001, soc2, asvs5 or mcp10.");
}

base::Result<std::string> rendered(const checks::Report& report, const checks::View& view, std::string_view format) {
  if (format == "json") return json::write_pretty(checks::to_json(report, view));
  if (format == "sarif") return json::write_pretty(checks::to_sarif(report));
  if (format == "oscal") return json::write_pretty(checks::to_oscal(report));
  if (format == "html") return checks::to_html(report, view);
  if (format == "text") return checks::to_text(report, view);
  return base::fail(base::Code::kInvalidArgument, "--format takes text, json, sarif, oscal or html.");
}

// A file that ends in .json is meant to be JSON, as the guide writes it.
std::string format_of(const Arguments& arguments) {
  if (arguments.has("--format")) return arguments.text("--format");
  if (arguments.has("--json")) return "json";
  const std::string output = arguments.text("--output");
  for (const std::string_view form : {"json", "sarif", "html"}) {
    if (output.ends_with("." + std::string(form))) return std::string(form);
  }
  return "text";
}

base::Result<std::optional<crypto::Ed25519>> key_of(const Arguments& arguments) {
  if (!arguments.has("--sign")) return std::nullopt;
  if (!arguments.has("--output")) {
    return base::fail(base::Code::kInvalidArgument,
                      "--sign needs --output FILE: the signature is written to FILE.sig.");
  }
  TRY(crypto::Ed25519 key, read_report_key(arguments.text("--sign")));
  return key;
}

// The trail knows of a report before anybody can read it.
base::Result<void> note_signature(Io& io, const checks::Facts& facts, const crypto::Ed25519& key,
                                  std::string_view command, std::string_view report) {
  const config::Settings* settings = facts.config && facts.config->settings ? &*facts.config->settings : nullptr;
  if (settings == nullptr || !settings->audit.enabled) {
    io.err << "note: the report is signed, and no trail knows of it: audit.enabled is false, or the settings cannot be "
              "read.\n";
    return {};
  }
  Process process(io.environment, base::Level::kError, Signals::kEnd);
  return tell_trail(process, *settings, describe_signed(key, command, report));
}

base::Result<int> check(const Command& command, const Arguments& arguments, Io& io) {
  if (arguments.has("--list")) {
    io.out << checks::list_checks(arguments.positional, format_of(arguments) == "json");
    return 0;
  }
  if (arguments.has("--explain")) {
    TRY(const std::string text, checks::explain(arguments.text("--explain")));
    io.out << text;
    return 0;
  }
  const os::SystemClock clock;
  TRY(checks::Request request, request_of(arguments, clock.wall()));
  TRY(const checks::View view, view_of(arguments));
  const std::string format = format_of(arguments);
  TRY(const std::optional<crypto::Ed25519> key, key_of(arguments));
  TRY(const auto asked, checks::asked_by(request));
  const checks::RealHost host;
  CheckRequest gathering{command, arguments, io, host, {}};
  for (const checks::Check* each : asked) gathering.families.insert(checks::family_of(*each));
  TRY(const checks::Facts facts, gather_facts(gathering, clock.wall()));
  TRY(const checks::Report report, checks::make_report(std::move(request), facts, std::string(version())));
  TRY(const std::string text, rendered(report, view, format));
  if (key) TRY_VOID(note_signature(io, facts, *key, report.command, text));
  if (arguments.has("--output")) {
    if (key) TRY_VOID(os::write_private_file(arguments.text("--output") + ".sig", signature_of(*key, text)));
    TRY_VOID(os::write_private_file(arguments.text("--output"), text));
  } else {
    io.out << text;
  }
  return checks::exit_code_of(report);
}

// A script tells a finding (1) from a run that could not be made (2) by the exit code, whatever was in the way.
base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  const auto result = check(command, arguments, io);
  if (result) return result;
  io.err << "error: " << result.error().message << '\n';
  return result.error().code == base::Code::kInternal ? kBug : kUsage;
}

Option file_option(std::string_view name, std::string_view about) {
  return {.name = name, .value = "FILE", .about = about};
}

}  // namespace

Command security_check_command() {
  std::vector<std::string_view> names;
  for (const checks::CommandInfo& each : checks::commands()) names.push_back(each.name);
  return {
      .name = "security-check",
      .about = "Check this installation and give evidence for controls.",
      .options = {config_option(),
                  {.name = "--environment",
                   .value = "KIND",
                   .about = "Judge for this kind of deployment: development, staging or production.",
                   .setting = "environment"},
                  {.name = "--format", .value = "F", .about = "text, json, sarif, oscal or html; default text."},
                  json_option(),
                  file_option("--output", "Write the report there; its ending chooses the format."),
                  {.name = "--verbose", .kind = OptionKind::kSwitch, .about = "Show also what passed."},
                  {.name = "--framework",
                   .value = "ID",
                   .about = "Show the controls of one: owasp21, owasp25, csf2, iso27001, soc2, asvs5 or mcp10."},
                  file_option("--sign",
                              "Sign the report with this Ed25519 key, into a file beside it, and tell the "
                              "trail."),
                  {.name = "--only", .value = "ID,..", .about = "These checks alone."},
                  {.name = "--fail-on",
                   .value = "SEVERITY",
                   .about = "The least severity that ends with 1: critical, high, medium or low; default high."},
                  file_option("--baseline", "An earlier report in JSON: what failed there does not end with 1."),
                  waivers_option(),
                  file_option("--attestations", "What people have done, and when."),
                  file_option("--manifest", "k8s: Kubernetes objects in YAML."),
                  file_option("--dockerfile", "k8s: a Dockerfile."),
                  file_option("--unit", "k8s: a systemd unit."),
                  file_option("--sbom", "deps: the bill of materials; default: the one beside the program."),
                  file_option("--advisories", "deps: a file, or a directory of files, in the OSV format."),
                  file_option("--advisories-key", "deps: the public key that signs the advisories, in base64."),
                  {.name = "--advisories-server",
                   .value = "URL",
                   .about = "deps: ask a server with the API of osv.dev, such as https://api.osv.dev."},
                  file_option("--vex", "deps: statements in OpenVEX, each with a day on which it expires."),
                  file_option("--licences", "deps: the policy, {\"allow\": [..], \"deny\": [..]}."),
                  {.name = "--security-index",
                   .value = "DIR",
                   .about = "deps, runtime: indexes of Debian's security pocket; default /var/lib/apt/lists."},
                  file_option("--ca",
                              "network: the authorities that our certificate is checked with; default: the "
                              "system's."),
                  {.name = "--backups", .value = "DIR", .about = "runtime: a folder of backups; the newest is tried."},
                  {.name = "--release", .value = "DIR", .about = "binary: the checksums and the provenance."},
                  file_option("--release-key", "binary: the public key that signs them, in base64."),
                  {.name = "--offline", .kind = OptionKind::kSwitch, .about = "Ask no server of others."},
                  {.name = "--list", .kind = OptionKind::kSwitch, .about = "Name the checks and end."},
                  {.name = "--explain", .value = "ID", .about = "Say what a check asks and why, and end."}},
      .positional = Positional{.name = "part",
                               .about = "config, deps, network, runtime, audit, binary, start, k8s, compliance or all",
                               .choices = std::move(names)},
      .run = run};
}

}  // namespace app::commands
