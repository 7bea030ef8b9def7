// The program file, the libraries and the manifests as facts.

#include <fmt/format.h>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "app/build_info.h"
#include "app/commands/check_facts.h"
#include "base/text.h"
#include "checks/collect_dependencies.h"
#include "checks/dpkg.h"
#include "checks/elf.h"
#include "checks/manifest.h"
#include "checks/release.h"
#include "checks/secrets.h"
#include "checks/words.h"
#include "crypto/bytes.h"
#include "crypto/hash.h"
#include "crypto/self_test.h"

namespace app::commands {
namespace {

using checks::Fact;

constexpr size_t kProgramBytesMax = size_t{512} << 20;
constexpr size_t kProcBytesMax = size_t{4} << 20;

checks::BuildFacts build_facts(std::string_view info) {
  const auto value = [info](std::string_view name) { return std::string(build_value(info, name)); };
  return {.version = value("version"),
          .commit = value("commit"),
          .type = value("type"),
          .compiler = value("compiler"),
          .flags = value("flags"),
          .sanitizers = value("sanitizers"),
          .sbom_digest = value("sbom_digest"),
          .date = value("date")};
}

std::string loaded_path(const checks::Host& host, std::string_view name) {
  const auto maps = host.read("/proc/self/maps", kProcBytesMax);
  if (!maps) return {};
  for (const std::string& path : checks::libraries_in(*maps)) {
    if (path.contains(name)) return path;
  }
  return {};
}

// Beside the program, as in a build, or where a package puts it.
std::string usual_sbom(const CheckRequest& request) {
  const std::string& program = request.io.program;
  const std::string folder = program.contains('/') ? program.substr(0, program.rfind('/')) : ".";
  for (const std::string& path :
       {folder + "/sbom.cdx.json", folder + "/../share/doc/spotify-mcp-server/sbom.cdx.json"}) {
    if (request.host.look(path).exists) return path;
  }
  return "/usr/share/doc/spotify-mcp-server/sbom.cdx.json";
}

template <class T, class Parse>
base::Result<Fact<T>> read_one(const CheckRequest& request, std::string_view option, const char* why, Parse parse) {
  const std::string path = request.arguments.text(option);
  if (path.empty()) return Fact<T>::absent(why);
  TRY(const std::string text, request.host.read(path, checks::kManifestBytesMax));
  auto parsed = parse(path, text);
  // A file that cannot be read as what it claims to be is a finding: nothing in it could be judged.
  if (!parsed) return Fact<T>::unknown(fmt::format("{}: {}", path, parsed.error().message));
  return Fact<T>(*std::move(parsed));
}

}  // namespace

void gather_binary(const CheckRequest& request, checks::Facts& facts) {
  checks::BinaryFacts binary;
  binary.path = request.io.program;
  const auto bytes = request.host.read(binary.path, kProgramBytesMax);
  if (!bytes) {
    facts.binary = Fact<checks::BinaryFacts>::unknown(bytes.error().message);
    return;
  }
  auto elf = checks::read_elf(*bytes);
  if (!elf) {
    facts.binary = Fact<checks::BinaryFacts>::unknown(elf.error().message);
    return;
  }
  binary.elf = *std::move(elf);
  const auto info = checks::section_of(*bytes, ".build_info");
  binary.build = info ? Fact<checks::BuildFacts>(build_facts(info->substr(0, info->find('\0'))))
                      : Fact<checks::BuildFacts>::unknown("The program file has no section .build_info.");
  binary.digest = crypto::to_hex(crypto::sha256(*bytes));
  if (const auto kind = checks::secret_shape(*bytes)) binary.embedded_secrets.emplace_back(*kind);
  binary.openssl_version = static_cast<int64_t>(crypto::library_version());
  binary.openssl_path = loaded_path(request.host, "libcrypto.so");
  const checks::ReleaseFiles release =
      checks::check_release(request.host, {.directory = request.arguments.text("--release"),
                                           .public_key = request.arguments.text("--release-key"),
                                           .program_name = "spotify-mcp-server",
                                           .program_digest = binary.digest});
  binary.signed_checksum = release.checksum;
  binary.provenance = release.provenance;
  facts.binary = std::move(binary);
}

base::Result<void> gather_dependencies(const CheckRequest& request, checks::Facts& facts) {
  const Arguments& arguments = request.arguments;
  const std::string sbom = arguments.has("--sbom") ? arguments.text("--sbom") : usual_sbom(request);
  const std::string index = arguments.text("--security-index");
  const std::string server = arguments.text("--advisories-server");
  std::function<base::Result<checks::Advisories>(const std::vector<checks::Component>&)> ask;
  if (!server.empty()) {
    TRY_VOID(check_advisory_server(request, server));
    ask = [&](const std::vector<checks::Component>& all) { return ask_advisories(request, server, facts.now, all); };
  }
  TRY(facts.dependencies, checks::collect_dependencies(
                              request.host, {.sbom = sbom,
                                             .embedded_digest = std::string(build_value(build_info(), "sbom_digest")),
                                             .advisories = arguments.text("--advisories"),
                                             .advisories_key = arguments.text("--advisories-key"),
                                             .ask = std::move(ask),
                                             .vex = arguments.text("--vex"),
                                             .licences = arguments.text("--licences"),
                                             .indexes = index.empty() ? checks::kAptLists : index,
                                             .now = facts.now}));
  return {};
}

base::Result<void> gather_manifests(const CheckRequest& request, checks::Facts& facts) {
  TRY(facts.manifest, read_one<checks::ManifestFacts>(
                          request, "--manifest", "No manifest was given: --manifest FILE.",
                          [](const std::string&, const std::string& text) { return checks::parse_manifest(text); }));
  TRY(facts.dockerfile,
      read_one<checks::DockerfileFacts>(
          request, "--dockerfile", "No Dockerfile was given: --dockerfile FILE.",
          [](const std::string&, const std::string& text) { return checks::parse_dockerfile(text); }));
  TRY(facts.unit, read_one<checks::UnitFacts>(
                      request, "--unit", "No unit was given: --unit FILE.",
                      [](const std::string& path, const std::string& text) { return checks::parse_unit(path, text); }));
  if (facts.dockerfile) {
    const std::string path = request.arguments.text("--dockerfile");
    const std::string folder = path.contains('/') ? path.substr(0, path.rfind('/') + 1) : "";
    const auto ignored = request.host.read(folder + ".dockerignore", checks::kManifestBytesMax);
    facts.dockerfile->has_ignore_list = ignored && checks::stripped(*ignored).starts_with("*");
  }
  return {};
}

}  // namespace app::commands
