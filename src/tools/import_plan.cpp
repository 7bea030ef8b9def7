#include "tools/import_plan.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "json/parse.h"
#include "json/write.h"

namespace tools {
namespace {

constexpr std::string_view kKind = "import";

base::Error unknown_plan() {
  return {base::Code::kNotFound,
          "This import is not known here any more. Begin again: call import_playlist with content.",
          {},
          std::nullopt};
}

int64_t integer_in(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->is_integer() ? member->integer() : 0;
}

}  // namespace

base::Task<base::Result<void>> keep_plan(const Services& services, std::string principal, ImportPlan plan) {
  std::string rows;
  for (const curation::Row& row : plan.rows) rows += curation::write(curation::Format::kJson, row);
  json::Array matches;
  for (const Match& match : plan.matches) {
    matches.emplace_back(json::Object{{"u", match.uri}, {"c", static_cast<int64_t>(match.confidence)}});
  }
  json::Object content{
      {"rows", std::move(rows)}, {"matches", std::move(matches)}, {"skipped", static_cast<int64_t>(plan.skipped)}};
  store::Kept kept{.id = plan.id,
                   .kind = std::string(kKind),
                   .subject = "",
                   .label = "import",
                   .at = services.desk.now(),
                   .content = json::write(content)};
  co_return co_await services.desk.archive().put(std::move(principal), std::move(kept));
}

base::Task<base::Result<ImportPlan>> find_plan(const Services& services, std::string principal, std::string id) {
  CO_TRY(const auto kept, co_await services.desk.archive().get(std::move(principal), id));
  if (!kept || kept->kind != kKind) co_return std::unexpected(unknown_plan());
  const auto content = json::parse(kept->content);
  const json::Value* matches = content ? content->find("matches") : nullptr;
  if (matches == nullptr || !matches->is_array()) co_return std::unexpected(unknown_plan());
  auto parsed = curation::parse(curation::Format::kJson, content->text_or_empty("rows"));
  if (!parsed) co_return std::unexpected(unknown_plan());
  ImportPlan plan{.id = std::move(id), .rows = std::move(parsed->rows)};
  plan.skipped = static_cast<size_t>(std::max<int64_t>(0, integer_in(*content, "skipped")));
  for (const json::Value& match : matches->array()) {
    plan.matches.push_back(
        {.uri = std::string(match.text_or_empty("u")), .confidence = static_cast<int>(integer_in(match, "c"))});
  }
  co_return plan;
}

}  // namespace tools
