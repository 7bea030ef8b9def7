// What a handler may ask of the client while it works: an answer of the person (elicitation), of the client's model
// (sampling), or the client's roots. In the modern era (2026-07-28 basic/utilities/mrtr) the questions go out as the
// result of the request and the client sends the request again with the answers; in the legacy era they are requests
// of ours on the stream of the request that is served. A handler sees no difference, but for the rule at
// CallContext::ask.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"
#include "mcp/version.h"

namespace mcp {

struct Question {
  std::string key;     // Unique among the questions of one call.
  std::string method;  // elicitation/create, sampling/createMessage or roots/list
  json::Object params;

  // A form. `requested_schema` is a flat object schema; never ask for a secret in a form.
  static Question form(std::string key, std::string message, json::Object requested_schema);
  // A page that the person opens in a browser; "accept" means only that they agreed to open it.
  static Question url(std::string key, std::string message, std::string url);
  static Question sampling(std::string key, json::Object params);
  static Question roots(std::string key);
};

// The client's result for each key, as it came but for its outer shape, which is checked.
using Answers = std::map<std::string, json::Object>;

// The capability that a client must have declared to be asked this, such as {"elicitation":{}}. Sampling with tools
// needs {"sampling":{"tools":{}}}, and with the context of servers {"sampling":{"context":{}}}.
json::Object required_capability(const Question& question);
// Whether a client of this revision that declared `capabilities` may be sent the question. {"elicitation":{}} means
// forms only; a URL needs {"elicitation":{"url":{}}}. Elicitation came with 2025-06-18; URLs, and fields that are
// arrays or name their choices with oneOf, with 2025-11-25, and so did tools in sampling. Sounds in sampling came with
// 2025-03-26. Before 2025-11-25 the context of servers needed nothing of its own.
bool can_answer(const json::Object& capabilities, Revision revision, const Question& question);
// The questions by their keys, as the wire has them. The keys must differ, which is ENSUREd.
json::Object to_requests(const std::vector<Question>& questions);
// Whether `answer` has the outer shape of a result for `question`: an elicitation's action and content, a sampled
// message, a list of roots.
bool is_answer(const Question& question, const json::Object& answer);
// Where `answer`, which is_answer(), accepts a form: what of it does not fit the form, as find_form_flaw() says it.
std::optional<std::string> find_answer_flaw(const Question& question, const json::Object& answer);
// The params as a client of this legacy revision knows them: a form loses its mode, and the defaults of all fields but
// booleans, before 2025-11-25. `number` is unique among the questions of one call.
json::Object legacy_params(Question question, Revision revision, size_t number);

}  // namespace mcp
