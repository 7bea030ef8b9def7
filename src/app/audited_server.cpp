#include "app/audited_server.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace app {
namespace {

using audit::Event;

// How long a call took, roughly: the exact time would tell a reader of the trail more than they need.
std::string_view duration_class(base::Duration took) {
  if (took < std::chrono::milliseconds(10)) return "under 10 ms";
  if (took < std::chrono::milliseconds(100)) return "under 100 ms";
  if (took < std::chrono::seconds(1)) return "under 1 s";
  if (took < std::chrono::seconds(10)) return "under 10 s";
  return "10 s or more";
}

class OpenCall final : public mcp::AuditedCall {
 public:
  OpenCall(base::Loop& loop, audit::Trail& trail, mcp::CallFacts facts, int64_t number)
      : loop_(loop),
        trail_(trail),
        method_(std::move(facts.method)),
        name_(std::move(facts.name)),
        principal_(std::move(facts.principal)),
        touch_(facts.touch),
        number_(number),
        began_(loop.now()) {}
  ~OpenCall() override {
    if (!ended_) trail_.note(ending(std::string(base::code_name(base::Code::kCancelled)), "the call was dropped"));
  }
  OpenCall(const OpenCall&) = delete;
  OpenCall& operator=(const OpenCall&) = delete;

  base::Task<base::Result<void>> end(std::optional<base::Code> problem) override {
    ended_ = true;
    audit::Entry entry = ending(problem ? std::string(base::code_name(*problem)) : "ok", "");
    if (touch_ == mcp::CallFacts::Touch::kReads) {
      trail_.note(std::move(entry));
      co_return base::Result<void>();
    }
    auto recording = trail_.record(std::move(entry));
    auto recorded = co_await std::move(recording);
    if (!recorded) {
      // The advice of the trail would read as if nothing had happened.
      recorded.error().message =
          "The tool has run, and its end could not be recorded, because the audit trail cannot be written. Look at the "
          "state of things before you repeat it, and make room on the disk of the server.";
    }
    co_return recorded;
  }

 private:
  audit::Entry ending(std::string status, std::string reason) const {
    return {.event = touch_ == mcp::CallFacts::Touch::kReads ? Event::kCallEnded : Event::kChangeEnded,
            .user = principal_.id,
            .source = principal_.source,
            .request = {{"call", number_},
                        {"method", method_},
                        {"name", name_},
                        {"took", duration_class(loop_.now() - began_)}},
            .status = std::move(status),
            .reason = std::move(reason)};
  }

  base::Loop& loop_;
  audit::Trail& trail_;
  std::string method_;
  std::string name_;
  mcp::Principal principal_;
  mcp::CallFacts::Touch touch_;
  int64_t number_;
  base::Instant began_;
  bool ended_ = false;
};

struct Refusal {
  Event event;
  std::string_view reason;
};
Refusal refusal_of(mcp::RefusedRequest::Why why) {
  switch (why) {
    case mcp::RefusedRequest::Why::kHost:
      return {Event::kHostRefused, "not a name of this server"};
    case mcp::RefusedRequest::Why::kOrigin:
      return {Event::kOriginRefused, "not an origin that may call"};
    case mcp::RefusedRequest::Why::kLogin:
      return {Event::kBearerRefused, "no valid bearer"};
    case mcp::RefusedRequest::Why::kTooMany:
      return {Event::kRateLimited, "over a limit"};
    case mcp::RefusedRequest::Why::kMalformed:
      return {Event::kRequestMalformed, "no message of the protocol"};
    case mcp::RefusedRequest::Why::kScope:
      return {Event::kScopeRefused, "beyond its scopes"};
    case mcp::RefusedRequest::Why::kSession:
      return {Event::kSessionForeign, "the session belongs to another principal"};
    case mcp::RefusedRequest::Why::kTask:
      return {Event::kHandleRefused, "the task belongs to another principal"};
    case mcp::RefusedRequest::Why::kState:
      return {Event::kHandleRefused, "the requestState is not one for this request, or is too old"};
    case mcp::RefusedRequest::Why::kReplay:
      return {Event::kHandleRefused, "the requestState was used already"};
    case mcp::RefusedRequest::Why::kCursor:
      return {Event::kHandleRefused, "the cursor is not one of this list"};
  }
  return {Event::kHostRefused, ""};
}

// Whether the request had come so far that its principal was known.
bool names_its_principal(mcp::RefusedRequest::Why why) {
  switch (why) {
    case mcp::RefusedRequest::Why::kHost:
    case mcp::RefusedRequest::Why::kOrigin:
    case mcp::RefusedRequest::Why::kLogin:
    case mcp::RefusedRequest::Why::kTooMany: return false;
    case mcp::RefusedRequest::Why::kSession:
    case mcp::RefusedRequest::Why::kTask:
    case mcp::RefusedRequest::Why::kState:
    case mcp::RefusedRequest::Why::kReplay:
    case mcp::RefusedRequest::Why::kCursor:
    case mcp::RefusedRequest::Why::kScope:
    case mcp::RefusedRequest::Why::kMalformed: break;
  }
  return true;
}

audit::Entry session_entry(Event event, const mcp::Principal& principal, mcp::Revision revision) {
  return {.event = event,
          .user = principal.id,
          .source = principal.source,
          .request = {{"protocol", mcp::revision_name(revision)}},
          .status = "ok"};
}

}  // namespace

base::Task<void> tell_spent(audit::Trail& trail, mcp::Principal principal, std::string tool, policy::OverBudget why) {
  const bool is_minute = why.per == policy::OverBudget::Per::kMinute;
  audit::Entry entry{
      .event = Event::kBudgetSpent,
      .user = std::move(principal.id),
      .source = std::move(principal.source),
      .request = {{"name", std::move(tool)}, {"per", is_minute ? "minute" : "day"}, {"allowed", why.allowed}},
      .status = std::string(base::code_name(base::Code::kRateLimited)),
      .reason = "over the budget of changes"};
  // It is refused either way; what could not be written is in the log and in the count of the next gap.
  static_cast<void>(co_await trail.record(std::move(entry)));
}

base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> AuditedServer::begin(mcp::CallFacts facts) {
  const int64_t number = next_call_++;
  const bool reads = facts.touch == mcp::CallFacts::Touch::kReads;
  const size_t bytes = facts.arguments.size();
  audit::Entry entry{.event = reads ? Event::kCallBegun : Event::kChangeBegun,
                     .user = facts.principal.id,
                     .source = facts.principal.source,
                     .request = {{"call", number},
                                 {"method", facts.method},
                                 {"name", facts.name},
                                 {"arguments", audit::Hidden{std::move(facts.arguments)}},
                                 {"bytes", bytes}}};
  if (reads) {
    trail_.note(std::move(entry));
  } else {
    auto recording = trail_.record(std::move(entry));
    CO_TRY_VOID(co_await std::move(recording));
  }
  co_return std::make_unique<OpenCall>(loop_, trail_, std::move(facts), number);
}

base::Task<void> AuditedServer::refused(mcp::RefusedRequest request) {
  const Refusal refusal = refusal_of(request.why);
  audit::Entry entry{.event = refusal.event,
                     .source = std::move(request.source),
                     .status = std::string(base::code_name(request.code)),
                     .reason = request.reason.empty() ? std::string(refusal.reason) : std::move(request.reason)};
  if (!request.value.empty()) entry.request.emplace_back("value", audit::Hidden{std::move(request.value)});
  if (names_its_principal(request.why)) entry.user = std::move(request.principal.id);
  if (Refusals* same = counted_with(entry)) {
    ++same->untold;
    co_return;
  }
  // It is refused either way; what could not be written is in the log and in the count of the next gap.
  auto recording = trail_.record(std::move(entry));
  static_cast<void>(co_await std::move(recording));
}

AuditedServer::Refusals* AuditedServer::counted_with(const audit::Entry& entry) {
  Refused key{entry.event, entry.source, entry.user, entry.reason};
  audit::Entry like{.event = entry.event, .user = entry.user, .source = entry.source, .status = entry.status,
                    .reason = entry.reason};
  if (refusals_.size() >= kRefusedMax && !refusals_.contains(key)) {
    like.user.clear();
    like.source = "others";
    key = {like.event, like.source, like.user, like.reason};
  }
  const auto [found, first] = refusals_.try_emplace(std::move(key), Refusals{.like = std::move(like)});
  if (!next_telling_) tell_each_second();
  return first ? nullptr : &found->second;
}

void AuditedServer::tell_each_second() {
  next_telling_.emplace(loop_, loop_.now() + kOneRecordPer, [this] {
    std::erase_if(refusals_, [](const auto& each) { return each.second.untold == 0; });
    tell_counted();
    next_telling_.reset();
    if (!refusals_.empty()) tell_each_second();
  });
}

void AuditedServer::tell_counted() {
  for (auto& [key, refusals] : refusals_) {
    if (refusals.untold == 0) continue;
    audit::Entry entry = refusals.like;
    entry.times = std::exchange(refusals.untold, 0);
    entry.request = {{"count", entry.times}};
    trail_.note(std::move(entry));
  }
}

void AuditedServer::session_opened(const mcp::Principal& principal, mcp::Revision revision) {
  trail_.note(session_entry(Event::kSessionOpened, principal, revision));
}

void AuditedServer::session_ended(const mcp::Principal& principal, mcp::Revision revision) {
  trail_.note(session_entry(Event::kSessionEnded, principal, revision));
}

}  // namespace app
