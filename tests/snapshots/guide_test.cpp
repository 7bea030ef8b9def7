// docs/guide: every block of C++ or CMake in a page stands, line for line, in a file that is built and tested.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

struct Block {
  std::string language;
  std::string text;  // Whole lines.
};

std::vector<Block> blocks_of(std::string_view page) {
  std::vector<Block> blocks;
  bool inside = false;
  for (const std::string_view line : base::split(page, '\n')) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({std::string(line.substr(3)), ""});
    } else if (inside) {
      blocks.back().text.append(line).append("\n");
    }
  }
  CHECK_FALSE(inside);
  return blocks;
}

// The sources, each with a line end before its first line, so that a block is found at the beginning of a line only.
std::vector<std::string> sources(std::string_view language) {
  std::vector<std::string> texts;
  for (const char* top : {"examples", "tests/install/project"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_directory() / top)) {
      const std::string name = entry.path().filename().string();
      const bool is_cmake = name == "CMakeLists.txt";
      if (language == (is_cmake ? "cmake" : "cpp") && entry.is_regular_file()) {
        texts.push_back("\n" + read(entry.path()));
      }
    }
  }
  return texts;
}

bool stands_in(const std::vector<std::string>& texts, const Block& block) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text.contains("\n" + block.text); });
}

}  // namespace

TEST_CASE("the code of every guide page is code that is built") {
  size_t pages = 0;
  for (const auto& entry : fs::directory_iterator(source_directory() / "docs/guide")) {
    const std::vector<Block> blocks = blocks_of(read(entry.path()));
    if (std::ranges::none_of(blocks, [](const Block& each) { return each.language == "cpp"; })) continue;
    ++pages;
    for (const Block& block : blocks) {
      if (block.language != "cpp" && block.language != "cmake") continue;
      INFO(entry.path().filename().string() << ": this block stands in no built file. Copy it from there:\n"
                                            << block.text);
      CHECK(stands_in(sources(block.language), block));
    }
  }
  CHECK(pages > 0);
}

TEST_CASE("a planted block that no file holds is found") {
  const std::vector<std::string> texts{"\nint a;\nint b;\n"};
  CHECK(stands_in(texts, {"cpp", "int b;\n"}));
  CHECK_FALSE(stands_in(texts, {"cpp", "int c;\n"}));
  CHECK_FALSE(stands_in(texts, {"cpp", "a;\n"}));
  CHECK(blocks_of("x\n```cpp\nint a;\n```\n").at(0).text == "int a;\n");
}
