// What can happen that the trail tells of: one table, closed. A test provokes every row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace audit {

enum class Event : uint8_t {
  kServerStarted,
  kServerStopped,
  kConfigLoaded,
  kConfigReloaded,
  kKeyMade,
  kKeyRotated,
  kSessionOpened,
  kSessionEnded,
  kSessionForeign,
  kHandleRefused,
  kCallBegun,
  kCallEnded,
  kChangeBegun,
  kChangeEnded,
  kLoginBegun,
  kLoginSucceeded,
  kLoginFailed,
  kLoginForeign,
  kLoginForgotten,
  kUserErased,
  kRefreshFailed,
  kBearerRefused,
  kScopeRefused,
  kApiKeyMade,
  kApiKeyRevoked,
  kHostRefused,
  kOriginRefused,
  kRateLimited,
  kRequestMalformed,
  kConnectionsLimited,
  kTlsAccepted,
  kTlsClientRefused,
  kEgressDenied,
  kTlsRefused,
  kContentSuspicious,
  kAdminCommand,
  kServerSealed,
  kServerUnsealed,
  kSealedRefused,
  kIncidentBegun,
  kIncidentEnded,
  kBackupMade,
  kBackupRestored,
  kReportSigned,
  kMaintenanceRun,
  kAuditPruned,
  kBudgetSpent,
  kClockStepped,
  kAuditOpened,
  kAuditRecovered,
  kAuditGap,
};
inline constexpr size_t kEvents = static_cast<size_t>(Event::kAuditGap) + 1;

enum class Severity : uint8_t { kInfo, kWarning, kCritical };
// A security event is on the disk before what it tells of is acknowledged; an ordinary one shortly after.
enum class Kind : uint8_t { kOrdinary, kSecurity };

struct EventInfo {
  Event event;
  std::string_view name;
  Kind kind;
  Severity severity;
  std::string_view about;   // When it is written.
  std::string_view fields;  // The members of `request`, for people.
};

// In the order of the enumeration.
std::span<const EventInfo, kEvents> catalogue();
const EventInfo& info_of(Event event);
std::optional<Event> find_event(std::string_view name);
std::string_view severity_name(Severity severity);
// Why it was decided so, where whoever tells of it says nothing more.
std::string_view usual_reason(Event event);

}  // namespace audit
