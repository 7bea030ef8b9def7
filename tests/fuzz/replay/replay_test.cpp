// Every corpus file through the function of its fuzz target, without the fuzzer: what was found once stays mended in
// every build. The build writes the list of targets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#define FUZZ_TARGET(name) extern "C" int name(const uint8_t* data, size_t size);
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;

struct Target {
  const char* name;
  int (*run)(const uint8_t* data, size_t size);
};

const std::vector<Target>& targets() {
  static const std::vector<Target> kTargets{
#define FUZZ_TARGET(name) {#name, name},
#include "fuzz_targets.inc"
#undef FUZZ_TARGET
  };
  return kTargets;
}

// From a place of its own, so that a sanitizer sees a read beyond its end.
void run(const Target& target, const std::vector<uint8_t>& bytes) {
  CHECK(target.run(std::vector<uint8_t>(bytes.begin(), bytes.end()).data(), bytes.size()) == 0);
}

}  // namespace

TEST_CASE("every corpus file passes, whole and cut short") {
  for (const Target& target : targets()) {
    const fs::path corpus = source_directory() / "tests/fuzz/corpus" / target.name;
    INFO(corpus.string());
    REQUIRE(fs::is_directory(corpus));
    size_t files = 0;
    for (const auto& entry : fs::directory_iterator(corpus)) {
      ++files;
      INFO(entry.path().filename().string());
      std::ifstream in(entry.path(), std::ios::binary);
      std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(in)), {});
      run(target, bytes);
      bytes.resize(bytes.size() / 2);
      run(target, bytes);
      run(target, {});
    }
    CHECK(files > 0);
  }
}

TEST_CASE("every corpus belongs to a target") {
  for (const auto& entry : fs::directory_iterator(source_directory() / "tests/fuzz/corpus")) {
    const std::string name = entry.path().filename().string();
    INFO(name);
    CHECK(std::ranges::any_of(targets(), [&](const Target& target) { return target.name == name; }));
  }
}
