// The trail on real files: a checkpoint that a crash has cut does not spoil the next one.
#include "audit/files/file_disk.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "audit/checkpoint.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/audit/bench.h"

namespace audit {
namespace {

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

TEST_CASE("wherever a checkpoint was cut, the next one stands by itself") {
  const test::TemporaryDirectory place;
  const std::string path = place.path() + "/checkpoints";
  const CheckpointSigner signer("0123456789abcdef", Bench::master());
  const std::string first = signer.sign({.size = 1, .root = {}});
  const std::string second = signer.sign({.size = 2, .root = {}});
  for (const std::string& before : {std::string(), first, first + first}) {
    for (size_t cut = 0; cut < second.size(); ++cut) {
      write(path, before + second.substr(0, cut));
      files::FileDisk disk(place.path() + "/trail", path);
      REQUIRE(disk.append_checkpoint(second));
      CHECK(content(path) == before + second);
    }
  }
}

TEST_CASE("what is none of our notes is not removed") {
  const test::TemporaryDirectory place;
  const std::string path = place.path() + "/checkpoints";
  const std::string note = CheckpointSigner("0123456789abcdef", Bench::master()).sign({.size = 1, .root = {}});
  for (const std::string& text : {std::string("words of somebody\n"), std::string(10'000, 'x'), note + "a word"}) {
    write(path, text);
    files::FileDisk disk(place.path() + "/trail", path);
    REQUIRE(disk.append_checkpoint(note));
    CHECK(content(path) == text + note);
  }
}

}  // namespace audit
