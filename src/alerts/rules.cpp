#include "alerts/rules.h"

namespace alerts {
namespace {

using audit::Event;
using audit::Severity;
using std::chrono::minutes;

}  // namespace

std::span<const Rule> rules() {
  static const std::vector<Rule> kRules{
      {.name = "authentication_failures",
       .events = {Event::kBearerRefused, Event::kLoginForeign, Event::kLoginFailed},
       .threshold = 11,
       .window = minutes(5),
       .per = Per::kSource,
       .about = "Somebody tries bearers or login answers. If it is none of yours, block the address, and renew the "
                "bearer with `admin revoke --all`."},
      {.name = "foreign_session",
       .events = {Event::kSessionForeign},
       .per = Per::kSource,
       .severity = Severity::kCritical,
       .about = "Somebody used the session of another user. End it with `admin revoke`, and look for what leaked."},
      {.name = "foreign_names",
       .events = {Event::kHostRefused, Event::kOriginRefused},
       .threshold = 11,
       .window = minutes(5),
       .per = Per::kSource,
       .about = "Requests to names or from web pages that are not ours: a wrong proxy, or DNS rebinding."},
      {.name = "flood",
       .events = {Event::kRateLimited, Event::kRequestMalformed},
       .threshold = 20,
       .window = minutes(5),
       .per = Per::kSource,
       .about = "A client asks for more than it may, or sends what is no message. Find it by its address."},
      {.name = "tls_validation_failure",
       .events = {Event::kTlsRefused},
       .window = minutes(5),
       .severity = Severity::kCritical,
       .about = "A server that should be Spotify could not prove it. Look at the proxy, the clock and the trusted "
                "authorities of this machine before anything is sent again."},
      {.name = "blocked_host",
       .events = {Event::kEgressDenied},
       .window = minutes(5),
       .severity = Severity::kCritical,
       .about = "A request was about to go to a server or an address that is not allowed. Look at the name service "
                "and the settings."},
      {.name = "refresh_failures",
       .events = {Event::kRefreshFailed},
       .threshold = 3,
       .window = minutes(15),
       .about = "Spotify does not renew the access. Run `spotify-mcp-server status`, and log in again if it says so."},
      {.name = "calls_while_sealed",
       .events = {Event::kSealedRefused},
       .window = minutes(15),
       .about = "A client goes on to call while the installation is sealed."},
      {.name = "budget_spent",
       .events = {Event::kBudgetSpent},
       .window = minutes(15),
       .about = "An assistant made as many changes as it may. Ask its user whether they were wanted: it may run in a "
                "loop, or follow what somebody wrote into a playlist. `audit tail` lists them, `admin revoke` ends "
                "it."},
      {.name = "key_made",
       .events = {Event::kKeyMade},
       .window = minutes(5),
       .about = "A new master key was made. At a first start that is right; at any other the old one was lost."},
      {.name = "clock_stepped",
       .events = {Event::kClockStepped},
       .window = minutes(15),
       .about = "The clock of this machine jumped, and times in the trail do with it. Look at its time service."},
      {.name = "audit_gap",
       .events = {Event::kAuditGap},
       .window = minutes(5),
       .severity = Severity::kCritical,
       .about = "Records of the trail are missing. Run `spotify-mcp-server audit verify`."},
  };
  return kRules;
}

}  // namespace alerts
