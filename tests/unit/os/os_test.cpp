#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "json/parse.h"
#include "os/browser.h"
#include "os/environment.h"
#include "os/files.h"
#include "os/json_log.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "tests/test.h"

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / ("os-test-" + std::string(6, 'X'))).string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

class FixedClock final : public base::Clock {
 public:
  base::Wall wall() const override { return {1'790'000'000'000}; }
};

}  // namespace

TEST_CASE("a private file is written whole, with mode 0600, and nothing is left beside it") {
  const Folder folder;
  REQUIRE(os::write_private_file(folder / "a", "one"));
  REQUIRE(os::write_private_file(folder / "a", "two"));
  CHECK(os::read_private_file(folder / "a", 10).value() == "two");
  CHECK(mode_of(folder / "a") == 0600);
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "")) ++entries;
  CHECK(entries == 1);
}

TEST_CASE("a file that is created once is never overwritten") {
  const Folder folder;
  REQUIRE(os::create_private_file(folder / "key", "first"));
  const auto again = os::create_private_file(folder / "key", "second");
  REQUIRE(!again);
  CHECK(again.error().code == base::Code::kConflict);
  CHECK(os::read_file(folder / "key", 100).value() == "first");
}

TEST_CASE("reading refuses what is missing, too large, no file, or open to others") {
  const Folder folder;
  CHECK(os::read_file(folder / "none", 10).error().code == base::Code::kNotFound);
  REQUIRE(os::write_private_file(folder / "a", "12345"));
  CHECK(os::read_file(folder / "a", 5).has_value());
  CHECK(os::read_file(folder / "a", 4).error().code == base::Code::kInvalidArgument);
  CHECK(os::read_file(folder / "", 10).error().code == base::Code::kInvalidArgument);
  REQUIRE(::chmod((folder / "a").c_str(), 0644) == 0);
  CHECK(os::read_file(folder / "a", 10).has_value());
  const auto open = os::read_private_file(folder / "a", 10);
  CHECK(open.error().code == base::Code::kForbidden);
  CHECK(open.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a private directory is made with its parents, and one that is open to others is refused") {
  const Folder folder;
  REQUIRE(os::make_private_directory(folder / "a/b/c"));
  CHECK(mode_of(folder / "a/b/c") == 0700);
  CHECK(os::make_private_directory(folder / "a/b/c").has_value());
  REQUIRE(::chmod((folder / "a/b/c").c_str(), 0755) == 0);
  const auto open = os::make_private_directory(folder / "a/b/c");
  CHECK(open.error().code == base::Code::kForbidden);
  CHECK(open.error().message.find("chmod 700") != std::string::npos);
  REQUIRE(os::write_private_file(folder / "file", "x"));
  CHECK(!os::make_private_directory(folder / "file"));
}

TEST_CASE("a lock is held by one at a time and given back with its owner") {
  const Folder folder;
  {
    const auto first = os::FileLock::try_take(folder / "lock");
    REQUIRE(first);
    CHECK(first->has_value());
    const auto second = os::FileLock::try_take(folder / "lock");
    REQUIRE(second);
    CHECK(!second->has_value());
  }
  CHECK(os::FileLock::try_take(folder / "lock")->has_value());
}

TEST_CASE("an empty variable is absent, and directories follow XDG") {
  const os::Environment environment({{"EMPTY", ""}, {"HOME", "/home/someone"}});
  CHECK(!environment.find("EMPTY"));
  CHECK(!environment.find("MISSING"));
  CHECK(os::data_directory(environment) == "/home/someone/.local/share/spotify-mcp-server");
  CHECK(os::config_directory(os::Environment({{"XDG_CONFIG_HOME", "/etc/x"}})) == "/etc/x/spotify-mcp-server");
  CHECK(os::config_directory(os::Environment({{"XDG_CONFIG_HOME", "relative"}})).empty());
}

TEST_CASE("a signal arrives as a call and does not end the process") {
  std::promise<int> arrived;
  const os::SignalWaiter waiter([&](int signal) { arrived.set_value(signal); });
  REQUIRE(::kill(::getpid(), SIGTERM) == 0);
  CHECK(arrived.get_future().get() == SIGTERM);
}

TEST_CASE("the log writes one JSON line per event and drops what is below its level") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const FixedClock clock;
  {
    os::JsonLog log(ends[1], base::Level::kInfo, clock);
    log.event(base::Level::kDebug, "not.seen");
    log.event(base::Level::kWarning, "quota.blocked", {{"bucket", "search"}, {"seconds", 30}, {"shared", true}});
  }
  ::close(ends[1]);
  char bytes[1000];
  const ssize_t count = ::read(ends[0], bytes, sizeof bytes);
  ::close(ends[0]);
  REQUIRE(count > 0);
  const std::string line(bytes, static_cast<size_t>(count));
  CHECK(line.find('\n') == line.size() - 1);
  const auto value = json::parse(line.substr(0, line.size() - 1));
  REQUIRE(value);
  CHECK(value->text_or_empty("event") == "quota.blocked");
  CHECK(value->text_or_empty("time") == base::to_rfc3339(clock.wall()));
  CHECK(value->find("seconds")->integer() == 30);
  CHECK(value->find("shared")->boolean());
  CHECK(value->text_or_empty("tag") == "WARNING");
}

TEST_CASE("without a display no browser is started") {
  CHECK(!os::open_in_browser("http://127.0.0.1/", os::Environment({{"PATH", "/usr/bin"}})));
}

TEST_CASE("the system clock is past the year 2025") {
  CHECK(os::SystemClock().wall() > base::Wall{1'750'000'000'000});
}

TEST_CASE("a variable that holds a secret is taken out of the environment, and read like any other") {
  ::setenv("SMS_TEST_SECRET", "fake-secret-of-the-environment", 1);
  ::setenv("SMS_TEST_PLAIN", "plain", 1);
  const char* const bytes = ::getenv("SMS_TEST_SECRET");
  constexpr std::array<std::string_view, 2> kSecrets{"SMS_TEST_SECRET", "SMS_TEST_ABSENT"};
  os::Environment environment = os::Environment::of_process(kSecrets);
  CHECK(environment.find("SMS_TEST_SECRET") == "fake-secret-of-the-environment");
  CHECK(environment.find("SMS_TEST_PLAIN") == "plain");
  CHECK(!environment.find("SMS_TEST_ABSENT"));
  CHECK(environment.all().contains("SMS_TEST_PLAIN"));
  CHECK(!environment.all().contains("SMS_TEST_SECRET"));
  CHECK(::getenv("SMS_TEST_SECRET") == nullptr);
  CHECK(std::string_view(bytes).empty());
  const os::Environment copy = environment;
  environment.set_secret("SMS_TEST_PLAIN", base::Secret(std::string("fake-later")));
  CHECK(environment.find("SMS_TEST_PLAIN") == "fake-later");
  CHECK(copy.find("SMS_TEST_PLAIN") == "plain");
  environment.set_secret("SMS_TEST_PLAIN", base::Secret());
  CHECK(!environment.find("SMS_TEST_PLAIN"));
  ::unsetenv("SMS_TEST_PLAIN");
}
