#include "tools/guard.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/plural.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "mcp/ask.h"
#include "schema/fields.h"
#include "tools/answers.h"

namespace tools {
namespace {

using mcp::ToolResult;
using Next = std::function<base::Task<ToolResult>(json::Value arguments)>;

constexpr std::string_view kConfirm = "confirm";
constexpr std::string_view kDryRun = "dry_run";
constexpr size_t kTicketMax = 100;
// How the summary of every rehearsal begins; its first sentence is not for the question.
constexpr std::string_view kRehearsed = "Dry run, ";
// Whoever answers within it has not left the world time to change.
constexpr std::chrono::seconds kThought{1};

struct Confirmation {
  bool go_ahead = false;

  static constexpr auto fields() {
    return schema::Fields{schema::required("go_ahead", &Confirmation::go_ahead, "Yes, do it.")};
  }
};

// A change as it was rehearsed.
struct Deed {
  std::string text;      // All that the consent is to.
  std::string question;  // For the person.
  json::Object effect;   // The answer of the rehearsal.
};

bool can_ask(const mcp::CallContext& context) {
  return context.can_ask(mcp::Question::form(std::string(kConfirm), "", {}));
}

bool is_dry(const json::Value& arguments) {
  const json::Value* dry = arguments.find(kDryRun);
  return dry != nullptr && *dry == json::Value(true);
}

json::Value with_dry_run(json::Value arguments, bool dry) {
  json::Object object = arguments.is_object() ? std::move(arguments.object()) : json::Object();
  object.erase(kDryRun);
  if (dry) object.append(std::string(kDryRun), true);
  return object;
}

// What the call is about, however its client orders and completes it.
std::string identity_of(const mcp::Tool& tool, const json::Value& arguments) {
  const json::Value* properties = tool.input_schema.find("properties");
  std::vector<json::Member> members;
  for (const json::Member& member : arguments.object()) {
    const json::Value* property = properties == nullptr ? nullptr : properties->find(member.name);
    const json::Value* usual = property == nullptr ? nullptr : property->find("default");
    if (member.name == kDryRun || (usual != nullptr && *usual == member.value)) continue;
    members.push_back(member);
  }
  std::ranges::sort(members, {}, &json::Member::name);
  return json::write(json::Object(std::move(members)));
}

std::string sentence_of(const json::Object& effect) {
  const json::Value* summary = effect.find("summary");
  std::string text = summary != nullptr && summary->is_string() ? summary->string() : std::string();
  if (text.starts_with(kRehearsed)) text.erase(0, text.find(". ") + 2);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

Deed deed_of(const mcp::Tool& tool, const mcp::CallContext& context, const json::Value& arguments,
             json::Object effect) {
  Deed deed;
  const std::string identity = identity_of(tool, arguments);
  // What concerns this server alone may be counted in its effect, and the count goes on while the person thinks.
  const bool is_exact = tool.info.world == mcp::World::kOpen;
  const std::string shown = is_exact ? json::write(effect) : std::string();
  for (const std::string_view part : {std::string_view(context.principal().id), std::string_view(tool.info.name),
                                      std::string_view(identity), std::string_view(shown)}) {
    deed.text += std::to_string(part.size()) + ":";
    deed.text += part;
  }
  deed.question = fmt::format("{}: {} Do you agree?", tool.info.title, sentence_of(effect));
  deed.effect = std::move(effect);
  return deed;
}

ToolResult ended(json::Object effect, Status status, std::string summary) {
  effect.set("summary", std::move(summary));
  effect.set("status", std::string(schema::enum_name(status)));
  return ToolResult::of(std::move(effect));
}

base::Error refusal_of(const policy::OverBudget& over) {
  const bool is_minute = over.per == policy::OverBudget::Per::kMinute;
  base::Error error{
      base::Code::kRateLimited,
      fmt::format("Nothing was changed: this server lets an assistant make {} {}, and that is used up. Go on in {}. "
                  "Ask the person whether so many are wanted; the setting tools.{} allows more.",
                  base::count_of(over.allowed, "change"), is_minute ? "in a minute" : "in 24 hours",
                  over.wait > std::chrono::hours(1)
                      ? base::count_of(std::chrono::ceil<std::chrono::hours>(over.wait).count(), "hour")
                      : base::count_of(over.wait.count(), "second"),
                  is_minute ? "writes_per_minute" : "writes_per_day"),
      {},
      over.wait};
  return error;
}

// Whether it is certain that nothing was changed: the answer says so, or the call was refused, here or by Spotify, for
// what it asked. What broke off on the way may have arrived.
bool changed_nothing(const ToolResult& result) {
  if (result.is_error && result.code) {
    switch (*result.code) {
      case base::Code::kInvalidArgument:
      case base::Code::kUnauthenticated:
      case base::Code::kForbidden:
      case base::Code::kNotFound:
      case base::Code::kConflict:
      case base::Code::kRateLimited:
        return true;
      default:
        return false;
    }
  }
  if (!result.structured) return false;
  const std::string_view status = result.structured->text_or_empty("status");
  return status == schema::enum_name(Status::kUnchanged) || status == schema::enum_name(Status::kStale) ||
         status == schema::enum_name(Status::kDryRun);
}

class Guard {
 public:
  explicit Guard(GuardServices services) : services_(std::move(services)) {}

  base::Task<ToolResult> write(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next);
  base::Task<ToolResult> destroy(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next);

 private:
  enum class Consent { kGiven, kDeclined };

  std::string account_of(const mcp::CallContext& context) const { return "writes:" + context.principal().id; }
  base::Task<std::optional<policy::OverBudget>> over_budget(const mcp::Tool& tool, mcp::CallContext& context);
  base::Task<ToolResult> run(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next);
  base::Task<base::Result<Consent>> ask(mcp::CallContext& context, std::string text, std::string question);
  ToolResult hand_ticket(const Deed& deed, Status status, std::string summary) const;
  base::Task<ToolResult> decide(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Deed deed,
                                std::optional<std::string> ticket, Next next);

  GuardServices services_;
};

// Nothing when there is room.
base::Task<std::optional<policy::OverBudget>> Guard::over_budget(const mcp::Tool& tool, mcp::CallContext& context) {
  if (services_.budget == nullptr || tool.info.world == mcp::World::kClosed) co_return std::nullopt;
  const std::string account = account_of(context);
  std::optional<std::vector<policy::SpentHour>> spent;
  if (services_.ledger != nullptr) {
    if (const auto state = co_await services_.ledger->load()) {
      spent.emplace();
      for (const store::QuotaCount& each : state->counts) {
        if (each.bucket == account) spent->push_back({.hour = each.hour, .count = each.count});
      }
    }
  }
  auto over = services_.budget->find_refusal(account, context.loop().now(), services_.clock.wall(), spent);
  if (over && services_.refused) co_await services_.refused(context.principal(), tool.info.name, *over);
  co_return over;
}

// The handler, with what it costs.
base::Task<ToolResult> Guard::run(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next) {
  if (const auto over = co_await over_budget(tool, context)) co_return ToolResult::failure(refusal_of(*over));
  const bool counts = services_.budget != nullptr && tool.info.world == mcp::World::kOpen;
  if (!counts) co_return co_await next(std::move(arguments));
  const std::string account = account_of(context);
  const base::Wall wall = services_.clock.wall();
  services_.budget->take(account, context.loop().now(), wall);
  const auto note = [&](int64_t count) {
    std::vector<store::QuotaCount> counts{{.bucket = account, .hour = policy::hour_of(wall), .count = count}};
    return services_.ledger->count(std::move(counts), wall);
  };
  // What cannot be noted is still counted here.
  if (services_.ledger != nullptr) static_cast<void>(co_await note(1));
  services_.budget->noted(account);
  ToolResult result = co_await next(std::move(arguments));
  if (changed_nothing(result)) {
    services_.budget->give_back(account, wall);
    if (services_.ledger != nullptr) static_cast<void>(co_await note(-1));
  }
  co_return result;
}

base::Task<ToolResult> Guard::write(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments,
                                    Next next) {
  if (is_dry(arguments)) return next(std::move(arguments));
  return run(tool, context, std::move(arguments), std::move(next));
}

base::Task<base::Result<Guard::Consent>> Guard::ask(mcp::CallContext& context, std::string text, std::string question) {
  // An answer to the question about another effect is no answer to this one.
  std::string key = "confirm_" + crypto::to_hex(crypto::sha256(text)).substr(0, 12);
  CO_TRY(const auto given, co_await mcp::ask_form<Confirmation>(context, std::move(key), std::move(question)));
  co_return given && given->go_ahead ? Consent::kGiven : Consent::kDeclined;
}

ToolResult Guard::hand_ticket(const Deed& deed, Status status, std::string summary) const {
  json::Object effect = deed.effect;
  effect.set(std::string(kConfirm), services_.desk.ticket_for(deed.text));
  return ended(std::move(effect), status, std::move(summary));
}

base::Task<ToolResult> Guard::decide(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Deed deed,
                                     std::optional<std::string> ticket, Next next) {
  if (!can_ask(context)) {
    if (!ticket) {
      co_return hand_ticket(deed, Status::kUnchanged,
                            fmt::format("Nothing was changed yet. {} Ask the person, and repeat the call with this "
                                        "confirm if they agree.",
                                        sentence_of(deed.effect)));
    }
    if (!services_.desk.is_good(*ticket, deed.text)) {
      co_return ToolResult::failure(
          {base::Code::kInvalidArgument,
           "Nothing was changed: confirm does not belong to this call, or what it would do changed since, or it is "
           "over 15 minutes old. Call again with dry_run, show the effect to the person, and pass the confirm of that "
           "answer.",
           {},
           std::nullopt});
    }
    if (services_.spend && !co_await services_.spend(*ticket, services_.desk.ticket_end())) {
      co_return ToolResult::failure({base::Code::kInvalidArgument,
                                     "Nothing was changed: this confirm was used already. Call again with dry_run, "
                                     "show the effect to the person, "
                                     "and pass the confirm of that answer.",
                                     {},
                                     std::nullopt});
    }
    co_return co_await run(tool, context, std::move(arguments), std::move(next));
  }
  const base::Instant asked_at = context.loop().now();
  const auto consent = co_await ask(context, deed.text, deed.question);
  if (!consent) co_return ToolResult::failure(consent.error());
  if (*consent == Consent::kDeclined) {
    co_return ended(std::move(deed.effect), Status::kUnchanged, "The person did not agree, so nothing was changed.");
  }
  if (context.loop().now() - asked_at > kThought) {
    ToolResult again = co_await next(with_dry_run(arguments, true));
    if (again.is_error || !again.structured) co_return again;
    if (deed_of(tool, context, arguments, again.structured->object()).text != deed.text) {
      co_return ended(std::move(again.structured->object()), Status::kStale,
                      "Nothing was changed: what this would do changed while the person was asked. Repeat the call to "
                      "ask about what it would do now.");
    }
  }
  co_return co_await run(tool, context, std::move(arguments), std::move(next));
}

base::Task<ToolResult> Guard::destroy(const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments,
                                      Next next) {
  if (!arguments.is_object()) co_return co_await next(std::move(arguments));
  std::optional<std::string> ticket;
  if (const json::Value* given = arguments.find(kConfirm)) {
    if (!given->is_string() || given->string().empty() || given->string().size() > kTicketMax) {
      co_return ToolResult::failure(
          {base::Code::kInvalidArgument, "confirm must be the text that a dry run gave.", {}, std::nullopt});
    }
    ticket = given->string();
    arguments.object().erase(kConfirm);
  }
  const bool dry = is_dry(arguments);
  if (!dry) {
    // Nobody is asked for what would be refused anyway.
    if (const auto over = co_await over_budget(tool, context)) co_return ToolResult::failure(refusal_of(*over));
  }
  arguments = with_dry_run(std::move(arguments), false);
  ToolResult rehearsal = co_await next(with_dry_run(arguments, true));
  if (rehearsal.is_error) co_return rehearsal;
  if (!rehearsal.structured || !rehearsal.structured->is_object()) {
    co_return ToolResult::failure({base::Code::kInternal,
                                   "Nothing was changed: this tool cannot say what it would do, so nobody can agree.",
                                   "a destructive tool without a structured dry run", std::nullopt});
  }
  const bool would_change = rehearsal.structured->text_or_empty("status") == schema::enum_name(Status::kDryRun);
  if (!would_change) co_return rehearsal;
  Deed deed = deed_of(tool, context, arguments, std::move(rehearsal.structured->object()));
  if (dry) {
    // A ticket would go round the person where they can be asked.
    if (can_ask(context)) co_return ToolResult::of(std::move(deed.effect));
    std::string summary(deed.effect.find("summary")->string());
    co_return hand_ticket(deed, Status::kDryRun, std::move(summary));
  }
  co_return co_await decide(tool, context, std::move(arguments), std::move(deed), std::move(ticket), std::move(next));
}

}  // namespace

mcp::ToolMiddleware guard_over(GuardServices services) {
  auto guard = std::make_shared<Guard>(std::move(services));
  return [guard](const mcp::Tool& tool, mcp::CallContext& context, json::Value arguments, Next next) {
    switch (tool.info.effect) {
      case mcp::Effect::kRead:
        break;
      case mcp::Effect::kWrite:
        return guard->write(tool, context, std::move(arguments), std::move(next));
      case mcp::Effect::kDestroy:
        return guard->destroy(tool, context, std::move(arguments), std::move(next));
    }
    return next(std::move(arguments));
  };
}

mcp::Tool with_confirm(mcp::Tool tool) {
  if (tool.info.effect != mcp::Effect::kDestroy) return tool;
  json::Value* properties = tool.input_schema.find("properties");
  if (properties == nullptr) return tool;
  properties->object().set(
      std::string(kConfirm),
      json::Object{{"type", "string"}, {"description", "From a dry run, once the person agreed."}});
  return tool;
}

}  // namespace tools
