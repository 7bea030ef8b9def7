#include "audit/event.h"

#include <array>

#include "base/check.h"

namespace audit {
namespace {

constexpr std::array<EventInfo, kEvents> kCatalogue{{
    {Event::kServerStarted, "server.started", Kind::kSecurity, Severity::kInfo, "A server process begins.",
     "version, mode"},
    {Event::kServerStopped, "server.stopped", Kind::kSecurity, Severity::kInfo, "It ends in order.", "mode"},
    {Event::kConfigLoaded, "config.loaded", Kind::kSecurity, Severity::kInfo, "With which settings it runs.",
     "settings (digest), environment, log_level; generation of a sealed file"},
    {Event::kConfigReloaded, "config.reloaded", Kind::kSecurity, Severity::kInfo,
     "A running server has read its configuration again, and taken it over or not.",
     "before (digest), after (digest), applied, waiting"},
    {Event::kKeyMade, "key.made", Kind::kSecurity, Severity::kWarning, "A new master key was made.", ""},
    {Event::kKeyRotated, "key.rotated", Kind::kSecurity, Severity::kWarning,
     "Keys are replaced: at the begin of it and at its end.",
     "step, purpose, key; rewrapped, ended, damaged, destroyed"},
    {Event::kSessionOpened, "session.opened", Kind::kOrdinary, Severity::kInfo,
     "A client of a legacy protocol has initialized.", "protocol"},
    {Event::kSessionEnded, "session.ended", Kind::kOrdinary, Severity::kInfo, "Its session is over.", "protocol"},
    {Event::kSessionForeign, "session.foreign", Kind::kSecurity, Severity::kCritical,
     "A request bore the id of a session that another user opened.", "value (digest); count"},
    {Event::kHandleRefused, "handle.refused", Kind::kSecurity, Severity::kWarning,
     "A request bore the id of another user's task, or a requestState or a cursor that was not made for it.",
     "value (digest); count"},
    {Event::kCallBegun, "call.begun", Kind::kOrdinary, Severity::kInfo,
     "A tool that reads, a resource, a prompt or a completion is called.", "call, method, name, arguments, bytes"},
    {Event::kCallEnded, "call.ended", Kind::kOrdinary, Severity::kInfo, "It has ended.", "call, method, name, took"},
    {Event::kChangeBegun, "change.begun", Kind::kSecurity, Severity::kInfo,
     "A tool that changes something is about to run.", "call, method, name, arguments, bytes"},
    {Event::kChangeEnded, "change.ended", Kind::kSecurity, Severity::kInfo, "It has ended.",
     "call, method, name, took"},
    {Event::kLoginBegun, "login.begun", Kind::kSecurity, Severity::kInfo, "A login at Spotify begins.", ""},
    {Event::kLoginSucceeded, "login.succeeded", Kind::kSecurity, Severity::kInfo,
     "Spotify agreed; what comes of it is stored next.", ""},
    {Event::kLoginFailed, "login.failed", Kind::kSecurity, Severity::kWarning, "It is over without a login.", ""},
    {Event::kLoginForeign, "login.foreign_answer", Kind::kSecurity, Severity::kWarning,
     "Someone brought an answer that belongs to no login.", ""},
    {Event::kLoginForgotten, "login.forgotten", Kind::kSecurity, Severity::kInfo,
     "The stored login was removed (logout).", ""},
    {Event::kUserErased, "user.erased", Kind::kSecurity, Severity::kWarning,
     "Everything that is kept of a user was erased, and what tells whose records these are with it.", ""},
    {Event::kRefreshFailed, "token.refresh_failed", Kind::kSecurity, Severity::kWarning,
     "Spotify did not renew the access.", ""},
    {Event::kBearerRefused, "bearer.refused", Kind::kSecurity, Severity::kWarning,
     "A request without a valid bearer, or whose signature is not one.", "count"},
    {Event::kScopeRefused, "scope.refused", Kind::kSecurity, Severity::kWarning,
     "A call that is beyond the scopes of its API key.", "count"},
    {Event::kApiKeyMade, "api_key.made", Kind::kSecurity, Severity::kWarning, "An API key was made.",
     "key, scopes, expires"},
    {Event::kApiKeyRevoked, "api_key.revoked", Kind::kSecurity, Severity::kWarning, "An API key was revoked.", "key"},
    {Event::kHostRefused, "host.refused", Kind::kSecurity, Severity::kWarning,
     "A request to a name that is not ours.", "value (digest); count"},
    {Event::kOriginRefused, "origin.refused", Kind::kSecurity, Severity::kWarning,
     "A web page that may not call.", "value (digest); count"},
    {Event::kRateLimited, "rate.limited", Kind::kSecurity, Severity::kWarning, "Too many requests or sessions.",
     "count"},
    {Event::kRequestMalformed, "request.malformed", Kind::kSecurity, Severity::kWarning,
     "A request was no message of the protocol.", "count"},
    {Event::kConnectionsLimited, "connections.limited", Kind::kSecurity, Severity::kWarning,
     "Connections were turned away because their client, or the server, had as many as it may.", "count"},
    {Event::kTlsAccepted, "tls.accepted", Kind::kOrdinary, Severity::kInfo, "A client connected by TLS.",
     "version, cipher, name (digest)"},
    {Event::kTlsClientRefused, "tls.client_refused", Kind::kOrdinary, Severity::kWarning,
     "A client could not agree with the server on a safe connection.", "version, cipher, name (digest)"},
    {Event::kEgressDenied, "egress.denied", Kind::kSecurity, Severity::kWarning,
     "A request to a server or an address that is not allowed was not sent.", "server (digest)"},
    {Event::kTlsRefused, "tls.refused", Kind::kSecurity, Severity::kWarning,
     "A server could not prove who it is, or offered no safe connection.", "server (digest)"},
    {Event::kContentSuspicious, "content.suspicious", Kind::kOrdinary, Severity::kWarning,
     "Text that somebody wrote on Spotify looks like an attempt to lead a model. It was shown, made harmless.",
     "subject, signs"},
    {Event::kAdminCommand, "admin.command", Kind::kSecurity, Severity::kWarning,
     "The administrator told a running server to do something.", "command; session, ended"},
    {Event::kServerSealed, "server.sealed", Kind::kSecurity, Severity::kCritical,
     "The administrator sealed the installation: no call runs.", ""},
    {Event::kServerUnsealed, "server.unsealed", Kind::kSecurity, Severity::kWarning, "The seal was taken off.", ""},
    {Event::kSealedRefused, "sealed.refused", Kind::kSecurity, Severity::kWarning,
     "A call was refused because of the seal.", "method, name"},
    {Event::kIncidentBegun, "incident.begun", Kind::kSecurity, Severity::kCritical,
     "The administrator began a runbook for an incident.", "incident"},
    {Event::kIncidentEnded, "incident.ended", Kind::kSecurity, Severity::kWarning, "The runbook is through.",
     "incident, done, by_hand, found, failed"},
    {Event::kBackupMade, "backup.made", Kind::kSecurity, Severity::kInfo, "A backup was written.",
     "number, files, bytes"},
    {Event::kBackupRestored, "backup.restored", Kind::kSecurity, Severity::kCritical,
     "The state of a backup was put in the place of the newer one.", "number, files"},
    {Event::kReportSigned, "report.signed", Kind::kSecurity, Severity::kInfo,
     "A report of security-check was signed.", "command, report (digest), key"},
    {Event::kMaintenanceRun, "maintenance.run", Kind::kSecurity, Severity::kInfo,
     "The administrator went through a calendar of maintenance.",
     "calendar, done, found, by_hand, failed, attested"},
    {Event::kAuditPruned, "audit.pruned", Kind::kSecurity, Severity::kWarning,
     "Old segments were removed; the signed base says what they held.", "first, root"},
    {Event::kBudgetSpent, "budget.spent", Kind::kSecurity, Severity::kWarning,
     "A change was refused because its user has made as many as are allowed.", "name, per, allowed"},
    {Event::kClockStepped, "clock.stepped", Kind::kOrdinary, Severity::kWarning,
     "The wall clock jumped by more than a second.", "milliseconds"},
    {Event::kAuditOpened, "audit.opened", Kind::kSecurity, Severity::kInfo, "A process begins to write the trail.",
     "records, epoch"},
    {Event::kAuditRecovered, "audit.recovered", Kind::kSecurity, Severity::kWarning,
     "A last line that a crash had cut was removed.", "segment, bytes"},
    {Event::kAuditGap, "audit.gap", Kind::kSecurity, Severity::kCritical,
     "Records are missing or damaged; the trail goes on in a new segment or after the loss.", "damage, segment, lost"},
}};

}  // namespace

std::span<const EventInfo, kEvents> catalogue() { return kCatalogue; }

const EventInfo& info_of(Event event) {
  const EventInfo& info = kCatalogue[static_cast<size_t>(event)];
  ENSURE(info.event == event);
  return info;
}

std::optional<Event> find_event(std::string_view name) {
  for (const EventInfo& info : kCatalogue) {
    if (info.name == name) return info.event;
  }
  return std::nullopt;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kCritical: return "critical";
  }
  return "";
}

}  // namespace audit
