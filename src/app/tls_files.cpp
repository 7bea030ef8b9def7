#include "app/tls_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "os/files.h"

namespace app {
namespace {

constexpr size_t kFileBytesMax = size_t{256} * 1024;
constexpr std::chrono::hours kWarnEvery{24};

}  // namespace

std::optional<int64_t> days_of_ending(base::Wall begins, base::Wall ends, base::Wall now) {
  constexpr int64_t kPartOfLife = 3;
  const std::chrono::milliseconds left = ends - now;
  if (left >= std::max<std::chrono::milliseconds>(std::chrono::days(7), (ends - begins) / kPartOfLife)) {
    return std::nullopt;
  }
  return std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::days>(left).count());
}

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
  begins_ = (*identity)->not_before();
  ends_ = (*identity)->not_after();
  return identity;
}

base::Result<bool> TlsFiles::reload(const Show& show) {
  const std::string before = shown_;
  TRY(auto identity, read());
  if (identity == nullptr || shown_ == before) return false;
  show(std::move(identity));
  return true;
}

base::Task<void> TlsFiles::watch(TlsFiles* self, Watching services, Show show) {
  std::string told;
  std::optional<base::Wall> warned;
  while (true) {  // Until the server drops it.
    const base::Wall now = services.clock.wall();
    const auto days = days_of_ending(self->begins_, self->ends_, now);
    if (days && (!warned || now - *warned >= kWarnEvery)) {
      warned = now;
      services.log.event(base::Level::kWarning, "tls.certificate_ends",
                         {{"days", *days}, {"ends", base::to_rfc3339(self->ends_)}, {"tag", "SECURITY WARNING"}});
    }
    co_await base::sleep_for(services.loop, kLookEvery);
    const auto reloaded = self->reload(show);
    if (!reloaded && reloaded.error().message != told) {
      told = reloaded.error().message;
      services.log.event(base::Level::kError, "tls.certificate_not_read",
                         {{"why", told}, {"detail", reloaded.error().detail}});
    }
    if (!reloaded) continue;
    told.clear();
    if (!*reloaded) continue;
    warned.reset();
    services.log.event(base::Level::kInfo, "tls.certificate_changed", {{"fingerprint", self->shown_}});
  }
}

}  // namespace app
