#include "store/sqlite/file_leases.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "crypto/hash.h"
#include "os/files.h"

namespace store::sqlite {

namespace {

// A refresh takes some hundred milliseconds, so asking this often costs little and waits little too long.
constexpr base::Duration kPollEvery = std::chrono::milliseconds(20);

class Held final : public Lease {
 public:
  explicit Held(os::FileLock lock) : lock_(std::move(lock)) {}

 private:
  os::FileLock lock_;
};

}  // namespace

base::Task<base::Result<std::unique_ptr<Lease>>> FileLeases::acquire(std::string principal, base::Instant deadline) {
  CO_TRY_VOID(os::make_private_directory(directory_));
  // A principal may be called anything; its digest is always a file name.
  const std::string path = directory_ + "/refresh-" + crypto::to_hex(crypto::sha256(principal)).substr(0, 16) + ".lock";
  // Ends with the lock, with an error, or at the deadline.
  while (true) {
    CO_TRY(auto lock, os::FileLock::try_take(path));
    if (lock) co_return std::make_unique<Held>(*std::move(lock));
    const base::Instant now = loop_.now();
    if (now >= deadline) {
      co_return base::fail(base::Code::kDeadline,
                           "Another process is refreshing the Spotify login and takes too long. Try again.");
    }
    co_await base::sleep_until(loop_, std::min(now + kPollEvery, deadline));
  }
}

}  // namespace store::sqlite
