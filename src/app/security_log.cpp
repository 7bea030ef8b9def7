#include "app/security_log.h"

#include "audit/event.h"

namespace app {

std::string_view group_of(audit::Event event) {
  using audit::Event;
  switch (event) {
    case Event::kBearerRefused:
    case Event::kLoginFailed:
    case Event::kLoginForeign:
    case Event::kRefreshFailed:
    case Event::kSessionForeign:
      return "authentication_failure";
    case Event::kScopeRefused:
      return "authorization_failure";
    case Event::kRequestMalformed:
      return "input_validation_failure";
    case Event::kContentSuspicious:
      return "injection_attempt";
    case Event::kEgressDenied:
      return "blocked_host";
    case Event::kTlsRefused:
    case Event::kTlsClientRefused:
      return "tls_validation_failure";
    case Event::kHostRefused:
    case Event::kOriginRefused:
      return "foreign_name";
    case Event::kRateLimited:
    case Event::kConnectionsLimited:
    case Event::kBudgetSpent:
      return "limit_reached";
    default:
      return "";
  }
}

std::string_view tag_of(audit::Severity severity) {
  return severity == audit::Severity::kCritical ? "SECURITY CRITICAL" : "SECURITY WARNING";
}

void SecurityLog::hear(const audit::Entry& entry, base::Instant now) {
  const audit::EventInfo& info = audit::info_of(entry.event);
  if (info.severity == audit::Severity::kInfo) return;
  const bool critical = info.severity == audit::Severity::kCritical;
  Window& window = critical ? critical_ : warnings_;
  if (!window.begin || now - *window.begin >= kWindow) window = {.begin = now, .lines = 0};
  if (window.lines > kLinesMax) return;
  const base::Level level = critical ? base::Level::kError : base::Level::kWarning;
  if (++window.lines > kLinesMax) {
    log_.event(level, "security.limited",
               {{"lines", kLinesMax}, {"seconds", int64_t{kWindow.count()}}, {"tag", tag_of(info.severity)}});
    return;
  }
  const std::string_view source = entry.source.empty() ? "local" : std::string_view(entry.source);
  const std::string_view status = entry.status.empty() ? "ok" : std::string_view(entry.status);
  log_.event(level, "security",
             {{"what", info.name},
              {"group", group_of(entry.event)},
              {"source", source},
              {"status", status},
              {"count", entry.times},
              {"tag", tag_of(info.severity)}});
}

}  // namespace app
