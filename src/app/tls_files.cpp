#include "app/tls_files.h"

#include <fmt/format.h>
#include <utility>

#include "os/files.h"

namespace app {
namespace {

constexpr size_t kFileBytesMax = size_t{256} * 1024;

}  // namespace

base::Result<std::shared_ptr<const net::TlsIdentity>> TlsFiles::read() {
  if (certificate_.empty()) return nullptr;
  TRY(const std::string chain, os::read_file(certificate_, kFileBytesMax));
  TRY(std::string key, os::read_private_file(os::target_of(key_), kFileBytesMax));
  auto identity = net::TlsIdentity::make(chain, base::Secret(std::move(key)));
  if (!identity) {
    return std::unexpected(base::Error{identity.error().code,
                                       fmt::format("server.tls_certificate {} with server.tls_key {}: {}", certificate_,
                                                   key_, identity.error().message),
                                       identity.error().detail, std::nullopt});
  }
  shown_ = (*identity)->fingerprint();
  return identity;
}

base::Result<bool> TlsFiles::reload(const Show& show) {
  const std::string before = shown_;
  TRY(auto identity, read());
  if (identity == nullptr || shown_ == before) return false;
  show(std::move(identity));
  return true;
}

base::Task<void> TlsFiles::watch(TlsFiles* self, base::Loop* loop, base::Log* log, Show show) {
  std::string told;
  while (true) {  // Until the server drops it.
    co_await base::sleep_for(*loop, kLookEvery);
    const auto reloaded = self->reload(show);
    if (!reloaded && reloaded.error().message != told) {
      told = reloaded.error().message;
      log->event(base::Level::kError, "tls.certificate_not_read", {{"why", told}, {"detail", reloaded.error().detail}});
    }
    if (!reloaded) continue;
    told.clear();
    if (*reloaded) log->event(base::Level::kInfo, "tls.certificate_changed", {{"fingerprint", self->shown_}});
  }
}

}  // namespace app
