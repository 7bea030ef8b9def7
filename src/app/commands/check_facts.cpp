#include "app/commands/check_facts.h"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "checks/report.h"
#include "os/files.h"

namespace app::commands {
namespace {

constexpr size_t kAttestationsBytesMax = size_t{1} << 20;

base::Result<void> gather_attestations(const CheckRequest& request, checks::Facts& facts) {
  using Attestations = std::map<std::string, checks::Attestation, std::less<>>;
  const std::string path = request.arguments.text("--attestations");
  if (path.empty()) {
    facts.attestations = checks::Fact<Attestations>::absent("No attestations were given: --attestations FILE.");
    return {};
  }
  TRY(const std::string text, os::read_file(path, kAttestationsBytesMax));
  auto read = checks::read_attestations(text);
  if (!read) return base::fail(read.error().code, fmt::format("{}: {}", path, read.error().message));
  facts.attestations = *std::move(read);
  return {};
}

// For what is tried on files; removed with all that is in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::error_code error;
    path_ = (std::filesystem::temp_directory_path(error) / ("spotify-mcp-check-" + std::string(6, 'X'))).string();
    if (error || ::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What this version has not, so that nobody has to look for it.
void note_absent(checks::Facts& facts) {
  facts.auth_server = checks::Fact<checks::AuthServerFacts>::absent(
      "There is no authorization server in this version: clients prove themselves with the local bearer or an API "
      "key.");
  facts.backups = checks::Fact<checks::BackupFacts>::absent("No folder of backups was asked for.");
  facts.certificate = checks::Fact<checks::CertificateFacts>::absent("The listener was not asked.");
  facts.listener =
      checks::Fact<checks::ListenerFacts>::absent("The listener was not asked; `security-check network` does.");
  facts.spotify_tls = checks::Fact<std::vector<checks::CertificateFacts>>::absent("Spotify's servers were not asked.");
}

}  // namespace

base::Result<checks::Facts> gather_facts(const CheckRequest& request, base::Wall now) {
  checks::Facts facts;
  facts.now = now;
  facts.is_offline = request.arguments.has("--offline");
  note_absent(facts);
  TRY_VOID(gather_attestations(request, facts));
  TRY_VOID(gather_config(request, facts));
  gather_program(request, facts);
  const ScratchDirectory scratch;
  if (scratch.path().empty()) {
    return base::fail(base::Code::kUnavailable, "There is no room for scratch files: TMPDIR cannot be written.");
  }
  const bool deep = request.asks("HST") || request.asks("AUT") || request.asks("DAT") || request.asks("CRY");
  if (request.asks("CFG")) gather_access(request, scratch.path(), facts);
  if (deep || request.asks("AUD") || request.asks("CFG")) gather_runtime(request, scratch.path(), facts);
  if (request.asks("DEP")) {
    if (!facts.system) gather_machine(request, facts);
    TRY_VOID(gather_dependencies(request, facts));
  }
  if (request.asks("NET")) {
    gather_listener(request, scratch.path(), facts);
    gather_certificate(request, facts);
    gather_spotify_tls(facts);
  }
  if (request.asks("BIN")) gather_binary(request, facts);
  if (request.asks("K8S") || request.asks("CTR") || request.asks("SYS")) TRY_VOID(gather_manifests(request, facts));
  run_self_tests(request, scratch.path(), facts);
  return facts;
}

}  // namespace app::commands
