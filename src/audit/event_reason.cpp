#include "audit/event.h"

namespace audit {

std::string_view usual_reason(Event event) {
  switch (event) {
    case Event::kServerStarted:
      return "every start is recorded";
    case Event::kServerStopped:
      return "every end is recorded";
    case Event::kConfigLoaded:
      return "what decides is recorded where it begins to";
    case Event::kKeyMade:
      return "there was no master key, and nothing was sealed yet";
    case Event::kSessionOpened:
      return "the bearer is good, and its user has room for a session";
    case Event::kSessionEnded:
      return "its client or its time ended it";
    case Event::kCallBegun:
    case Event::kChangeBegun:
      return "the principal may call it";
    case Event::kCallEnded:
    case Event::kChangeEnded:
      return "it ran to its end";
    case Event::kLoginBegun:
    case Event::kLoginForgotten:
      return "the principal asked for it";
    case Event::kLoginSucceeded:
      return "the answer bears the state of this login";
    case Event::kLoginFailed:
      return "no good answer came";
    case Event::kLoginForeign:
      return "the answer bears the state of no login";
    case Event::kRefreshFailed:
      return "Spotify gave no new token";
    case Event::kBearerRefused:
      return "the bearer is missing or not ours";
    case Event::kHostRefused:
    case Event::kOriginRefused:
      return "it is not among those that are allowed";
    case Event::kRateLimited:
      return "the limit of its principal is reached";
    case Event::kBudgetSpent:
      return "the user has made as many changes as are allowed";
    case Event::kEgressDenied:
      return "the server or its address is not among those that are allowed";
    case Event::kTlsRefused:
      return "the connection is not safe";
    case Event::kAdminCommand:
      return "the kernel names the user of the server, or root";
    case Event::kServerSealed:
    case Event::kServerUnsealed:
    case Event::kIncidentBegun:
    case Event::kBackupMade:
      return "the administrator asked for it";
    case Event::kSealedRefused:
      return "the installation is sealed";
    case Event::kIncidentEnded:
      return "every step of the runbook was taken";
    case Event::kBackupRestored:
      return "the administrator asked for it, and the backup was verified";
    case Event::kAuditPruned:
      return "they are older than the records that are to be kept";
    case Event::kClockStepped:
      return "records are ordered by number, and a time that jumps is told";
    case Event::kAuditOpened:
      return "a process that writes says so";
    case Event::kAuditRecovered:
      return "a write was cut short";
    case Event::kAuditGap:
      return "what is missing is told";
  }
  return "";
}

}  // namespace audit
