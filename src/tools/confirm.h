// Whether a person agrees to a change that takes something away: asked through the client where it can ask, by a
// ticket where it cannot. Without either nothing happens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "json/write.h"
#include "mcp/context.h"
#include "schema/fields.h"
#include "tools/services.h"

namespace tools {

using Ticket = schema::Text<1, 100>;
inline constexpr std::string_view kAboutConfirm = "From confirm of the dry run, once the person agreed.";

struct Deed {
  std::string tool;
  std::string arguments;  // All that decide what happens, as text.
  std::string state;      // What it was decided on, such as a snapshot.
  std::string question;   // For the person: one sentence that ends with a question mark.
  std::optional<Ticket> ticket{};
};

enum class Consent { kGiven, kDeclined, kNotAsked };

// kNotAsked: the client cannot ask and no ticket came. kInvalidArgument for a ticket that is not of this very deed or
// too old. A client that can ask is asked, whatever ticket it brings.
base::Task<base::Result<Consent>> consent_to(const Services& services, mcp::CallContext& context, Deed deed);
// What a client that cannot ask brings back; nothing for one that can.
std::optional<std::string> ticket_of(const Services& services, const mcp::CallContext& context, const Deed& deed);

// The arguments of a call but for those that only say how it runs.
template <class Arguments>
std::string identity_of(const Arguments& arguments) {
  json::Object object = schema::to_json(arguments).object();
  object.erase("confirm");
  object.erase("dry_run");
  return json::write(object);
}

}  // namespace tools
