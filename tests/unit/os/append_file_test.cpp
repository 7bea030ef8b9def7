// A file that only grows, a lock that is waited for, and a file whose old bytes are gone when it is replaced.
#include "os/append_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <utility>

#include "os/files.h"
#include "tests/unit/os/temporary_folder.h"

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;
using tests::TemporaryFolder;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("appends go to the end, whoever else has written there, and the file is its owner's alone") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  auto first = os::AppendFile::open(path);
  auto second = os::AppendFile::open(path);
  REQUIRE((first && second));
  CHECK(first->append("one "));
  CHECK(second->append("two "));
  CHECK(first->append("three"));
  CHECK(content_of(path) == "one two three");
  CHECK(*first->size() == 13);
  CHECK(first->truncate(8));
  CHECK(second->append("!"));
  CHECK(content_of(path) == "one two !");
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  CHECK(*os::read_at(path, 4, 3) == "two");
  CHECK(*os::read_at(path, 8, 100) == "!");
  CHECK(os::read_at(path, 100, 1)->empty());
  CHECK(*os::size_of_file(path) == 9);
  CHECK(os::size_of_file(folder / "none").error().code == base::Code::kNotFound);
}

TEST_CASE("a link, an open file, a folder and a full disk are refused") {
  const TemporaryFolder folder;
  fs::create_symlink(folder / "elsewhere", folder / "link");
  CHECK(os::AppendFile::open(folder / "link").error().code == base::Code::kForbidden);
  CHECK(!fs::exists(folder / "elsewhere"));
  std::ofstream(folder / "open") << "x";
  REQUIRE(::chmod((folder / "open").c_str(), 0644) == 0);
  const auto open = os::AppendFile::open(folder / "open");
  REQUIRE(!open);
  CHECK(open.error().message.find("chmod 600") != std::string::npos);
  CHECK(!os::AppendFile::open(folder.text()));
  CHECK(!os::AppendFile::open(folder / "none/log"));
  CHECK(!os::AppendFile::open("/dev/full"));
}

TEST_CASE("a lock is waited for, and not for ever") {
  const TemporaryFolder folder;
  auto held = os::FileLock::take(folder / "lock", std::chrono::milliseconds(0));
  REQUIRE(held);
  const auto late = os::FileLock::take(folder / "lock", std::chrono::milliseconds(10));
  REQUIRE(!late);
  CHECK(late.error().code == base::Code::kUnavailable);
  { const os::FileLock given_back = *std::move(held); }
  CHECK(os::FileLock::take(folder / "lock", std::chrono::milliseconds(0)));
}

TEST_CASE("what a replaced file held is overwritten") {
  const TemporaryFolder folder;
  const std::string path = folder / "state";
  REQUIRE(os::replace_private_file(path, "the old key"));
  // Another name keeps the old bytes within reach.
  fs::create_hard_link(path, folder / "kept");
  REQUIRE(os::replace_private_file(path, "the new key"));
  CHECK(content_of(path) == "the new key");
  CHECK(content_of(folder / "kept") == std::string(11, '\0'));
}
