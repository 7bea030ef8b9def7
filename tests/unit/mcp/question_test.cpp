// Which client is sent which question: what it declared, and what its revision of the protocol knows.
#include "mcp/question.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/mcp/fixture.h"

#include "tests/test.h"

namespace {

using mcp::Question;
using mcp::Revision;

json::Object object_of(std::string_view text) { return test::parsed(text).object(); }

Question form_with(std::string_view field) {
  json::Object schema{{"type", "object"}};
  schema.append("properties", json::Object{{"a", object_of(field)}});
  return Question::form("k", "Which?", std::move(schema));
}

// The revisions in which a client that declared everything may be sent it.
std::vector<Revision> where(const Question& question) {
  const json::Object all =
      object_of(R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{},"context":{}},"roots":{}})");
  std::vector<Revision> found;
  for (const Revision revision : mcp::kAllRevisions) {
    if (mcp::can_answer(all, revision, question)) found.push_back(revision);
  }
  return found;
}

}  // namespace

TEST_CASE("question: no client is sent what its revision does not know") {
  using enum Revision;
  const std::vector<Revision> all(mcp::kAllRevisions.begin(), mcp::kAllRevisions.end());
  const std::vector<Revision> since_2025_06{k2025_06_18, k2025_11_25, k2026_07_28};
  const std::vector<Revision> since_2025_11{k2025_11_25, k2026_07_28};
  CHECK(where(Question::roots("k")) == all);
  CHECK(where(Question::sampling("k", {})) == all);
  CHECK(where(Question::form("k", "Sure?", {})) == since_2025_06);
  CHECK(where(form_with(R"({"type":"boolean"})")) == since_2025_06);
  CHECK(where(form_with(R"({"type":"string","enum":["a","b"]})")) == since_2025_06);
  CHECK(where(form_with(R"({"type":"string","oneOf":[{"const":"a","title":"A"}]})")) == since_2025_11);
  CHECK(where(form_with(R"({"type":"array","items":{"type":"string","enum":["a"]}})")) == since_2025_11);
  CHECK(where(Question::url("k", "Open it.", "https://example.com/")) == since_2025_11);
}

TEST_CASE("question: sampling that uses more needs a newer revision, and a client that says it can") {
  using enum Revision;
  const std::vector<Revision> all(mcp::kAllRevisions.begin(), mcp::kAllRevisions.end());
  const std::vector<Revision> since_2025_03{k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28};
  const std::vector<Revision> since_2025_11{k2025_11_25, k2026_07_28};
  struct Row {
    std::string_view params;
    std::vector<Revision> revisions;
    std::string_view needs;
  };
  const Row rows[] = {
      {R"({"maxTokens":9})", all, R"({"sampling":{}})"},
      {R"({"messages":[{"role":"user","content":{"type":"image"}}]})", all, R"({"sampling":{}})"},
      {R"({"messages":[{"role":"user","content":{"type":"audio"}}]})", since_2025_03, R"({"sampling":{}})"},
      {R"({"messages":[{"role":"user","content":[{"type":"text"}]}]})", since_2025_11, R"({"sampling":{}})"},
      {R"({"messages":[{"role":"user","content":{"type":"tool_result"}}]})", since_2025_11, R"({"sampling":{}})"},
      {R"({"tools":[]})", since_2025_11, R"({"sampling":{"tools":{}}})"},
      {R"({"toolChoice":{"mode":"none"}})", since_2025_11, R"({"sampling":{"tools":{}}})"},
      {R"({"includeContext":"none"})", all, R"({"sampling":{}})"},
      {R"({"includeContext":"thisServer"})", all, R"({"sampling":{"context":{}}})"},
      {R"({"tools":[],"includeContext":"allServers"})", since_2025_11, R"({"sampling":{"tools":{},"context":{}}})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.params);
    const Question question = Question::sampling("k", object_of(row.params));
    CHECK(where(question) == row.revisions);
    CHECK(mcp::required_capability(question) == object_of(row.needs));
    // Where the parts have names of their own, a client that has not declared them is not asked.
    const bool plain = row.needs == R"({"sampling":{}})";
    const json::Object sampling = object_of(R"({"sampling":{}})");
    for (const Revision revision : since_2025_11) CHECK(mcp::can_answer(sampling, revision, question) == plain);
    const bool was_free = row.revisions == all;
    CHECK(mcp::can_answer(sampling, k2025_06_18, question) == (was_free || row.revisions == since_2025_03));
    CHECK_FALSE(mcp::can_answer(object_of(R"({"roots":{}})"), k2026_07_28, question));
  }
}

TEST_CASE("question: a client is asked only what it has declared") {
  const auto can = [](std::string_view capabilities, const Question& question) {
    return mcp::can_answer(object_of(capabilities), Revision::k2026_07_28, question);
  };
  const Question form = Question::form("k", "Sure?", {});
  const Question url = Question::url("k", "Open it.", "https://example.com/");
  CHECK(can(R"({"elicitation":{}})", form));
  CHECK_FALSE(can(R"({"elicitation":{}})", url));
  CHECK(can(R"({"elicitation":{"url":{}}})", url));
  CHECK_FALSE(can(R"({"elicitation":{"url":{}}})", form));
  CHECK_FALSE(can(R"({"sampling":{},"roots":{}})", form));
  CHECK_FALSE(can(R"({"elicitation":true})", form));
  CHECK_FALSE(can("{}", Question::roots("k")));
}
