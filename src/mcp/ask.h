// Asking the person at the client for a form that a field table describes (see CallContext::ask for the rules).
//
//   struct Confirmation { bool sure = false; static constexpr auto fields() {...} };
//   CO_TRY(const auto given, co_await mcp::ask_form<Confirmation>(context, "confirm", "Delete it?"));
//   if (!given || !given->sure) co_return ...;
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "mcp/question.h"
#include "schema/fields.h"

namespace mcp {

// What the person filled in; nothing when they declined or closed the form. Forms are flat: texts, numbers, truths and
// choices, never a secret. kInvalidArgument when the client sends something that the table does not allow, otherwise
// errors as of ask().
template <schema::Described T>
base::Task<base::Result<std::optional<T>>> ask_form(CallContext& context, std::string key, std::string message) {
  json::Object form = schema::json_schema<T>();
  form.erase("additionalProperties");  // A form has no such keyword.
  CO_TRY(const json::Object answer,
         co_await context.ask(Question::form(std::move(key), std::move(message), std::move(form))));
  const json::Value* action = answer.find("action");
  const json::Value* content = answer.find("content");
  if (action == nullptr || *action != json::Value("accept") || content == nullptr) co_return std::optional<T>();
  co_return schema::parse<T>(*content, schema::Mode::kStrict, "The form");
}

}  // namespace mcp
