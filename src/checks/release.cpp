#include "checks/release.h"

#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>

#include "checks/signed_files.h"
#include "json/parse.h"

namespace checks {
namespace {

constexpr size_t kFileBytesMax = size_t{1} << 20;

base::Result<std::string> signed_text(const Host& host, const ReleaseRequest& request, std::string_view name) {
  TRY(const std::string key, host.read(request.public_key, kFileBytesMax));
  return read_signed(host, fmt::format("{}/{}", request.directory, name), key, kFileBytesMax);
}

std::string checksum_problem(std::string_view sums, const ReleaseRequest& request) {
  const auto digests = read_checksums(sums);
  const auto found = digests.find(request.program_name);
  if (found == digests.end()) return "The signed checksums do not name this program.";
  return found->second == request.program_digest ? "" : "The signed checksum is another one.";
}

// An in-toto statement with a SLSA provenance predicate.
std::string provenance_problem(std::string_view text, const ReleaseRequest& request) {
  const auto statement = json::parse(text);
  if (!statement) return "The provenance is no JSON.";
  if (!statement->text_or_empty("_type").starts_with("https://in-toto.io/Statement/") ||
      !statement->text_or_empty("predicateType").starts_with("https://slsa.dev/provenance/")) {
    return "The provenance is no in-toto statement of SLSA.";
  }
  const json::Value* subjects = statement->find("subject");
  if (subjects == nullptr || !subjects->is_array()) return "The provenance names no subject.";
  for (const json::Value& subject : subjects->array()) {
    const json::Value* digest = subject.find("digest");
    if (digest != nullptr && digest->text_or_empty("sha256") == request.program_digest) return {};
  }
  return "The provenance is of another program.";
}

}  // namespace

ReleaseFiles check_release(const Host& host, const ReleaseRequest& request) {
  if (request.directory.empty() || request.public_key.empty()) {
    const char* why = "No release was given to compare with: --release DIRECTORY and --release-key FILE.";
    return {Fact<std::string>::absent(why), Fact<std::string>::absent(why)};
  }
  ReleaseFiles files;
  const auto sums = signed_text(host, request, "SHA256SUMS");
  files.checksum = sums ? checksum_problem(*sums, request) : sums.error().message;
  const auto provenance = signed_text(host, request, "provenance.json");
  files.provenance = provenance ? provenance_problem(*provenance, request) : provenance.error().message;
  return files;
}

}  // namespace checks
