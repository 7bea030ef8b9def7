#include "checks/osv_query.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "json/parse.h"
#include "json/write.h"

namespace checks {

std::vector<Component> questions_of(const std::vector<Component>& components) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::vector<Component> questions;
  for (const Component& component : components) {
    if (!component.version.empty() && seen.emplace(component.source, component.version).second) {
      questions.push_back(component);
    }
  }
  return questions;
}

std::string osv_question(const Component& component, std::string_view page) {
  json::Object question{{"package", json::Object{{"ecosystem", kEcosystem}, {"name", component.source}}},
                        {"version", component.version}};
  if (!page.empty()) question.append("page_token", page);
  return json::write(std::move(question));
}

base::Result<OsvPage> read_osv_page(std::string_view text) {
  TRY(const json::Value document, json::parse(text));
  if (!document.is_object()) return base::fail(base::Code::kInvalidArgument, "The answer is no JSON object.");
  OsvPage page;
  page.next = document.text_or_empty("next_page_token");
  const json::Value* list = document.find("vulns");
  if (list == nullptr) return page;
  if (!list->is_array()) return base::fail(base::Code::kInvalidArgument, "The answer's vulns are no list.");
  for (const json::Value& each : list->array()) {
    TRY(std::optional<Advisory> advisory, read_advisory(each, kEcosystem));
    if (advisory) page.advisories.push_back(*std::move(advisory));
  }
  return page;
}

}  // namespace checks
