#include "app/seal.h"

#include <filesystem>
#include <system_error>

#include "json/write.h"
#include "os/files.h"

namespace app {

Seal::Seal(const std::string& data_directory) : directory_(data_directory), path_(data_directory + "/sealed") {}

bool Seal::is_on() const {
  std::error_code error;
  return std::filesystem::symlink_status(path_, error).type() != std::filesystem::file_type::not_found;
}

base::Result<void> Seal::put_on(base::Wall now) const {
  if (is_on()) return {};
  TRY_VOID(os::make_private_directory(directory_));
  auto written = os::write_private_file(path_, json::write(json::Object{{"since", base::to_rfc3339(now)}}) + "\n");
  // The last step is to make the name durable. Whoever is told of its failure must know that calls are stopped.
  if (!written && is_on()) {
    base::Error error = std::move(written).error();
    error.message = "The seal is on, and may not outlast a crash of this machine. " + error.message;
    return std::unexpected(std::move(error));
  }
  return written;
}

base::Result<void> Seal::take_off() const {
  auto removed = os::remove_file(path_);
  if (!removed && !is_on()) {
    base::Error error = std::move(removed).error();
    error.message = "The seal is off, and may be on again after a crash of this machine. " + error.message;
    return std::unexpected(std::move(error));
  }
  return removed;
}

base::Error Seal::refusal() {
  return {base::Code::kUnavailable,
          "The administrator of this server has sealed it, and nothing runs until they take the seal off with "
          "`spotify-mcp-server admin unseal`. Trying again before does not help.",
          "", std::nullopt};
}

bool SealedCalls::is_sealed(mcp::CallFacts::Touch touch) {
  const base::Instant now = loop_.now();
  const bool is_fresh = looked_at_ && now < *looked_at_ + kReadsBelieve;
  if (touch == mcp::CallFacts::Touch::kReads && is_fresh) return was_on_;
  looked_at_ = now;
  was_on_ = seal_.is_on();
  return was_on_;
}

base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> SealedCalls::begin(mcp::CallFacts facts) {
  if (!is_sealed(facts.touch)) co_return co_await next().begin(std::move(facts));
  audit::Entry entry{.event = audit::Event::kSealedRefused,
                     .user = facts.principal.id,
                     .source = facts.principal.source,
                     .request = {{"method", facts.method}, {"name", facts.name}},
                     .status = std::string(base::code_name(base::Code::kUnavailable)),
                     .reason = "the installation is sealed"};
  // It is refused either way.
  auto recording = trail_.record(std::move(entry));
  static_cast<void>(co_await std::move(recording));
  co_return std::unexpected(Seal::refusal());
}

}  // namespace app
