// What a client may hear of a store that fails: that it fails and who can say more, and no path.
#include "app/adapters.h"

#include "store/memory.h"
#include "tests/support/manual_loop.h"

#include "tests/test.h"

namespace {

class Lines final : public base::Log {
 public:
  std::vector<std::string> texts;

 protected:
  void write(base::Level, std::string_view event, std::span<const base::Field> fields) override {
    std::string line(event);
    for (const base::Field& field : fields) {
      if (const auto* text = std::get_if<std::string>(&field.value)) line += " " + *text;
    }
    texts.push_back(line);
  }
};

constexpr auto kWithPath =
    "/home/fake/data/grants.db is open to other users. Run: chmod 600 '/home/fake/data/grants.db'";

class Failing final : public store::Grants, public store::Leases {
 public:
  std::string message = kWithPath;

  base::Task<base::Result<std::optional<store::Grant>>> load(std::string) override { co_return fail(); }
  base::Task<base::Result<void>> check_writable(std::string) override { co_return fail(); }
  base::Task<base::Result<int64_t>> replace(std::string, store::Grant) override { co_return fail(); }
  base::Task<base::Result<int64_t>> update(std::string, store::Grant) override { co_return fail(); }
  base::Task<base::Result<void>> erase(std::string) override { co_return fail(); }
  base::Task<base::Result<std::unique_ptr<store::Lease>>> acquire(std::string, base::Instant) override {
    co_return fail();
  }

 private:
  std::unexpected<base::Error> fail() const { return base::fail(base::Code::kForbidden, message, "why"); }
};

struct Bench {
  test::ManualLoop loop;
  Lines log;
  Failing failing;

  std::vector<base::Error> errors(app::Paths paths) {
    app::GuardedGrants grants(failing, log, paths);
    app::GuardedLeases leases(failing, log, paths);
    return {loop.run(grants.load("owner")).error(),
            loop.run(grants.check_writable("owner")).error(),
            loop.run(grants.replace("owner", {})).error(),
            loop.run(grants.update("owner", {})).error(),
            loop.run(grants.erase("owner")).error(),
            loop.run(leases.acquire("owner", base::Instant::never())).error()};
  }
};

}  // namespace

TEST_CASE("a server keeps the paths of its machine to itself and to the log") {
  Bench bench;
  for (const base::Error& error : bench.errors(app::Paths::kHidden)) {
    CHECK(error.code == base::Code::kForbidden);
    CHECK(error.message.find('/') == std::string::npos);
    CHECK(error.message.find("`spotify-mcp-server status`") != std::string::npos);
    CHECK(error.detail == std::string(kWithPath) + " why");
  }
  REQUIRE(bench.log.texts.size() == 6);
  CHECK(bench.log.texts.front() == std::string("store.failed forbidden ") + kWithPath);
}

TEST_CASE("a command tells its person the path and the fix") {
  Bench bench;
  for (const base::Error& error : bench.errors(app::Paths::kShown)) CHECK(error.message == kWithPath);
  CHECK(bench.log.texts.empty());
}

TEST_CASE("a message without a path passes as it is, and so does what succeeds") {
  Bench bench;
  bench.failing.message = "Another process keeps the database busy. Try again.";
  for (const base::Error& error : bench.errors(app::Paths::kHidden)) CHECK(error.message == bench.failing.message);
  store::MemoryGrants memory;
  app::GuardedGrants grants(memory, bench.log, app::Paths::kHidden);
  CHECK(bench.loop.run(grants.replace("owner", {})) == 1);
  CHECK(bench.loop.run(grants.load("owner"))->has_value());
  CHECK(bench.loop.run(grants.erase("owner")));
  CHECK(bench.log.texts.empty());
}
