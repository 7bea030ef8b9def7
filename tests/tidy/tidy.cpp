#include "tests/tidy/tidy.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "tests/tidy/lines.h"

namespace tidy {
namespace {

constexpr std::string_view kDetail = "/detail";

// A detail/ folder belongs to the folder that it stands in.
std::string folder_of(std::string_view path) {
  std::string_view folder = path.substr(0, path.rfind('/'));
  if (folder.ends_with(kDetail)) folder.remove_suffix(kDetail.size());
  return std::string(folder);
}

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& prefixes) {
  return std::ranges::any_of(prefixes, [text](std::string_view prefix) { return text.starts_with(prefix); });
}

// "json/value.h" stands below src/, "sim/spotify/x.h" at the root.
std::string layer_of_include(std::string_view name) {
  const std::string folder = folder_of(name);
  return name.starts_with("sim/") || name.starts_with("tests/") ? folder : "src/" + folder;
}

}  // namespace

Layers read_layers(std::string_view floors_cmake) {
  Layers layers;
  for (std::string_view line : base::split(floors_cmake, '\n')) {
    if (!line.starts_with("layer(")) continue;
    line.remove_prefix(6);
    line = line.substr(0, line.find(')'));
    std::istringstream words{std::string(line)};
    std::string path;
    Layer layer;
    words >> path >> layer.floor;
    std::set<std::string>* list = nullptr;
    for (std::string word; words >> word;) {
      if (word == "LIBRARY") {
        layer.is_library = true;
      } else if (word == "USES") {
        list = &layer.uses;
      } else if (word == "LIBS") {
        list = &layer.libs;
      } else if (list != nullptr) {
        list->insert(word);
      }
    }
    layers.emplace(path, layer);
  }
  return layers;
}

Violations check_layers(const std::vector<File>& files, const Layers& layers) {
  Violations found;
  for (const File& file : files) {
    const std::string own = folder_of(file.path);
    const auto layer = layers.find(own);
    const bool program = file.path.ends_with("main.cpp");
    if (layer == layers.end()) {
      if (file.path.starts_with("src/") || file.path.starts_with("sim/")) {
        found.push_back(at(file, 0) + "its folder is not in cmake/floors.cmake");
      }
      continue;
    }
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto name = included(lines[i], '"', '"');
      if (!name || program) continue;
      const std::string used = layer_of_include(*name);
      const auto other = layers.find(used);
      if (used != own && name->find("/detail/") != std::string_view::npos) {
        found.push_back(at(file, i) + fmt::format("{} is for {} alone", *name, used));
      }
      if (other == layers.end()) {
        found.push_back(at(file, i) + fmt::format("includes {}, which is in no layer", *name));
      } else if (used != own && other->second.floor >= layer->second.floor && !layer->second.uses.contains(used)) {
        found.push_back(at(file, i) + fmt::format("{} (floor {}) may not include {} (floor {})", own,
                                                  layer->second.floor, used, other->second.floor));
      } else if (layer->second.is_library && !other->second.is_library) {
        found.push_back(at(file, i) + fmt::format("{} is of the library and may not include {}", own, used));
      }
    }
  }
  return found;
}

Violations check_strangers(const std::vector<File>& files, const Layers& layers) {
  Violations found;
  for (const File& file : files) {
    const bool is_example = file.path.starts_with("examples/");
    if (!is_example && !file.path.starts_with("tests/conformance/")) continue;
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto name = included(lines[i], '"', '"');
      if (!name) continue;
      // An example stands alone, with its headers beside it; its tests use the framework of ours.
      const bool is_tested = file.path.ends_with("_test.cpp") && *name == "tests/test.h";
      const bool is_own = is_example ? !name->contains('/') || is_tested : name->starts_with("tests/conformance/");
      const auto layer = layers.find(layer_of_include(*name));
      const bool is_installed = layer != layers.end() && layer->second.is_library && !name->contains("/detail/");
      if (!is_own && !is_installed) {
        found.push_back(at(file, i) + fmt::format("{} is not installed, so that no stranger could include it", *name));
      }
    }
  }
  return found;
}

Violations check_external_headers(const std::vector<File>& files, const Layers& layers) {
  struct Library {
    std::string_view prefix;
    std::vector<std::string_view> targets;
  };
  static const std::vector<Library> kLibraries{
      {"boost/json", {"Boost::json"}},
      {"boost/", {"Boost::headers", "Boost::json"}},
      {"openssl/", {"OpenSSL::Crypto", "OpenSSL::SSL"}},
      {"curl/", {"CURL::headers"}},
      {"sqlite3.h", {"SQLite::SQLite3"}},
      {"CLI/", {"CLI11::CLI11"}},
      {"argon2.h", {"PkgConfig::ARGON2"}},
      {"seccomp.h", {"PkgConfig::SECCOMP"}},
      {"yaml.h", {"PkgConfig::YAML"}},
      {"lz4frame.h", {"LZ4::headers"}},
      {"lzma.h", {"LZMA::headers"}},
      {"zlib.h", {"ZLIB::ZLIB", "ZLIB_PLAIN::headers"}},
  };
  Violations found;
  for (const File& file : files) {
    if (!file.path.starts_with("src/") && !file.path.starts_with("sim/")) continue;
    const auto layer = layers.find(folder_of(file.path));
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto name = included(lines[i], '<', '>');
      if (!name) continue;
      const auto library =
          std::ranges::find_if(kLibraries, [&](const Library& each) { return name->starts_with(each.prefix); });
      if (library == kLibraries.end()) continue;
      const bool named = layer != layers.end() && std::ranges::any_of(library->targets, [&](std::string_view target) {
                           return layer->second.libs.contains(std::string(target));
                         });
      if (!named && !file.path.ends_with("main.cpp")) {
        found.push_back(at(file, i) + fmt::format("<{}> belongs to a library that this folder does not name", *name));
      } else if (file.path.ends_with(".h") && file.path.find("/detail/") == std::string::npos) {
        found.push_back(at(file, i) + fmt::format("<{}> may stand in a .cpp only", *name));
      }
    }
  }
  return found;
}

Violations check_lengths(const std::vector<File>& files) {
  constexpr size_t kColumnsMax = 120;
  constexpr size_t kFileLinesMax = 800;
  constexpr size_t kFunctionLinesMax = 70;
  Violations found;
  for (const File& file : files) {
    const auto lines = lines_of(file);
    if (lines.size() > kFileLinesMax) {
      found.push_back(at(file, 0) + fmt::format("{} lines; split the file at {}", lines.size(), kFileLinesMax));
    }
    std::optional<size_t> function;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (base::count_code_points(lines[i]) > kColumnsMax) {
        found.push_back(at(file, i) + fmt::format("over {} columns", kColumnsMax));
      }
      // A function body is what stands between a line at the margin that ends with "{" and the next "}" at the margin.
      const bool margin = !lines[i].empty() && lines[i].front() != ' ' && lines[i].front() != '#';
      const bool opens = margin && lines[i].ends_with("{") && !lines[i].starts_with("namespace") &&
                         !lines[i].starts_with("extern") && !lines[i].starts_with("TEST_CASE") &&
                         !lines[i].starts_with("class") && !lines[i].starts_with("struct") &&
                         !lines[i].starts_with("enum") && lines[i].find(" = {") == std::string_view::npos &&
                         lines[i].find("{{") == std::string_view::npos;
      if (opens) {
        function = i;
      } else if (function && lines[i].starts_with("}")) {
        if (i - *function > kFunctionLinesMax) {
          found.push_back(at(file, *function) +
                          fmt::format("a function of {} lines; split it at {}", i - *function, kFunctionLinesMax));
        }
        function.reset();
      }
    }
  }
  return found;
}

namespace {

struct Banned {
  std::string_view text;
  std::string_view instead;
  std::vector<std::string_view> allowed;  // Path prefixes where it may stand.
};

const std::vector<Banned>& banned() {
  static const std::vector<Banned> kBanned{
      {"reveal()",
       "a Secret opens only where it leaves the process or is sealed",
       {"src/base/", "src/crypto/", "src/audit/state.cpp", "src/oauth/", "src/store/", "src/config/", "src/net/",
        "src/spotify/transport.cpp", "src/app/local_bearer", "src/app/", "src/keys/", "src/os/child.cpp",
        "src/os/environment.cpp", "sim/", "tests/"}},
      {"system_clock::now", "take a base::Clock", {"src/os/"}},
      {"time(nullptr", "take a base::Clock", {"src/os/"}},
      {"clock_gettime(", "take a base::Clock", {"src/os/"}},
      {"gettimeofday(", "take a base::Clock", {"src/os/"}},
      {"steady_clock::now",
       "take a base::Loop",
       {"src/os/", "src/net/", "bench/", "tests/load/", "tests/unit/net/", "tests/unit/os/"}},
      {"getenv(", "take an os::Environment", {"src/os/", "tests/"}},
      {"std::regex", "parse by hand: it backtracks and recurses", {}},
      {"std::cout", "write results through app/output", {"src/app/", "sim/spotify/main.cpp", "bench/"}},
      {"std::cerr",
       "log an event, or write through app/output",
       {"src/app/", "sim/spotify/main.cpp", "bench/", "tests/conformance/"}},
      {"using namespace", "name what is used", {"src/base/clock.cpp", "tests/", "bench/"}},
      {"std::mutex", "one loop thread: post to it", {"src/net/", "src/os/", "src/store/", "tests/"}},
      {"std::thread", "use a base::Worker", {"src/net/", "src/os/", "tests/"}},
      {"std::jthread", "use a base::Worker", {"src/net/", "src/os/", "tests/"}},
      {".detach()", "own every thread", {}},
      {"sleep_for(std::chrono", "wait for an event, or use virtual time", {}},
      {"this_thread::sleep", "wait for an event, or use virtual time", {}},
      {"usleep(", "wait for an event, or use virtual time", {}},
      {"sprintf(", "use fmt::format", {}},
      {"strcpy(", "use std::string", {}},
      {"rand()", "take a base::Random", {}},
      {"std::random_device", "take a base::Random", {}},
      {"popen(", "use os/process: no shell", {}},
      {" assert(", "use ENSURE: it stays in release", {}},
      {"catch (",
       "return a Result; only code that calls throwing libraries catches",
       {"src/net/", "src/store/sqlite/", "src/json/parse.cpp", "src/mcp/server.cpp", "src/mcp/call",
        "src/app/commands/cli", "src/app/commands/main.cpp", "sim/spotify/main.cpp", "tests/", "bench/"}},
      {"throw ", "return a Result", {"tests/"}},
  };
  return kBanned;
}

}  // namespace

Violations check_banned(const std::vector<File>& files) {
  Violations found;
  for (const File& file : files) {
    if (file.path.starts_with("tests/tidy/")) continue;
    const auto lines = lines_of(file);
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string code = code_of(lines[i]);
      for (const Banned& each : banned()) {
        if (code.find(each.text) == std::string::npos || starts_with_any(file.path, each.allowed)) continue;
        found.push_back(at(file, i) + fmt::format("{} is not for here: {}", each.text, each.instead));
      }
      // Comments count here: a mark of unfinished work is a comment.
      // mkstemp and its kin want a name that ends in XXXXXX, so only a lone XXX is a mark.
      for (const std::string_view mark : {"TODO", "FIXME", " XXX"}) {
        if (lines[i].find(mark) != std::string_view::npos) {
          found.push_back(at(file, i) + fmt::format("{}: finish it, or file an issue", mark));
        }
      }
      if (code.find("while (true)") != std::string::npos && lines[i].find("//") == std::string_view::npos &&
          (i == 0 || !base::trim(lines[i - 1]).starts_with("//"))) {
        found.push_back(at(file, i) + "while (true) needs a comment that says what ends it");
      }
    }
  }
  return found;
}

Violations check_headers(const std::vector<File>& files) {
  Violations found;
  for (const File& file : files) {
    if (!file.path.ends_with(".h")) continue;
    if (!file.text.starts_with("// ")) found.push_back(at(file, 0) + "a header begins with what it is, as a comment");
    if (file.text.find("#pragma once") == std::string::npos) found.push_back(at(file, 0) + "needs #pragma once");
  }
  return found;
}

std::vector<File> read_tree(const std::string& root) {
  namespace fs = std::filesystem;
  std::vector<File> files;
  for (const char* top : {"src", "sim", "tests", "bench", "examples"}) {
    const fs::path base = fs::path(root) / top;
    if (!fs::exists(base)) continue;
    for (auto entry = fs::recursive_directory_iterator(base); entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->is_directory() && entry->path().filename() == "node_modules") entry.disable_recursion_pending();
      const std::string extension = entry->path().extension().string();
      if (extension != ".cpp" && extension != ".h") continue;
      std::ifstream in(entry->path());
      std::stringstream text;
      text << in.rdbuf();
      files.push_back({fs::relative(entry->path(), root).string(), text.str()});
    }
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}

}  // namespace tidy
