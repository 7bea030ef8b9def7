#include "tools/confirm.h"

#include <utility>

#include "crypto/hash.h"
#include "mcp/ask.h"

namespace tools {
namespace {

struct Confirmation {
  bool go_ahead = false;

  static constexpr auto fields() {
    return schema::Fields{schema::required("go_ahead", &Confirmation::go_ahead, "Yes, do it.")};
  }
};

std::string text_of(const mcp::CallContext& context, const Deed& deed) {
  std::string text;
  for (const std::string_view part : {std::string_view(context.principal().id), std::string_view(deed.tool),
                                      std::string_view(deed.arguments), std::string_view(deed.state)}) {
    text += std::to_string(part.size()) + ":";
    text += part;
  }
  return text;
}

bool can_ask(const mcp::CallContext& context) { return context.can_ask(mcp::Question::form("confirm", "", {})); }

}  // namespace

base::Task<base::Result<Consent>> consent_to(const Services& services, mcp::CallContext& context, Deed deed) {
  const std::string text = text_of(context, deed);
  if (!can_ask(context)) {
    if (!deed.ticket) co_return Consent::kNotAsked;
    if (services.desk.is_good(deed.ticket->value(), text)) co_return Consent::kGiven;
    co_return base::fail(base::Code::kInvalidArgument,
                         "Nothing was changed: confirm does not belong to this call, or the playlist changed since, or "
                         "it is over 15 minutes old. Call again with dry_run, show the effect to the person, and pass "
                         "the confirm of that answer.");
  }
  // An answer to the question about another state is no answer to this one.
  std::string key = "confirm_" + crypto::to_hex(crypto::sha256(text)).substr(0, 12);
  CO_TRY(const auto given, co_await mcp::ask_form<Confirmation>(context, std::move(key), std::move(deed.question)));
  co_return given && given->go_ahead ? Consent::kGiven : Consent::kDeclined;
}

std::optional<std::string> ticket_of(const Services& services, const mcp::CallContext& context, const Deed& deed) {
  if (can_ask(context)) return std::nullopt;
  return services.desk.ticket_for(text_of(context, deed));
}

}  // namespace tools
