// The certificate of `serve` and its key, as files that somebody else renews: read at the start, and again when they
// have changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "config/settings.h"
#include "net/tls.h"

namespace app {

// How many days a certificate is still good, 0 for one that has ended; nothing while that is longer than a third of its
// life and than a week: whoever renews it has not come.
std::optional<int64_t> days_of_ending(base::Wall begins, base::Wall ends, base::Wall now);

class TlsFiles {
 public:
  // How long a renewed certificate waits at most until it is shown.
  static constexpr std::chrono::seconds kLookEvery{5};

  explicit TlsFiles(const config::Server& settings) : certificate_(settings.tls_certificate), key_(settings.tls_key) {}

  // Null where no certificate is set. The error names the file and the fix. Blocking, but short.
  base::Result<std::shared_ptr<const net::TlsIdentity>> read();

  using Show = std::function<void(std::shared_ptr<const net::TlsIdentity>)>;
  // Reads the files; gives them to `show` where they hold another certificate than before. An error leaves the old one
  // in use. True: there was a new one.
  base::Result<bool> reload(const Show& show);
  struct Watching {
    base::Loop& loop;
    const base::Clock& clock;
    base::Log& log;
  };
  // Reloads every kLookEvery, until the task is dropped; the log tells of what it finds, and each day of a certificate
  // that ends soon. All must outlive it.
  static base::Task<void> watch(TlsFiles* self, Watching services, Show show);

 private:
  std::string certificate_;
  std::string key_;
  std::string shown_;  // Fingerprint.
  base::Wall begins_;
  base::Wall ends_;
};

}  // namespace app
