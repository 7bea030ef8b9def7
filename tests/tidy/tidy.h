// The house rules as code. Each rule is a pure function from files to violations, so that each has a test with a
// planted violation beside the test that the tree has none.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct File {
  std::string path;  // Relative to the root, such as "src/json/parse.cpp".
  std::string text;
};

struct Layer {
  int floor = 0;
  bool is_library = false;  // Installed, so that it includes nothing that is not.
  std::set<std::string> uses;
  std::set<std::string> libs;
};
using Layers = std::map<std::string, Layer>;  // By folder, such as "src/store/sqlite".

// Reads the layer(...) lines of cmake/floors.cmake.
Layers read_layers(std::string_view floors_cmake);

// Every rule gives sentences that begin with "path:line: ".
using Violations = std::vector<std::string>;

Violations check_layers(const std::vector<File>& files, const Layers& layers);
Violations check_external_headers(const std::vector<File>& files, const Layers& layers);
Violations check_lengths(const std::vector<File>& files);
Violations check_banned(const std::vector<File>& files);
Violations check_headers(const std::vector<File>& files);
// The programs that show what a stranger can build on the library (the fixture of the conformance suite, the examples)
// include what it installs and their own headers, and nothing else of the tree.
Violations check_strangers(const std::vector<File>& files, const Layers& layers);
// An #include that the other rules would not see, for its blanks, comments or brackets.
Violations check_include_form(const std::vector<File>& files, const Layers& layers);
// Three rules for what precompiled headers (cmake/flags.cmake) and tests/headers do not see. A header of src/ or sim/
// includes the standard header of every common name of std that it uses, and reaches each precompiled header of ours
// that it needs; and a source file includes its own header first.
Violations check_standard_headers(const std::vector<File>& files);
Violations check_precompiled_headers(const std::vector<File>& files);
Violations check_own_header_first(const std::vector<File>& files);
Violations check_dead_headers(const std::vector<File>& files);

// docs/security-requirements.md: every id once, and every test that it names is there. `read` gives a file of the tree,
// or nothing.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;
Violations check_requirements(const File& page, const ReadFile& read);

// All C++ files below src, sim, tests, bench and examples.
std::vector<File> read_tree(const std::string& root);

}  // namespace tidy
