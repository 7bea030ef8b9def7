#include "tests/tidy/tidy.h"

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "tests/tidy/lines.h"

#include "tests/test.h"

namespace {

using tidy::File;

std::string read(const std::string& path) {
  std::ifstream in(source_directory() / path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::vector<File>& tree() {
  static const std::vector<File> files = tidy::read_tree(source_directory().string());
  return files;
}

const tidy::Layers& layers() {
  static const tidy::Layers table = tidy::read_layers(read("cmake/floors.cmake"));
  return table;
}

void expect_none(const tidy::Violations& found) {
  INFO(fmt::format("{}", fmt::join(found, "\n")));
  CHECK(found.empty());
}

const tidy::Layers kPlanted = tidy::read_layers(
    "layer(src/low 0)\nlayer(src/left 1 LIBS Boost::json)\nlayer(src/right 1 USES src/left)\nlayer(src/top 2)\n");

}  // namespace

TEST_CASE("the tree is there to be checked") {
  CHECK(tree().size() > 50);
  CHECK(layers().size() > 10);
}

TEST_CASE("every include follows cmake/floors.cmake") { expect_none(tidy::check_layers(tree(), layers())); }

TEST_CASE("a planted upward, sideways or homeless include is found") {
  const auto count = [](std::string path, std::string line) {
    return tidy::check_layers({{std::move(path), std::move(line)}}, kPlanted).size();
  };
  CHECK(count("src/top/a.cpp", "#include \"low/x.h\"") == 0);
  CHECK(count("src/right/a.cpp", "#include \"left/x.h\"") == 0);
  CHECK(count("src/low/a.cpp", "#include \"top/x.h\"") == 1);
  CHECK(count("src/left/a.cpp", "#include \"right/x.h\"") == 1);
  CHECK(count("src/top/a.cpp", "#include \"nowhere/x.h\"") == 1);
  CHECK(count("src/stray/a.cpp", "int x;") == 1);
  CHECK(count("src/right/a.cpp", "#include \"right/detail/x.h\"") == 0);
  CHECK(count("src/right/a.cpp", "#include \"left/detail/x.h\"") == 1);
  CHECK(count("src/low/detail/a.h", "#include \"top/x.h\"") == 1);
}

TEST_CASE("every include is written so that the rules see it") {
  expect_none(tidy::check_include_form(tree(), layers()));
  const auto count = [](std::string line) {
    return tidy::check_include_form({{"src/low/a.cpp", std::move(line)}}, kPlanted).size();
  };
  for (const char* hidden :
       {"  #include \"top/x.h\"", "#  include \"top/x.h\"", "#include/**/\"top/x.h\"", "/* */ #include \"top/x.h\"",
        " */ #include \"top/x.h\"", "#include <top/x.h>", "  #include <top/x.h>", "#include\t\"top/x.h\"",
        "#include TOP", "%:include \"top/x.h\"", "#inc\\"}) {
    CAPTURE(hidden);
    CHECK(count(hidden) == 1);
  }
  for (const char* fine :
       {"#include \"low/x.h\"", "#include <vector>", "#include <sys/stat.h>", "#if X", "// #include <top/x.h>"}) {
    CAPTURE(fine);
    CHECK(count(fine) == 0);
  }
}

TEST_CASE("a planted include of the library that is not of it is found") {
  const auto table =
      tidy::read_layers("layer(src/low 0)\nlayer(src/kept 0 LIBRARY)\nlayer(src/top 1 LIBRARY USES src/a)\n");
  CHECK(table.at("src/top").uses == std::set<std::string>{"src/a"});
  CHECK(tidy::check_layers({{"src/top/a.cpp", "#include \"kept/x.h\""}}, table).empty());
  CHECK(tidy::check_layers({{"src/top/a.cpp", "#include \"low/x.h\""}}, table).size() == 1);
}

TEST_CASE("the conformance fixture and the examples include the installed headers alone") {
  expect_none(tidy::check_strangers(tree(), layers()));
  const auto table = tidy::read_layers("layer(src/ours 0)\nlayer(src/kept 0 LIBRARY)\n");
  const auto count = [&](std::string path, std::string line) {
    return tidy::check_strangers({{std::move(path), std::move(line)}}, table).size();
  };
  for (const char* path : {"tests/conformance/a.h", "tests/conformance/main.cpp", "examples/x/main.cpp"}) {
    CAPTURE(path);
    CHECK(count(path, "#include \"kept/x.h\"") == 0);
    CHECK(count(path, "#include <string>") == 0);
    CHECK(count(path, "#include \"ours/x.h\"") == 1);
    CHECK(count(path, "#include \"kept/detail/x.h\"") == 1);
    CHECK(count(path, "#include \"tests/support/x.h\"") == 1);
    CHECK(count(path, "#include \"nowhere/x.h\"") == 1);
  }
  CHECK(count("tests/conformance/a.h", "#include \"tests/conformance/b.h\"") == 0);
  CHECK(count("examples/x/a.cpp", "#include \"b.h\"") == 0);
  CHECK(count("examples/x/a_test.cpp", "#include \"tests/test.h\"") == 0);
  CHECK(count("examples/x/main.cpp", "#include \"tests/test.h\"") == 1);
  CHECK(count("tests/unit/a.cpp", "#include \"ours/x.h\"") == 0);
}

// Each hole that another server had (docs/security-requirements.md shows what stands against them) has a test of ours
// under its name.
TEST_CASE("every published hole of the suite has a test of its name") {
  std::string names;
  for (const File& file : tree()) {
    if (!file.path.starts_with("tests/unit/")) continue;
    for (const std::string_view line : tidy::lines_of(file)) {
      if (line.starts_with("TEST_CASE(")) names.append(line) += '\n';
    }
  }
  for (const char* hole :
       {"cve_2023_31439",        "cve_2025_66414",  "cve_2025_66416",  "cve_2025_69196",      "cve_2026_0621",
        "cve_2026_25536",        "cve_2026_27124",  "cve_2026_27896",  "cve_2026_33252",      "cve_2026_33946",
        "cve_2026_48529",        "cve_2026_52869",  "cve_2026_52870",  "cve_2026_59950",      "cve_2026_59951",
        "cve_2026_85783",        "cve_2026_111770", "cve_2026_116685", "cve_2026_116686",     "fastmcp_3_4_3",
        "ghmcp_two_pass",        "ghsa_pjp5",       "go_2026_4770",    "ghsa_q382_vc8q_7jhj", "go_2026_5771",
        "go_2026_5779",          "rspotify_396",    "spotify_player_1041", "workers_open_redirect"}) {
    CAPTURE(hole);
    CHECK(names.contains(hole));
  }
}

TEST_CASE("external headers stand only where floors.cmake names their library") {
  expect_none(tidy::check_external_headers(tree(), layers()));
}

TEST_CASE("a planted external header is found") {
  const auto count = [](std::string path, std::string line) {
    return tidy::check_external_headers({{std::move(path), std::move(line)}}, kPlanted).size();
  };
  CHECK(count("src/left/a.cpp", "#include <boost/json/value.hpp>") == 0);
  CHECK(count("src/left/a.h", "#include <boost/json/value.hpp>") == 1);
  CHECK(count("src/left/detail/a.h", "#include <boost/json/value.hpp>") == 0);
  CHECK(count("src/low/a.cpp", "#include <boost/json/value.hpp>") == 1);
  CHECK(count("src/low/a.cpp", "#include <sqlite3.h>") == 1);
  CHECK(count("src/low/a.cpp", "#include <string>") == 0);
}

TEST_CASE("lines, functions and files are short enough to read") { expect_none(tidy::check_lengths(tree())); }

TEST_CASE("a planted long line, function or file is found") {
  CHECK(tidy::check_lengths({{"src/a.cpp", std::string(121, 'x')}}).size() == 1);
  CHECK(tidy::check_lengths({{"src/a.cpp", std::string(120, 'x')}}).empty());
  std::string function = "void f() {\n";
  for (int i = 0; i < 71; ++i) function += "  g();\n";
  CHECK(tidy::check_lengths({{"src/a.cpp", function + "}\n"}}).size() == 1);
  CHECK(tidy::check_lengths({{"src/a.cpp", std::string(900, '\n')}}).size() == 1);
}

TEST_CASE("no banned call stands where it may not") { expect_none(tidy::check_banned(tree())); }

TEST_CASE("planted banned calls are found, words in comments and strings are not") {
  const auto count = [](std::string path, std::string line) {
    return tidy::check_banned({{std::move(path), std::move(line)}}).size();
  };
  CHECK(count("src/tools/a.cpp", "  log(token.reveal());") == 1);
  CHECK(count("src/tools/a.cpp", "  log(token->reveal());") == 1);
  CHECK(count("src/crypto/a.cpp", "  log(token.reveal());") == 0);
  CHECK(count("src/tools/a.cpp", "  auto t = time(nullptr);") == 1);
  CHECK(count("src/tools/a.cpp", "  clock_gettime(CLOCK_REALTIME, &t);") == 1);
  CHECK(count("src/spotify/a.cpp", "  auto t = std::chrono::system_clock::now();") == 1);
  CHECK(count("src/tools/a.cpp", "  getenv(\"HOME\");") == 1);
  CHECK(count("src/tools/a.cpp", "  // getenv( is for os/ only.") == 0);
  CHECK(count("src/tools/a.cpp", "  auto s = \"std::regex\";") == 0);
  CHECK(count("src/tools/a.cpp", "  while (true) {") == 1);
  CHECK(count("src/tools/a.cpp", "  while (true) {  // Ends when the page is the last.") == 0);
  CHECK(count("src/tools/a.cpp", std::string("  // ") + "TO" + "DO: later") == 1);
}

TEST_CASE("headers say what they are and are included by someone") {
  expect_none(tidy::check_headers(tree()));
  expect_none(tidy::check_dead_headers(tree()));
  CHECK(tidy::check_headers({{"src/a.h", "int x;\n"}}).size() == 2);
  CHECK(tidy::check_dead_headers({{"src/a/b.h", ""}, {"src/a/b.cpp", "#include \"a/b.h\""}}).size() == 1);
}

TEST_CASE("headers include the standard headers of the names that they use") {
  expect_none(tidy::check_standard_headers(tree()));
  expect_none(tidy::check_precompiled_headers(tree()));
  expect_none(tidy::check_own_header_first(tree()));
}

TEST_CASE("a planted name of a precompiled header is found unless an include reaches it") {
  const tidy::File far{"src/a/far.h", "#include \"base/task.h\"\n"};
  const auto check = [&far](std::string text) {
    return tidy::check_precompiled_headers({far, {"src/b/near.h", std::move(text)}});
  };
  CHECK(check("base::Task<int> a();\nbase::Task<int> b();\n") ==
        tidy::Violations{"src/b/near.h:1: Task< needs src/base/task.h"});
  CHECK(check("#include \"a/far.h\"\nbase::Task<int> a();\n").empty());
  CHECK(check("// base::Task<int> a();\n").empty());
}

TEST_CASE("a planted source that includes another header before its own is found") {
  const tidy::File header{"src/a/b.h", "// B.\n"};
  const auto check = [&header](std::string text) {
    return tidy::check_own_header_first({header, {"src/a/b.cpp", std::move(text)}});
  };
  CHECK(check("#include <string>\n#include \"a/b.h\"\n").size() == 1);
  CHECK(check("// B.\n#include \"a/b.h\"\n#include <string>\n").empty());
}

TEST_CASE("a planted name of std without its header is found once") {
  const auto check = [](std::string path, std::string text) {
    return tidy::check_standard_headers({{std::move(path), std::move(text)}});
  };
  CHECK(check("src/a.h", "std::string a();\nstd::string b();\n") ==
        tidy::Violations{"src/a.h:1: std::string needs #include <string>"});
  CHECK(check("sim/a.h", "#include <vector>\nstd::vector<std::string_view> a();\n").size() == 1);
  CHECK(check("src/a.h", "#include <string>\nstd::string a();  // std::vector\n").empty());
  CHECK(check("src/a.cpp", "std::string a();\n").empty());
  CHECK(check("src/a.h", "uint64_t a(size_t);\nint64_t b();\n") ==
        tidy::Violations{"src/a.h:1: uint64_t needs #include <cstdint>", "src/a.h:1: size_t needs #include <cstddef>"});
  CHECK(check("src/a.h", "#include <cstdint>\nuint8_t my_size_t_like();\n").empty());
}

TEST_CASE("every layer has a README") {
  for (const auto& [path, layer] : layers()) {
    INFO(path);
    CHECK(std::filesystem::exists(source_directory() / path / "README.md"));
  }
}

TEST_CASE("every security requirement is shown by tests that there are") {
  const tidy::File page{"docs/security-requirements.md", read("docs/security-requirements.md")};
  expect_none(tidy::check_requirements(page, [](const std::string& path) -> std::optional<std::string> {
    if (!std::filesystem::exists(source_directory() / path)) return std::nullopt;
    return read(path);
  }));
}

TEST_CASE("a planted requirement without its test, its file or its row is found") {
  const auto count = [](std::string text) {
    return tidy::check_requirements({"page.md", std::move(text)},
                                    [](const std::string& path) {
                                      return path == "tests/none" ? std::nullopt
                                                                  : std::optional(std::string("every name: x, y"));
                                    })
        .size();
  };
  // A page of rows that all name what is there.
  std::string good;
  for (const auto& [family, rows] : std::map<std::string, int>{
           {"IV", 16}, {"SE", 10}, {"SM", 19}, {"CS", 13}, {"NS", 15}, {"AU", 13}, {"IR", 8}, {"KR", 8}, {"T", 44}}) {
    for (int i = 1; i <= rows; ++i) good += fmt::format("| {}-{} | what | `tests/a`: x<br>`tests/b` |\n", family, i);
  }
  CHECK(count(good) == 0);
  const auto with = [&good](std::string_view old, std::string_view other) {
    std::string changed = good;
    return changed.replace(changed.find(old), old.size(), other);
  };
  CHECK(count(with("`tests/a`: x", "`tests/a`: z")) == 1);
  CHECK(count(with("`tests/a`: x", "`tests/none`: x")) == 1);
  CHECK(count(with("`tests/a`: x", "`docs/a`: x")) == 1);
  CHECK(count(with("`tests/a`: x", "somewhere")) == 1);
  CHECK(count(with("| SM-3 |", "| SM-33 |")) == 2);
  CHECK(count(good + "| SM-3 | again | not in this program yet: x |\n") == 1);
}
