#include "app/commands/evidence.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <system_error>
#include <utility>

#include "app/version.h"
#include "crypto/base64.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "json/parse.h"
#include "json/write.h"
#include "os/files.h"

namespace app::commands {
namespace {

// Shorter texts stand in other words by accident.
constexpr size_t kSecretBytesMin = 8;
constexpr size_t kManifestBytesMax = size_t{16} * 1024 * 1024;
constexpr size_t kFileBytesMax = size_t{1} << 30U;

std::string hex_digest(std::string_view bytes) { return crypto::to_hex(crypto::sha256(bytes)); }

crypto::Ed25519 signer_of(const audit::Keys& keys) {
  return crypto::Ed25519(crypto::derive_key(keys.signing, "audit/evidence"));
}

// The files of the folder, by their names in it.
base::Result<std::set<std::string>> names_in(const std::string& directory) {
  std::set<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator each(directory, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && each != end; each.increment(error)) {
    if (!each->is_directory()) names.insert(each->path().lexically_relative(directory).string());
  }
  if (!error) return names;
  return base::fail(base::Code::kNotFound, fmt::format("Cannot read {}: {}.", directory, error.message()));
}

EvidenceReport::Signature check_signature(const std::string& directory, const std::string& manifest,
                                          const audit::Keys* keys) {
  const auto text = os::read_file(directory + "/" + kSignatureFile, kManifestBytesMax);
  if (!text || keys == nullptr) return EvidenceReport::Signature::kNone;
  const auto signature = crypto::base64_decode(text->substr(0, text->find('\n')));
  const bool good = signature && crypto::ed25519_verify(signer_of(*keys).public_key(), manifest, *signature);
  return good ? EvidenceReport::Signature::kGood : EvidenceReport::Signature::kWrong;
}

}  // namespace

base::Result<Evidence> Evidence::begin(std::string directory, std::vector<base::Secret> secrets) {
  std::error_code ignored;
  if (os::exists(directory) && !std::filesystem::is_empty(directory, ignored)) {
    return base::fail(base::Code::kConflict, fmt::format("{} exists already. Name another folder.", directory));
  }
  TRY_VOID(os::make_private_directory(directory));
  std::erase_if(secrets, [](const base::Secret& secret) { return secret.reveal().size() < kSecretBytesMin; });
  return Evidence(std::move(directory), std::move(secrets));
}

base::Result<void> Evidence::add(const std::string& name, std::string_view bytes) {
  const auto stands_in = [bytes](const base::Secret& secret) { return bytes.contains(secret.reveal()); };
  if (std::ranges::any_of(secrets_, stands_in)) {
    return base::fail(base::Code::kForbidden, fmt::format("{} would hold a secret, and is left out.", name));
  }
  const std::string path = directory_ + "/" + name;
  TRY_VOID(os::make_private_directory(std::filesystem::path(path).parent_path().string()));
  TRY_VOID(os::create_private_file(path, std::string(bytes)));
  files_.push_back({.name = name, .bytes = bytes.size(), .sha256 = hex_digest(bytes)});
  return {};
}

base::Result<void> Evidence::add_json(const std::string& name, const json::Value& value) {
  return add(name, json::write_pretty(value));
}

base::Result<void> Evidence::finish(std::string_view kind, base::Wall now, const audit::Keys* keys) {
  json::Array listed;
  for (const File& file : files_) {
    listed.emplace_back(
        json::Object{{"name", file.name}, {"bytes", static_cast<int64_t>(file.bytes)}, {"sha256", file.sha256}});
  }
  json::Object manifest{{"evidence", kind},
                        {"time", base::to_rfc3339(now)},
                        {"program", fmt::format("{} {}", kProgram, version())},
                        {"files", std::move(listed)}};
  std::string signature;
  if (keys != nullptr) {
    const crypto::Ed25519 signer = signer_of(*keys);
    manifest.append("signed_by", crypto::base64_encode(signer.public_key()));
    const std::string text = json::write_pretty(manifest);
    TRY_VOID(os::create_private_file(directory_ + "/" + kManifestFile, text));
    return os::create_private_file(directory_ + "/" + kSignatureFile, crypto::base64_encode(signer.sign(text)) + "\n");
  }
  return os::create_private_file(directory_ + "/" + kManifestFile, json::write_pretty(std::move(manifest)));
}

base::Result<EvidenceReport> verify_evidence(const std::string& directory, const audit::Keys* keys) {
  TRY(const std::string text, os::read_file(directory + "/" + kManifestFile, kManifestBytesMax));
  const auto manifest = json::parse(text, {.bytes_max = kManifestBytesMax});
  const json::Value* files = manifest ? manifest->find("files") : nullptr;
  if (files == nullptr || !files->is_array()) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("{}/{} is no manifest.", directory, kManifestFile));
  }
  TRY(std::set<std::string> there, names_in(directory));
  there.erase(kManifestFile);
  there.erase(kSignatureFile);
  EvidenceReport report{.files = files->array().size(), .signature = check_signature(directory, text, keys)};
  for (const json::Value& file : files->array()) {
    const std::string name(file.text_or_empty("name"));
    if (there.erase(name) == 0) {
      report.problems.push_back(fmt::format("{} is missing.", name));
      continue;
    }
    TRY(const std::string bytes, os::read_file(directory + "/" + name, kFileBytesMax));
    if (hex_digest(bytes) != file.text_or_empty("sha256"))
      report.problems.push_back(fmt::format("{} was changed.", name));
  }
  for (const std::string& name : there) report.problems.push_back(fmt::format("{} was added.", name));
  return report;
}

}  // namespace app::commands
