// What a client sees of every tool, frozen: one file per tool, and docs/tools.md. A change of a name, a limit or a
// description shows in review. UPDATE_SNAPSHOTS=1 writes them anew; a snapshot without a tool fails, like the reverse.
#include <filesystem>
#include <set>
#include <string>

#include "crypto/hash.h"
#include "tests/snapshots/compare.h"
#include "tests/unit/tools/bench.h"
#include "tools/prompts.h"
#include "tools/resources.h"

#include "tests/test.h"

namespace tools {
namespace {

namespace fs = std::filesystem;

using snapshots::compare;
using snapshots::updates;

const fs::path kFolder = source_directory() / "tests/snapshots/tools";

TEST_CASE("every tool is as its snapshot says") {
  const Bench bench;
  for (const mcp::Tool& tool : bench.tools) {
    compare(kFolder / (tool.info.name + ".json"), json::write_pretty(mcp::describe(tool, mcp::Revision::k2026_07_28)));
  }
}

TEST_CASE("every snapshot has its tool") {
  const Bench bench;
  std::set<std::string> names;
  for (const mcp::Tool& tool : bench.tools) names.insert(tool.info.name + ".json");
  for (const auto& file : fs::directory_iterator(kFolder)) {
    INFO(file.path());
    const bool known = names.contains(file.path().filename().string());
    if (updates() && !known) {
      fs::remove(file.path());
      continue;
    }
    CHECK(known);
  }
}

TEST_CASE("docs/tools.md is made from the catalogue") {
  const Bench bench;
  compare(source_directory() / "docs/tools.md",
          document(bench.tools) + document(resources_over(bench.tools)) + document(prompts_over(bench.tools)));
}

// The program knows this digest (cmake/build_info.cmake), and security-check compares it with what it offers (AUT-13).
TEST_CASE("src/app/tools.lock is the digest of all definitions") {
  const Bench bench;
  std::string all;
  for (const mcp::Tool& tool : bench.tools) {
    all += crypto::to_hex(crypto::sha256(json::write(mcp::describe(tool, mcp::Revision::k2026_07_28))));
  }
  compare(source_directory() / "src/app/tools.lock", crypto::to_hex(crypto::sha256(all)) + "\n");
}

}  // namespace
}  // namespace tools
