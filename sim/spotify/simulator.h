// The accounts service and the Web API of Spotify as one http::Handler, with state. Accounts live under /authorize and
// /api/token, the Web API under /v1, so one base URL serves for both.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"
#include "http/interfaces.h"
#include "sim/spotify/accounts.h"
#include "sim/spotify/config.h"
#include "sim/spotify/answer.h"
#include "sim/spotify/faults.h"
#include "sim/spotify/quota.h"
#include "sim/spotify/world.h"

namespace sim::spotify {

// The given clock, moved forward by what tests and POST /sim/clock ask for.
class ShiftedClock final : public base::Clock {
 public:
  explicit ShiftedClock(const base::Clock& clock) : clock_(clock) {}
  base::Wall wall() const override { return clock_.wall() + shift_; }
  void advance(std::chrono::milliseconds by) { shift_ += by; }

 private:
  const base::Clock& clock_;
  std::chrono::milliseconds shift_{0};
};

struct Call;

// Every scope of the Web API that an app without a playback SDK uses.
std::vector<std::string> all_scopes();

class Simulator final : public http::Handler {
 public:
  // The services must outlive it. `random` makes tokens, new ids and snapshot ids.
  Simulator(Config config, const base::Clock& clock, base::Loop& loop, base::Random& random);
  ~Simulator() override;
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  base::Task<http::Response> handle(http::Request request) override;

  // Tokens without the login, for the default user unless another one is named.
  Tokens grant(std::vector<std::string> scopes = all_scopes(), std::string_view user = kDefaultUser);
  void revoke(std::string_view user = kDefaultUser) { accounts_.revoke(user); }
  void expire(std::string_view access_token) { accounts_.expire(access_token); }
  // Lets that much time pass for tokens and playback.
  void advance(std::chrono::milliseconds by) { clock_.advance(by); }
  base::Wall now() const { return clock_.wall(); }

  void set_faults(FaultPlan faults) { faults_ = std::move(faults); }
  FaultPlan& faults() { return faults_; }
  void set_consent(Consent consent) { config_.consent = consent; }

  // How often an operation was asked for, by its name in the table: "GET /me/player", "POST /api/token". Requests that
  // a fault answered count too, but for refused connections.
  int requests(std::string_view operation) const;
  int requests() const;
  const std::map<std::string, int, std::less<>>& request_counts() const { return counts_; }
  void reset_counts() { counts_.clear(); }

  // Requests that counted against the quota of a bucket in the last 24 hours (quota.h).
  int spent(std::string_view bucket) { return quota_.spent(bucket, clock_.wall()); }

  World& world() { return world_; }
  const World& world() const { return world_; }
  Accounts& accounts() { return accounts_; }
  const Catalogue& catalogue() const { return world_.catalogue; }
  // For a test that looks into the state; CHECKs that the user exists.
  User& user(std::string_view id = kDefaultUser);

 private:
  struct Route;
  Route route(const http::Request& request) const;
  http::Response answer(const http::Request& request, const Route& route);
  http::Response answer_api(const http::Request& request, const Route& route);
  // The operation itself, on the state that it is to see.
  Reply run(Call& call);
  // The answer of a fault that keeps the operation from running.
  std::optional<http::Response> instead(const FaultRule& fault, const http::Request& request);

  Config config_;
  ShiftedClock clock_;
  base::Loop& loop_;
  World world_;
  Accounts accounts_;
  FaultPlan faults_;
  QuotaBook quota_;
  // What reads see until `past_until_`, when Config::write_lag is set.
  std::optional<Past> past_;
  base::Wall past_until_;
  std::map<std::string, int, std::less<>> counts_;
};

}  // namespace sim::spotify
