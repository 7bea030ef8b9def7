// A question that another process answers.
#include "os/child.h"

#include <csignal>
#include <string>
#include <unistd.h>

#include "tests/test.h"

namespace {

using base::Code;
using base::Secret;
using std::chrono::seconds;

base::Result<Secret> ask(const std::function<base::Result<Secret>()>& work, std::chrono::milliseconds patience) {
  return os::ask_child(work, patience);
}

}  // namespace

TEST_CASE("a child answers with a secret, an empty one too, or with its error") {
  const auto answered = ask([] { return Secret(std::string("fake\n\0secret", 12)); }, seconds(60));
  REQUIRE(answered);
  CHECK(answered->reveal() == std::string_view("fake\n\0secret", 12));
  const auto empty = ask([] { return Secret(); }, seconds(60));
  REQUIRE(empty);
  CHECK(empty->empty());
  const auto failed =
      ask([]() -> base::Result<Secret> { return base::fail(Code::kNotFound, "There is no key.", "a detail"); },
          seconds(60));
  REQUIRE(!failed);
  CHECK((failed.error().code == Code::kNotFound && failed.error().message == "There is no key." &&
         failed.error().detail == "a detail"));
}

TEST_CASE("what the child does to its memory is not seen here") {
  int here = 1;
  REQUIRE(ask(
      [&here] {
        here = 2;
        return Secret();
      },
      seconds(60)));
  CHECK(here == 1);
}

TEST_CASE("a child that dies, says too much or takes too long is an error") {
  CHECK(ask([]() -> base::Result<Secret> { ::_exit(3); }, seconds(60)).error().code == Code::kUnavailable);
  CHECK(ask(
            []() -> base::Result<Secret> {
              ::raise(SIGKILL);
              return Secret();
            },
            seconds(60))
            .error()
            .code == Code::kUnavailable);
  CHECK(ask([] { return Secret(std::string(5000, 'x')); }, seconds(60)).error().code == Code::kUnavailable);
  CHECK(ask(
            []() -> base::Result<Secret> {
              for (;;) ::pause();
            },
            std::chrono::milliseconds(1))
            .error()
            .code == Code::kDeadline);
}
