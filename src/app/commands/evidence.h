// A folder that shows later what an installation was like: files, a manifest with the SHA-256 of each, and the manifest
// signed with a key that comes from the master key, so that nobody changes one of them unseen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/keys.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "json/value.h"

namespace app::commands {

inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kSignatureFile = "manifest.sig";

class Evidence {
 public:
  // Makes the folder, which nobody else can enter. kConflict where it exists already.
  static base::Result<Evidence> begin(std::string directory, std::vector<base::Secret> secrets);

  const std::string& directory() const { return directory_; }
  size_t files() const { return files_.size(); }

  // `name` may have folders before it. kForbidden, and nothing is written, for bytes in which one of the secrets
  // stands: evidence is handed on. The message names the file and never the secret.
  base::Result<void> add(const std::string& name, std::string_view bytes);
  base::Result<void> add_json(const std::string& name, const json::Value& value);
  // Writes the manifest; signed where there are keys.
  base::Result<void> finish(std::string_view kind, base::Wall now, const audit::Keys* keys);

 private:
  struct File {
    std::string name;
    uint64_t bytes = 0;
    std::string sha256;
  };
  Evidence(std::string directory, std::vector<base::Secret> secrets)
      : directory_(std::move(directory)), secrets_(std::move(secrets)) {}

  std::string directory_;
  std::vector<base::Secret> secrets_;
  std::vector<File> files_;
};

struct EvidenceReport {
  size_t files = 0;
  // Whether the manifest bears the signature of this master key.
  enum class Signature { kNone, kGood, kWrong } signature = Signature::kNone;
  std::vector<std::string> problems = {};  // A sentence for each file that is missing, changed or new.

  bool is_whole() const { return problems.empty() && signature == Signature::kGood; }
};
// Compares a folder with its manifest. kNotFound where there is none, kInvalidArgument for one that cannot be read.
base::Result<EvidenceReport> verify_evidence(const std::string& directory, const audit::Keys* keys);

}  // namespace app::commands
