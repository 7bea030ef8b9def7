// The page of the security requirements against the tests that it names.
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "tests/tidy/tidy.h"

namespace tidy {
namespace {

// The families, and how many each has.
constexpr std::array<std::pair<std::string_view, int>, 9> kFamilies{
    {{"IV", 16}, {"SE", 10}, {"SM", 19}, {"CS", 13}, {"NS", 15}, {"AU", 13}, {"IR", 8}, {"KR", 8}, {"T", 44}}};
constexpr std::string_view kNotYet = "not in this program yet";
constexpr std::string_view kNotApplicable = "not applicable";
constexpr std::string_view kBreak = "<br>";

struct Shown {
  std::string path;
  std::string name;  // Empty: all of the file.
};

// "`path`: name".
std::optional<Shown> read_shown(std::string_view text) {
  text = base::trim(text);
  const size_t end = text.find('`', 1);
  if (!text.starts_with('`') || end == std::string_view::npos) return std::nullopt;
  Shown shown{.path = std::string(text.substr(1, end - 1)), .name = {}};
  std::string_view rest = text.substr(end + 1);
  if (rest.starts_with(": ")) shown.name = std::string(rest.substr(2));
  return shown;
}

std::vector<std::string_view> split_at_breaks(std::string_view cell) {
  std::vector<std::string_view> parts;
  for (size_t at = cell.find(kBreak); at != std::string_view::npos; at = cell.find(kBreak)) {
    parts.push_back(cell.substr(0, at));
    cell.remove_prefix(at + kBreak.size());
  }
  parts.push_back(cell);
  return parts;
}

}  // namespace

Violations check_requirements(const File& page, const ReadFile& read) {
  Violations found;
  std::map<std::string, int> seen;
  int number = 0;
  for (const std::string_view line : base::split(page.text, '\n')) {
    ++number;
    const auto say = [&](std::string_view what) { found.push_back(fmt::format("{}:{}: {}", page.path, number, what)); };
    const std::vector<std::string_view> cells = base::split(line, '|');
    if (cells.size() != 5 || base::trim(cells[1]) == "id" || cells[1].starts_with("---")) continue;
    ++seen[std::string(base::trim(cells[1]))];
    const std::string_view shown_by = base::trim(cells[3]);
    if (shown_by.starts_with(kNotYet) || shown_by.starts_with(kNotApplicable)) continue;
    for (const std::string_view part : split_at_breaks(shown_by)) {
      const auto shown = read_shown(part);
      if (!shown) {
        say("what shows it is no `file`: test");
        continue;
      }
      const auto text = read(shown->path);
      if (!text || !shown->path.starts_with("tests/")) {
        say(fmt::format("there is no file {}", shown->path));
      } else if (text->find(shown->name) == std::string::npos) {
        say(fmt::format("{} has no test \"{}\"", shown->path, shown->name));
      }
    }
  }
  for (const auto& [family, count] : kFamilies) {
    for (int i = 1; i <= count; ++i) {
      const std::string id = fmt::format("{}-{}", family, i);
      if (seen[id] != 1) found.push_back(fmt::format("{}:1: {} stands there {} times", page.path, id, seen[id]));
      seen.erase(id);
    }
  }
  for (const auto& [id, times] : seen) found.push_back(fmt::format("{}:1: {} is no requirement", page.path, id));
  return found;
}

}  // namespace tidy
