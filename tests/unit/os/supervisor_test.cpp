// sd_listen_fds(3) and sd_notify(3), with this process as the supervisor.
#include "os/supervisor.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/process.h"
#include "tests/unit/os/temporary_folder.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::TemporaryFolder;

// Where a supervisor hears from its services.
class Ear {
 public:
  explicit Ear(const std::string& name) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const size_t size = offsetof(sockaddr_un, sun_path) + name.size() + (name.starts_with('@') ? 0 : 1);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0);
  }
  ~Ear() { ::close(descriptor_); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  std::string heard() const {
    std::array<char, 256> bytes{};
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    return count < 0 ? "" : std::string(bytes.data(), static_cast<size_t>(count));
  }

 private:
  int descriptor_;
};

os::Environment passing(const std::string& count, const std::string& id = std::to_string(os::process_id())) {
  return os::Environment({{"LISTEN_FDS", count}, {"LISTEN_PID", id}});
}

}  // namespace

TEST_CASE("a supervisor at a path and one with a name hear the same words") {
  const TemporaryFolder folder;
  for (const std::string& name : {folder / "notify", "@sms-supervisor-" + std::to_string(os::process_id())}) {
    CAPTURE(name);
    const Ear ear(name);
    const os::Environment environment({{"NOTIFY_SOCKET", name}});
    CHECK(os::tell_supervisor(environment, "READY=1"));
    CHECK(ear.heard() == "READY=1");
    CHECK(ear.heard().empty());
  }
}

TEST_CASE("without a supervisor nothing is told, and one that is gone is an error, not a crash") {
  CHECK(os::tell_supervisor(os::Environment(), "READY=1"));
  for (const std::string& name : {std::string("/nowhere/notify"), std::string("relative"), std::string(200, '/')}) {
    CAPTURE(name);
    const auto told = os::tell_supervisor(os::Environment({{"NOTIFY_SOCKET", name}}), "READY=1");
    REQUIRE_FALSE(told);
    CHECK(told.error().code == base::Code::kUnavailable);
  }
}

TEST_CASE("sockets are taken from the third descriptor on, and go to no other program") {
  // In a process of its own, where the third descriptor is free for the test.
  const pid_t child = ::fork();
  if (child == 0) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) ::_exit(2);
    const int spare = ::fcntl(ends[0], F_DUPFD, 10);
    if (::dup2(spare, 3) != 3 || ::dup2(spare, 4) != 4) ::_exit(3);
    const auto sockets = os::passed_sockets(passing("2", std::to_string(::getpid())));
    const bool closed = (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 && (::fcntl(4, F_GETFD) & FD_CLOEXEC) != 0;
    ::_exit(sockets && *sockets == std::vector<int>{3, 4} && closed ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("what was meant for another process is not ours, and nonsense is refused") {
  CHECK(os::passed_sockets(os::Environment()).value().empty());
  CHECK(os::passed_sockets(passing("1", "1")).value().empty());
  CHECK(os::passed_sockets(passing("1", "me")).value().empty());
  CHECK(os::passed_sockets(os::Environment({{"LISTEN_FDS", "1"}})).value().empty());
  CHECK(os::passed_sockets(passing("0")).value().empty());
  for (const char* count : {"-1", "65", "many", "99999999999999999999"}) {
    CAPTURE(count);
    CHECK(os::passed_sockets(passing(count)).error().code == base::Code::kInvalidArgument);
  }
}

TEST_CASE("the watchdog is fed only where it is ours") {
  using Variables = os::Environment::Variables;
  const auto interval = [](Variables variables) {
    return os::watchdog_interval(os::Environment(std::move(variables)));
  };
  const std::string own = std::to_string(os::process_id());
  CHECK(interval({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", own}}) == 30s);
  CHECK(interval({{"WATCHDOG_USEC", "30000000"}}) == 30s);
  CHECK_FALSE(interval({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}));
  CHECK_FALSE(interval({}));
  CHECK_FALSE(interval({{"WATCHDOG_USEC", "0"}}));
  CHECK_FALSE(interval({{"WATCHDOG_USEC", "soon"}}));
}
