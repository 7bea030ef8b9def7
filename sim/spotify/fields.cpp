#include "sim/spotify/fields.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sim::spotify {
namespace {

constexpr int kDepthMax = 16;

struct Filter {
  std::string name;
  bool is_excluded = false;
  std::vector<Filter> inside;
};

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : rest_(text) {}

  std::optional<std::vector<Filter>> parse() {
    auto list = parse_list(0);
    if (!list || !rest_.empty()) return std::nullopt;
    return list;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<std::vector<Filter>> parse_list(int depth) {
    if (depth > kDepthMax) return std::nullopt;
    std::vector<Filter> list;
    do {
      auto one = parse_one(depth);
      if (!one) return std::nullopt;
      list.push_back(std::move(*one));
    } while (take(','));
    return list;
  }

  std::optional<Filter> parse_one(int depth) {
    if (depth > kDepthMax) return std::nullopt;
    Filter filter;
    filter.is_excluded = take('!');
    const size_t end = std::min(rest_.find_first_of(",.()!"), rest_.size());
    filter.name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (filter.name.empty()) return std::nullopt;
    if (take('.')) {
      auto inside = parse_one(depth + 1);
      if (!inside) return std::nullopt;
      filter.inside.push_back(std::move(*inside));
    } else if (take('(')) {
      auto inside = parse_list(depth + 1);
      if (!inside || !take(')')) return std::nullopt;
      filter.inside = std::move(*inside);
    }
    return filter;
  }

  std::string_view rest_;
};

json::Value apply(const json::Value& value, const std::vector<Filter>& filters) {
  if (filters.empty()) return value;
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.array()) items.push_back(apply(item, filters));
    return items;
  }
  if (!value.is_object()) return value;
  // Exclusions alone mean: everything else.
  const bool keeps_others = std::ranges::all_of(filters, &Filter::is_excluded);
  json::Object kept;
  for (const json::Member& member : value.object()) {
    const auto named = std::ranges::find(filters, member.name, &Filter::name);
    if (named == filters.end()) {
      if (keeps_others) kept.append(member.name, member.value);
    } else if (!named->is_excluded) {
      kept.append(member.name, apply(member.value, named->inside));
    }
  }
  return kept;
}

}  // namespace

std::optional<json::Value> filter_fields(const json::Value& value, std::string_view fields) {
  const auto filters = FilterParser(fields).parse();
  if (!filters) return std::nullopt;
  return apply(value, *filters);
}

}  // namespace sim::spotify
