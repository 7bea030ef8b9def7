#include "tests/tidy/lines.h"

#include <cctype>
#include <fmt/format.h>

#include "base/text.h"

namespace tidy {

std::vector<std::string_view> lines_of(const File& file) { return base::split(file.text, '\n'); }

std::optional<std::string_view> included(std::string_view line, char open, char close) {
  if (!line.starts_with("#include ")) return std::nullopt;
  const size_t begin = line.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const size_t end = line.find(close, begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return line.substr(begin + 1, end - begin - 1);
}

std::string at(const File& file, size_t line) { return fmt::format("{}:{}: ", file.path, line + 1); }

std::string code_of(std::string_view line) {
  std::string code;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        quote = 0;
        code.push_back(line[i]);
      }
      continue;
    }
    if (line[i] == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
    // An apostrophe between digits separates them; it opens no literal.
    const bool digit_separator = line[i] == '\'' && i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1])) != 0;
    if (line[i] == '"' || (line[i] == '\'' && !digit_separator)) quote = line[i];
    code.push_back(line[i]);
  }
  return code;
}

}  // namespace tidy
