#include <algorithm>
#include <array>
#include <utility>

#include "audit/event.h"

namespace audit {
namespace {

// For an event that is not here, what it tells of is the reason.
constexpr std::array kReasons{
    std::pair{Event::kServerStarted, std::string_view("every start is recorded")},
    std::pair{Event::kServerStopped, std::string_view("every end is recorded")},
    std::pair{Event::kConfigLoaded, std::string_view("what decides is recorded where it begins to")},
    std::pair{Event::kConfigReloaded, std::string_view("the file was changed, or the administrator asked for it")},
    std::pair{Event::kKeyMade, std::string_view("there was no master key, and nothing was sealed yet")},
    std::pair{Event::kKeyRotated, std::string_view("it was asked for, or the old key is older than it may be")},
    std::pair{Event::kSessionOpened, std::string_view("the bearer is good, and its user has room for a session")},
    std::pair{Event::kSessionForeign, std::string_view("the session belongs to another principal")},
    std::pair{Event::kSessionEnded, std::string_view("its client or its time ended it")},
    std::pair{Event::kCallBegun, std::string_view("the principal may call it")},
    std::pair{Event::kChangeBegun, std::string_view("the principal may call it")},
    std::pair{Event::kCallEnded, std::string_view("it ran to its end")},
    std::pair{Event::kChangeEnded, std::string_view("it ran to its end")},
    std::pair{Event::kLoginBegun, std::string_view("the principal asked for it")},
    std::pair{Event::kUserErased, std::string_view("the administrator asked for it")},
    std::pair{Event::kLoginForgotten, std::string_view("the principal asked for it")},
    std::pair{Event::kLoginSucceeded, std::string_view("the answer bears the state of this login")},
    std::pair{Event::kLoginFailed, std::string_view("no good answer came")},
    std::pair{Event::kLoginForeign, std::string_view("the answer bears the state of no login")},
    std::pair{Event::kRefreshFailed, std::string_view("Spotify gave no new token")},
    std::pair{Event::kBearerRefused, std::string_view("the bearer is missing or not ours")},
    std::pair{Event::kHostRefused, std::string_view("it is not among those that are allowed")},
    std::pair{Event::kOriginRefused, std::string_view("it is not among those that are allowed")},
    std::pair{Event::kRateLimited, std::string_view("the limit of its principal is reached")},
    std::pair{Event::kBudgetSpent, std::string_view("the user has made as many changes as are allowed")},
    std::pair{Event::kRequestMalformed, std::string_view("it is no message of the protocol")},
    std::pair{Event::kEgressDenied, std::string_view("the server or its address is not among those that are allowed")},
    std::pair{Event::kTlsRefused, std::string_view("the connection is not safe")},
    std::pair{Event::kAdminCommand, std::string_view("the kernel names the user of the server, or root")},
    std::pair{Event::kServerSealed, std::string_view("the administrator asked for it")},
    std::pair{Event::kServerUnsealed, std::string_view("the administrator asked for it")},
    std::pair{Event::kIncidentBegun, std::string_view("the administrator asked for it")},
    std::pair{Event::kReportSigned, std::string_view("the administrator asked for it")},
    std::pair{Event::kBackupMade, std::string_view("the administrator asked for it")},
    std::pair{Event::kSealedRefused, std::string_view("the installation is sealed")},
    std::pair{Event::kIncidentEnded, std::string_view("every step of the runbook was taken")},
    std::pair{Event::kBackupRestored, std::string_view("the administrator asked for it, and the backup was verified")},
    std::pair{Event::kMaintenanceRun, std::string_view("every step of the calendar was taken")},
    std::pair{Event::kAuditPruned, std::string_view("they are older than the records that are to be kept")},
    std::pair{Event::kClockStepped, std::string_view("records are ordered by number, and a time that jumps is told")},
    std::pair{Event::kAuditOpened, std::string_view("a process that writes says so")},
    std::pair{Event::kAuditRecovered, std::string_view("a write was cut short")},
    std::pair{Event::kAuditGap, std::string_view("what is missing is told")},
};

}  // namespace

std::string_view usual_reason(Event event) {
  const auto* found = std::ranges::find(kReasons, event, [](const auto& row) { return row.first; });
  return found == kReasons.end() ? info_of(event).about : found->second;
}

}  // namespace audit
