// Access tokens of one principal that are always fresh, and the only place that renews them. However many callers wait,
// one request goes to Spotify: within the process they share a flight, between processes a lease decides, and whoever
// gets the lease looks first whether the work is done already. A new grant is durable before anyone sees its token.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "http/interfaces.h"
#include "oauth/token.h"
#include "store/grants.h"
#include "store/leases.h"

namespace oauth {

struct AccessToken {
  base::Secret secret;
  int64_t generation = 0;
  base::Wall authorized_at;  // Tells one login from the next: no refresh changes it.
};

// For people; nothing secret.
struct LoginState {
  enum class Kind { kLoggedOut, kLoggedIn, kEnded };
  Kind kind = Kind::kLoggedOut;
  std::string user_id;
  std::vector<std::string> scopes;
  base::Wall authorized_at;
  base::Wall access_expires_at;
};

// Spotify ends a refresh token so long after consent; measured from authorized_at, no refresh prolongs it.
inline constexpr std::chrono::hours kConsentLasts{24 * 180};
inline constexpr std::chrono::hours kConsentWarnsAfter{24 * 150};

struct RefresherOptions {
  std::string principal = "owner";
  std::string accounts_url = "https://accounts.spotify.com";
  ClientIdentity client;
  // A token that dies sooner than this is renewed first.
  std::chrono::milliseconds early{60'000};
  // How old our copy of the grant may be before the store is asked whether another process changed it.
  std::chrono::milliseconds recheck{2'000};
  // For the lease and the request together; the flight goes on when a caller gives up earlier.
  std::chrono::milliseconds flight_max{30'000};
  // Called when Spotify did not renew the access, once per attempt, before anyone who waits hears of it.
  std::function<void(const base::Error&)> failed = nullptr;
};

class Refresher {
 public:
  // All must outlive the refresher.
  struct Services {
    base::Loop& loop;
    const base::Clock& clock;
    base::Log& log;
    http::Client& http;
    store::Grants& grants;
    store::Leases& leases;
  };

  Refresher(Services services, RefresherOptions options);
  // Ends a running flight; join() first where a new token must not be lost. Tasks of token() must be gone by then.
  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // kUnauthenticated: log in (again); never retried by itself. kDeadline when `deadline` comes first. Any other error
  // passes: the stored login is as good as before. Dropping the task does not stop the flight that others wait for.
  base::Task<base::Result<AccessToken>> token(base::Instant deadline);
  // Spotify answered 401 to the token of this generation. Ignored when a later one is known.
  void rejected(int64_t generation);
  // The login changed under our hands (a login or logout of this process): look again at the next call.
  void forget();
  base::Task<base::Result<LoginState>> state();
  // Waits for the flight that runs now, so that a token that Spotify has just issued is stored.
  base::Task<void> join();

  // From the next request on.
  void set_client(ClientIdentity client) {
    options_.client = std::move(client);
    refusal_.reset();
  }

 private:
  using Outcome = base::Result<bool>;
  struct Waiter;

  bool usable(const store::Grant& grant) const;
  // Good for nothing new, but still accepted by Spotify for a moment.
  bool alive(const store::Grant& grant) const;
  bool copy_is_fresh() const;
  void adopt(store::Grant grant);
  std::optional<base::Error> known_refusal() const;

  base::Task<void> fly();
  base::Task<base::Result<void>> renew();
  base::Task<base::Result<void>> renew_under_lease(store::Grant grant, base::Instant deadline);
  base::Task<base::Result<void>> ended(store::Grant grant, base::Error error);
  base::Task<base::Result<void>> persist(store::Grant renewed);
  base::Task<base::Result<store::Grant>> load_active();

  Services services_;
  RefresherOptions options_;
  // What the store held when we last looked.
  std::optional<store::Grant> current_;
  base::Instant looked_at_{};
  std::optional<int64_t> rejected_generation_;
  // A grant that Spotify issued and the store could not take yet. It is offered again before anything else.
  std::optional<store::Grant> unsaved_;
  // Spotify refused our registration, or asked us to wait: not asked again for this generation, or before that time.
  struct Refusal {
    int64_t generation = 0;
    base::Error error;
    base::Instant until;
  };
  std::optional<Refusal> refusal_;
  bool warned_of_age_ = false;

  std::vector<Waiter*> waiters_;
  bool flying_ = false;
  base::TaskGroup flights_;
};

}  // namespace oauth
