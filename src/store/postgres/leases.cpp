#include "store/postgres/leases.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "crypto/random_text.h"
#include "store/sql/on_worker.h"

namespace store::postgres {

using base::Result;

namespace {

// A refresh takes some hundred milliseconds; asking costs one turn to the database.
constexpr base::Duration kPollEvery = std::chrono::milliseconds(50);
constexpr size_t kHolderBytes = 16;

}  // namespace

// Everything that lives on the worker's thread.
struct RowLeases::Core : std::enable_shared_from_this<RowLeases::Core> {
  Core(Services given, std::shared_ptr<const sql::Place> place_given)
      : services(given), place(std::move(place_given)) {}

  // Null where somebody else has it.
  Result<std::unique_ptr<Lease>> try_take(const std::string& principal);
  void give_back(const std::string& principal, const std::string& holder);

  Services services;
  std::shared_ptr<const sql::Place> place;
  std::unique_ptr<sql::Database> database;
};

class RowLeases::Held final : public Lease {
 public:
  Held(std::shared_ptr<Core> core, std::string principal, std::string holder)
      : core_(std::move(core)), principal_(std::move(principal)), holder_(std::move(holder)) {}
  ~Held() override {
    core_->services.worker.submit(
        [core = core_, principal = principal_, holder = holder_] { core->give_back(principal, holder); });
  }

 private:
  std::shared_ptr<Core> core_;
  std::string principal_;
  std::string holder_;
};

Result<std::unique_ptr<Lease>> RowLeases::Core::try_take(const std::string& principal) {
  TRY(const sql::Database* tables, sql::opened_at(*place, database));
  const std::string holder = crypto::random_token(services.random, kHolderBytes);
  TRY(const int64_t taken,
      tables->execute("INSERT INTO leases (principal, holder, until) "
                      "VALUES (?1, ?2, clock_timestamp() + ?3 * interval '1 millisecond') "
                      "ON CONFLICT (principal) DO UPDATE SET holder = excluded.holder, until = excluded.until "
                      "WHERE leases.until <= clock_timestamp()",
                      {principal, holder, int64_t{kLasts.count()}}));
  if (taken == 0) return nullptr;
  return std::make_unique<Held>(shared_from_this(), principal, holder);
}

void RowLeases::Core::give_back(const std::string& principal, const std::string& holder) {
  const auto tables = sql::opened_at(*place, database);
  // One that cannot be given back ends by itself.
  if (!tables) return;
  (void)(*tables)->execute("DELETE FROM leases WHERE principal = ?1 AND holder = ?2", {principal, holder}).has_value();
}

RowLeases::RowLeases(Services services, std::shared_ptr<const sql::Place> place)
    : services_(services), core_(std::make_shared<Core>(services, std::move(place))) {}

RowLeases::~RowLeases() = default;

base::Task<Result<std::unique_ptr<Lease>>> RowLeases::acquire(std::string principal, base::Instant deadline) {
  base::Loop& loop = services_.loop;
  // Ends with the lease, with an error, or at the deadline.
  while (true) {
    auto work = [core = core_, principal] { return core->try_take(principal); };
    auto taking = sql::on_worker(loop, services_.worker, core_, std::move(work));
    CO_TRY(auto lease, co_await std::move(taking));
    if (lease) co_return std::move(lease);
    const base::Instant now = loop.now();
    if (now >= deadline) {
      co_return base::fail(base::Code::kDeadline,
                           "Another replica is refreshing the Spotify login and takes too long. Try again.");
    }
    co_await base::sleep_until(loop, std::min(now + kPollEvery, deadline));
  }
}

}  // namespace store::postgres
