// Files under load, without privileges and in the hands of several processes.
#include "os/files.h"

#include <array>
#include <atomic>
#include <fstream>
#include <grp.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "os/environment.h"
#include "tests/unit/os/temporary_folder.h"

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;
using tests::TemporaryFolder;

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

size_t entries(const std::string& folder) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a reader sees the old or the new bytes, never a mixture") {
  const TemporaryFolder folder;
  const auto path = folder / "state";
  const std::string a(100'000, 'a');
  const std::string b(100'000, 'b');
  REQUIRE(os::write_private_file(path, a));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) (void)os::write_private_file(path, i % 2 == 0 ? b : a);
    done = true;
  });
  bool whole = true;
  while (!done) {
    const auto text = os::read_file(path, 200'000);
    whole = whole && text && (*text == a || *text == b);
  }
  writer.join();
  CHECK(whole);
}

TEST_CASE("a write that fails leaves the old file and no rubbish") {
  const TemporaryFolder folder;
  const auto failed = os::write_private_file(folder / "none/state", "x");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kNotFound);
  fs::create_directory(folder / "target");
  std::ofstream(folder / "target/inside") << "x";
  CHECK_FALSE(
      os::write_private_file(folder / "target", "x"));  // A folder cannot be replaced by a file.
  CHECK(entries(folder.text()) == 1);
}

TEST_CASE("what is no regular file is refused without waiting for it") {
  const TemporaryFolder folder;
  CHECK(os::read_file("/dev/zero", 10).error().code == base::Code::kInvalidArgument);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(os::read_file(folder / "pipe", 10).error().code == base::Code::kInvalidArgument);
}

TEST_CASE("a wide umask does not open private directories") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0);
  REQUIRE(os::make_private_directory(folder / "a/b"));
  REQUIRE(os::write_private_file(folder / "a/b/c", "x"));
  ::umask(before);
  CHECK(mode_of(folder / "a") == 0700);
  CHECK(mode_of(folder / "a/b") == 0700);
  CHECK(mode_of(folder / "a/b/c") == 0600);
}

TEST_CASE("an owned directory may be looked into by others, and changed by none") {
  const TemporaryFolder folder;
  REQUIRE(os::make_owned_directory(folder / "made"));
  CHECK(mode_of(folder / "made") == 0700);
  REQUIRE(::chmod((folder / "made").c_str(), 0755) == 0);
  CHECK(os::make_owned_directory(folder / "made"));
  CHECK_FALSE(os::make_private_directory(folder / "made"));
  for (const mode_t mode : {0775u, 0757u, 0777u}) {
    REQUIRE(::chmod((folder / "made").c_str(), mode) == 0);
    CHECK(os::make_owned_directory(folder / "made").error().code == base::Code::kForbidden);
  }
}

TEST_CASE("a path becomes absolute from a folder or from here, and a link's target is found") {
  const TemporaryFolder folder;
  CHECK(os::absolute("a/../b", "/x/y/") == "/x/y/b");
  CHECK(os::absolute("/a", "/x") == "/a");
  CHECK(os::absolute("a") == fs::current_path().string() + "/a");
  CHECK(os::absolute("").empty());
  REQUIRE(os::write_private_file(folder / "file", "x"));
  fs::create_symlink("file", folder / "link");
  CHECK(os::target_of(folder / "link") == fs::canonical(folder / "file").string());
  CHECK(os::target_of(folder / "none") == folder / "none");
}

TEST_CASE("check_private judges owner, mode and kind") {
  const TemporaryFolder folder;
  const auto path = folder / "secret";
  REQUIRE(os::write_private_file(path, "x"));
  CHECK(os::check_private(path));
  for (const mode_t mode : {0640u, 0604u, 0610u, 0602u}) {
    ::chmod(path.c_str(), mode);
    CHECK(os::check_private(path).error().code == base::Code::kForbidden);
  }
  ::chmod(path.c_str(), 0400);
  CHECK(os::check_private(path));
  fs::create_symlink(path, folder / "link");
  CHECK(os::check_private(folder / "link").error().code == base::Code::kForbidden);
  CHECK(os::check_private("/dev/null").error().code == base::Code::kForbidden);
  CHECK(os::check_private(folder / "none").error().code == base::Code::kNotFound);
  if (::geteuid() == 0) {
    ::chmod(path.c_str(), 0600);
    REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
    CHECK(os::check_private(path).error().code == base::Code::kForbidden);
  }
}

TEST_CASE("a service reads what root lets its group read, and nothing that others read or its group writes") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can make a file of root");
    return;
  }
  const TemporaryFolder folder;
  REQUIRE(::chmod((folder / ".").c_str(), 0755) == 0);
  const auto path = folder / "secret";
  REQUIRE(os::write_private_file(path, "x"));
  constexpr uid_t kService = 65532;
  // 1: read; 0: refused.
  const auto as_service = [&](uid_t owner, gid_t group, mode_t mode) {
    REQUIRE(::chown(path.c_str(), owner, group) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const bool changed = ::setgroups(0, nullptr) == 0 && ::setgid(kService) == 0 && ::setuid(kService) == 0;
      ::_exit(!changed ? 2 : os::read_private_file(path, 16).has_value() ? 1 : 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WEXITSTATUS(status);
  };
  CHECK(as_service(0, kService, 0440) == 1);
  CHECK(as_service(0, kService, 0640) == 1);
  CHECK(as_service(kService, kService, 0600) == 1);
  CHECK(as_service(0, kService, 0444) == 0);
  CHECK(as_service(0, kService, 0660) == 0);
  CHECK(as_service(0, 12345, 0444) == 0);
  CHECK(as_service(12345, kService, 0440) == 0);
  CHECK(as_service(kService, kService, 0640) == 0);
  // Root itself is no service.
  REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  CHECK_FALSE(os::read_private_file(path, 16));
}

TEST_CASE("state stands beside data and configuration") {
  CHECK(os::state_directory(os::Environment({{"HOME", "/home/someone"}})) ==
        "/home/someone/.local/state/spotify-mcp-server");
  CHECK(os::state_directory(os::Environment({{"XDG_STATE_HOME", "/state"}})) ==
        "/state/spotify-mcp-server");
  CHECK(os::state_directory(os::Environment()).empty());
}

TEST_CASE("a lock is freed by the end of its process, and is not taken through a symbolic link") {
  const TemporaryFolder folder;
  fs::create_symlink(folder / "elsewhere", folder / "link");
  CHECK_FALSE(os::FileLock::try_take(folder / "link"));
  CHECK_FALSE(fs::exists(folder / "elsewhere"));

  const auto other = folder / "other";
  std::array<int, 2> ready{};
  std::array<int, 2> end{};
  REQUIRE((::pipe(ready.data()) == 0 && ::pipe(end.data()) == 0));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = os::FileLock::try_take(other);
    char byte = held && *held ? 'y' : 'n';
    (void)!::write(ready[1], &byte, 1);
    ::close(end[1]);
    (void)!::read(end[0], &byte, 1);
    ::_exit(0);  // Without a destructor, as in a crash.
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(byte == 'y');
  CHECK_FALSE(*os::FileLock::try_take(other));
  ::close(end[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(*os::FileLock::try_take(other));
  for (const int fd : {ready[0], ready[1], end[0]}) ::close(fd);
}
