#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <set>

#include "base/text.h"
#include "tests/tidy/lines.h"
#include "tests/tidy/tidy.h"

namespace tidy {
namespace {

// The types of <cstdint> and <cstddef> that a line of code names, which stand without "std::" here.
std::vector<std::string_view> integer_types(std::string_view code) {
  std::vector<std::string_view> names;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (size_t begin = 0; begin < code.size();) {
    size_t end = begin;
    while (end < code.size() && is_word(code[end])) ++end;
    const std::string_view word = code.substr(begin, end - begin);
    const bool sized = word.ends_with("_t") && (word.starts_with("int") || word.starts_with("uint"));
    if (word == "size_t" || (sized && word.find_first_of("123468") != std::string_view::npos)) names.push_back(word);
    begin = std::max(end, begin + 1);
  }
  return names;
}

// The words after "std::" in a line of code.
std::vector<std::string_view> standard_names(std::string_view code) {
  constexpr std::string_view kStd = "std::";
  constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyz_0123456789";
  std::vector<std::string_view> names;
  for (size_t from = code.find(kStd); from != std::string_view::npos; from = code.find(kStd, from)) {
    from += kStd.size();
    const size_t end = code.find_first_not_of(kWord, from);
    names.push_back(code.substr(from, end == std::string_view::npos ? end : end - from));
  }
  return names;
}

const std::map<std::string_view, std::string_view>& headers_of_standard_names() {
  static const std::map<std::string_view, std::string_view> kHeaders{
      {"array", "array"},
      {"atomic", "atomic"},
      {"byte", "cstddef"},
      {"chrono", "chrono"},
      {"condition_variable", "condition_variable"},
      {"convertible_to", "concepts"},
      {"coroutine_handle", "coroutine"},
      {"current_exception", "exception"},
      {"deque", "deque"},
      {"enable_shared_from_this", "memory"},
      {"exception_ptr", "exception"},
      {"exchange", "utility"},
      {"expected", "expected"},
      {"forward", "utility"},
      {"function", "functional"},
      {"index_sequence", "utility"},
      {"initializer_list", "initializer_list"},
      {"invoke_result_t", "type_traits"},
      {"is_enum_v", "type_traits"},
      {"jthread", "thread"},
      {"list", "list"},
      {"make_shared", "memory"},
      {"make_unique", "memory"},
      {"map", "map"},
      {"move", "utility"},
      {"move_only_function", "functional"},
      {"mutex", "mutex"},
      {"nullopt", "optional"},
      {"optional", "optional"},
      {"pair", "utility"},
      {"remove_cvref_t", "type_traits"},
      {"rethrow_exception", "exception"},
      {"same_as", "concepts"},
      {"set", "set"},
      {"shared_ptr", "memory"},
      {"span", "span"},
      {"string", "string"},
      {"string_view", "string_view"},
      {"thread", "thread"},
      {"to_string", "string"},
      {"tuple", "tuple"},
      {"unexpected", "expected"},
      {"unique_ptr", "memory"},
      {"unordered_map", "unordered_map"},
      {"variant", "variant"},
      {"vector", "vector"},
      {"weak_ptr", "memory"},
  };
  return kHeaders;
}

// "json/value.h" stands below src/, "sim/spotify/x.h" at the root.
std::string path_of(std::string_view name) {
  const bool at_root = name.starts_with("sim/") || name.starts_with("tests/");
  return at_root ? std::string(name) : "src/" + std::string(name);
}

// Every header of the tree that a file includes, directly or not, by its path in the tree.
class Reach {
 public:
  explicit Reach(const std::vector<File>& files) {
    for (const File& file : files) {
      std::set<std::string>& direct = includes_[file.path];
      for (const std::string_view line : lines_of(file)) {
        if (const auto name = included(line, '"', '"')) direct.insert(path_of(*name));
      }
    }
  }

  std::set<std::string> of(const std::string& path) const {
    std::set<std::string> seen{path};
    std::vector<std::string> open{path};
    while (!open.empty()) {
      const auto direct = includes_.find(open.back());
      open.pop_back();
      if (direct == includes_.end()) continue;
      for (const std::string& next : direct->second) {
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    return seen;
  }

 private:
  std::map<std::string, std::set<std::string>, std::less<>> includes_;
};

}  // namespace

namespace {

// Without the blanks and the comments that a line begins with.
std::string_view past_blanks(std::string_view text) {
  // Ends when nothing is left to leave out.
  while (true) {
    text = base::trim(text);
    const size_t end = text.starts_with("/*") ? text.find("*/", 2) : std::string_view::npos;
    if (end == std::string_view::npos) return text;
    text.remove_prefix(end + 2);
  }
}

bool is_include_directive(std::string_view line) {
  // A comment of several lines may end before the directive.
  const size_t end = line.find("*/");
  const bool ends_one = end != std::string_view::npos && !line.substr(0, end).contains("/*");
  std::string_view text = past_blanks(ends_one ? line.substr(end + 2) : line);
  if (!text.starts_with('#') && !text.starts_with("%:")) return false;
  text.remove_prefix(text.starts_with('#') ? 1 : 2);
  text = past_blanks(text);
  // A directive may go on in the next line, also in the middle of its name.
  const bool is_cut = text.ends_with('\\') && !text.starts_with("define ") && !text.starts_with("if");
  return text.starts_with("include") || text.starts_with("import") || is_cut;
}

}  // namespace

Violations check_include_form(const std::vector<File>& files, const Layers& layers) {
  std::set<std::string_view> folders;
  for (const auto& [path, layer] : layers) {
    const std::string_view below = path.starts_with("src/") ? std::string_view(path).substr(4) : path;
    folders.insert(below.substr(0, below.find('/')));
  }
  Violations found;
  for (const File& file : files) {
    if (!file.path.starts_with("src/") && !file.path.starts_with("sim/")) continue;
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (!is_include_directive(lines[i])) continue;
      const auto ours = included(lines[i], '"', '"');
      const auto theirs = included(lines[i], '<', '>');
      if ((!ours && !theirs) || lines[i].find_first_of("\"<") != std::string_view("#include ").size()) {
        found.push_back(at(file, i) +
                        "write #include \"...\" or #include <...> at the margin, so that the rules see it");
      } else if (theirs && theirs->contains('/') && folders.contains(theirs->substr(0, theirs->find('/')))) {
        found.push_back(at(file, i) + fmt::format("write \"{}\": it is one of ours", *theirs));
      }
    }
  }
  return found;
}

Violations check_own_header_first(const std::vector<File>& files) {
  std::set<std::string_view> headers;
  for (const File& file : files) {
    if (file.path.ends_with(".h")) headers.insert(file.path);
  }
  Violations found;
  for (const File& file : files) {
    const bool ours = file.path.starts_with("src/") || file.path.starts_with("sim/");
    if (!ours || !file.path.ends_with(".cpp")) continue;
    const std::string header = file.path.substr(0, file.path.rfind('.')) + ".h";
    if (!headers.contains(header)) continue;
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].starts_with("#include")) continue;
      const auto name = included(lines[i], '"', '"');
      if (!name || path_of(*name) != header) {
        found.push_back(at(file, i) + "its own header comes first, so that it is compiled without others before it");
      }
      break;
    }
  }
  return found;
}

Violations check_precompiled_headers(const std::vector<File>& files) {
  static const std::vector<std::pair<std::string_view, std::string>> kHeaders{
      {"Result<", "src/base/result.h"},     {"base::Error", "src/base/result.h"}, {"base::fail(", "src/base/result.h"},
      {"ENSURE(", "src/base/check.h"},      {"Task<", "src/base/task.h"},         {"json::Value", "src/json/value.h"},
      {"json::Object", "src/json/value.h"}, {"json::Array", "src/json/value.h"},  {"fmt::", "<fmt/format.h>"}};
  const Reach reach(files);
  Violations found;
  for (const File& file : files) {
    const bool ours = file.path.starts_with("src/") || file.path.starts_with("sim/");
    if (!ours || !file.path.ends_with(".h")) continue;
    std::set<std::string> present = reach.of(file.path);
    if (file.text.find("#include <fmt/format.h>") != std::string::npos) present.insert("<fmt/format.h>");
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string code = code_of(lines[i]);
      for (const auto& [name, header] : kHeaders) {
        if (code.find(name) == std::string::npos || !present.insert(header).second) continue;
        found.push_back(at(file, i) + fmt::format("{} needs {}", name, header));
      }
    }
  }
  return found;
}

Violations check_standard_headers(const std::vector<File>& files) {
  Violations found;
  for (const File& file : files) {
    const bool ours = file.path.starts_with("src/") || file.path.starts_with("sim/");
    if (!ours || !file.path.ends_with(".h")) continue;
    const auto lines = lines_of(file);
    std::set<std::string_view> present;
    for (const std::string_view line : lines) {
      if (const auto name = included(line, '<', '>')) present.insert(*name);
    }
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string code = code_of(lines[i]);
      for (const std::string_view name : integer_types(code)) {
        const std::string_view header = name == "size_t" ? "cstddef" : "cstdint";
        if (!present.insert(header).second) continue;
        found.push_back(at(file, i) + fmt::format("{} needs #include <{}>", name, header));
      }
      for (const std::string_view name : standard_names(code)) {
        const auto header = headers_of_standard_names().find(name);
        if (header == headers_of_standard_names().end() || !present.insert(header->second).second) continue;
        found.push_back(at(file, i) + fmt::format("std::{} needs #include <{}>", name, header->second));
      }
    }
  }
  return found;
}

Violations check_dead_headers(const std::vector<File>& files) {
  std::set<std::string, std::less<>> used;
  for (const File& file : files) {
    for (const std::string_view line : lines_of(file)) {
      const auto name = included(line, '"', '"');
      // A header that only its own .cpp includes is dead as an interface.
      if (!name) continue;
      const std::string stem = std::string(name->substr(0, name->rfind('.')));
      if (!file.path.ends_with(stem + ".cpp")) used.emplace(*name);
    }
  }
  Violations found;
  for (const File& file : files) {
    if (!file.path.ends_with(".h")) continue;
    // An example is an include root of its own, as in another project.
    const bool is_example = file.path.starts_with("examples/");
    const size_t root = file.path.starts_with("src/") ? 4 : is_example ? file.path.rfind('/') + 1 : 0;
    const std::string name = file.path.substr(root);
    if (!used.contains(name)) found.push_back(at(file, 0) + "nobody includes this header");
  }
  return found;
}

}  // namespace tidy
