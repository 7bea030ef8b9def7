#include "tools/names.h"

#include <algorithm>

#include "base/text.h"

namespace tools {

void Names::append(const json::Value& answer) {
  cursor_.clear();
  const json::Value* items = answer.find("items");
  if (items == nullptr || !items->is_array()) return;
  for (const json::Value& item : items->array()) {
    const std::string_view uri = item.text_or_empty("uri");
    const std::string_view value =
        value_ == "id" && !uri.empty() ? uri.substr(uri.rfind(':') + 1) : item.text_or_empty(value_);
    if (!value.empty()) {
      rows_.push_back({.name = base::to_lower_ascii(item.text_or_empty("name")), .value = std::string(value)});
    }
  }
  if (rows_.size() < kRowsMax) cursor_ = answer.text_or_empty("next_cursor");
}

void Names::begin(const json::Value& answer) {
  const json::Value* items = answer.find("items");
  const json::Value* total = answer.find("total");
  json::Value head(json::Array{items != nullptr ? *items : json::Value(), total != nullptr ? *total : json::Value()});
  if (head == head_) return;
  head_ = std::move(head);
  rows_.clear();
  append(answer);
}

void Names::go_on(std::string_view cursor, const json::Value& answer) {
  if (cursor == cursor_) append(answer);
}

std::vector<std::string> Names::find(std::string_view typed) const {
  const std::string wanted = base::to_lower_ascii(typed);
  std::vector<const Row*> beginning;
  std::vector<const Row*> others;
  for (const Row& row : rows_) {
    if (row.name.starts_with(wanted) || row.value.starts_with(typed)) {
      beginning.push_back(&row);
      if (beginning.size() == kFoundMax) break;
    } else if (others.size() < kFoundMax && row.name.contains(wanted)) {
      others.push_back(&row);
    }
  }
  std::vector<std::string> values;
  for (const auto* list : {&beginning, &others}) {
    for (const Row* row : *list) {
      if (values.size() < kFoundMax) values.push_back(row->value);
    }
  }
  return values;
}

std::shared_ptr<Names> NameBook::of(std::string_view user) {
  const auto found = std::ranges::find(users_, user, [](const auto& each) -> std::string_view { return each.first; });
  if (found != users_.end()) {
    users_.splice(users_.begin(), users_, found);
  } else {
    users_.emplace_front(user, std::make_shared<Names>(value_));
    if (users_.size() > kUsersMax) users_.pop_back();
  }
  return users_.front().second;
}

void NameBook::forget(std::string_view user) {
  users_.remove_if([user](const auto& each) { return each.first == user; });
}

}  // namespace tools
