#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sqlite3.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/loop.h"
#include "os/files.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file_leases.h"
#include "store/sqlite/stores.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/store/store_contract.h"

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;
using base::Code;
using store::sqlite::Store;

crypto::Key key(uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Key::generate(random);
}

struct SqliteWorld {
  test::TemporaryDirectory place;
  test::ManualLoop loop;
  test::InlineWorker worker;
  test::SeededRandom random;
  test::ManualClock clock;
  std::string directory = place.path() + "/state/deeper";
  int keys_asked = 0;
  store::sql::Sealed last_sealed = store::sql::Sealed::kNothing;
  std::unique_ptr<Store> stores[2]{make(1), make(1)};
  store::sqlite::FileLeases stored_leases[2]{{loop, directory}, {loop, directory}};

  std::unique_ptr<Store> make(uint64_t seed) {
    store::sqlite::StoreOptions options;
    options.directory = directory;
    options.master_key = [this, seed](store::sql::Sealed sealed) -> base::Result<crypto::Key> {
      ++keys_asked;
      last_sealed = sealed;
      return key(seed);
    };
    return std::make_unique<Store>(Store::Services{loop, worker, random, clock}, std::move(options));
  }
  std::string file() const { return directory + "/" + Store::kFileName; }
  base::Result<void> open() { return loop.run(make(1)->open()); }

  store::Grants& grants(int view) { return *stores[view]; }
  store::Leases& leases(int view) { return stored_leases[view]; }
  store::Quota& quota(int view) { return *stores[view]; }
  store::Facts& facts(int view) { return *stores[view]; }
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}
mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}
// Changes the file behind the store's back.
void tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}
// An error that leaves the file as it was.
void refuses(SqliteWorld& world, const std::string& says) {
  const std::string before = read(world.file());
  const auto opened = world.open();
  REQUIRE(!opened);
  CHECK(opened.error().code == Code::kUnavailable);
  INFO(opened.error().message);
  CHECK(opened.error().message.find(says) != std::string::npos);
  CHECK(read(world.file()) == before);
}

}  // namespace

TEST_CASE("the stores in SQLite keep the contract") { store_contract::run_all<SqliteWorld>(); }

// SQLite's locks are the process's, and go when it closes any descriptor of the file. Without them the next process
// that comes and goes takes away the log of ours, and what we write then damages the file.
TEST_CASE("opening the database a second time leaves the first its lock") {
  SqliteWorld world;
  REQUIRE(world.loop.run(world.stores[0]->open()));
  REQUIRE(world.loop.run(world.stores[1]->open()));
  const pid_t child = ::fork();
  if (child == 0) {
    // The bytes of SQLite's shared lock (sqlite3 os.h, SHARED_FIRST and SHARED_SIZE).
    struct flock lock{.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510, .l_pid = 0};
    const int file = ::open(world.file().c_str(), O_RDWR | O_CLOEXEC);
    const bool asked = file >= 0 && ::fcntl(file, F_GETLK, &lock) == 0;
    ::_exit(asked && lock.l_type != F_UNLCK ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = 1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("the directory and every file in it are for the owner alone, whatever the umask") {
  const mode_t old = ::umask(0);
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  const auto lease = world.loop.run(world.leases(0).acquire("owner", world.loop.now()));
  ::umask(old);
  REQUIRE(lease);
  CHECK(mode_of(world.directory) == 0700);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(world.directory)) {
    CAPTURE(entry.path().string());
    CHECK(mode_of(entry.path()) == 0600);
    ++files;
  }
  CHECK(files == 4);  // The database, its two helpers and the lock.
}

TEST_CASE("a directory or a file that others can reach is refused") {
  SqliteWorld world;
  REQUIRE(world.open());
  REQUIRE(::chmod(world.file().c_str(), 0644) == 0);
  CHECK(world.open().error().code == Code::kForbidden);
  CHECK(world.open().error().message.find("chmod 600") != std::string::npos);
  REQUIRE(::chmod(world.file().c_str(), 0600) == 0);
  REQUIRE(::chmod(world.directory.c_str(), 0755) == 0);
  CHECK(world.open().error().message.find("chmod 700") != std::string::npos);
  REQUIRE(::chmod(world.directory.c_str(), 0700) == 0);
  CHECK(world.open());
}

TEST_CASE("a storage directory that is a file is named and left alone") {
  SqliteWorld world;
  fs::create_directories(world.place.path() + "/state");
  write(world.directory, "mine");
  const auto opened = world.open();
  REQUIRE(!opened);
  CHECK(opened.error().message.starts_with("storage.directory: "));
  CHECK(read(world.directory) == "mine");
}

TEST_CASE("no token stands in any file") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  store_contract::replace(world, 0, "owner", "2");
  for (const auto& entry : fs::directory_iterator(world.directory)) {
    CHECK(read(entry.path()).find("fake-") == std::string::npos);
  }
}

TEST_CASE("an empty store is read, blocked and logged out of without a key") {
  SqliteWorld world;
  CHECK(!store_contract::load(world, 0, "owner"));
  REQUIRE(world.loop.run(world.quota(0).block("search", {.until = {1}})));
  REQUIRE(world.loop.run(world.grants(0).erase("owner")));
  CHECK(world.keys_asked == 0);
  store_contract::replace(world, 0, "owner", "1");
  store_contract::load(world, 0, "owner");
  CHECK(world.keys_asked == 1);
}

TEST_CASE("a wrong key is told, changes nothing, and a logout is still possible") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  const auto other = world.make(2);
  const auto loaded = world.loop.run(other->load("owner"));
  REQUIRE(!loaded);
  CHECK(loaded.error().message.find("SPOTIFY_MCP_MASTER_KEY") != std::string::npos);
  CHECK(!world.loop.run(other->replace("owner", store_contract::a_grant("2"))));
  CHECK(store_contract::load(world, 0, "owner")->user_id == "user-1");
  REQUIRE(world.loop.run(other->erase("owner")));
  CHECK(world.loop.run(other->replace("owner", store_contract::a_grant("2"))));
  CHECK(!world.loop.run(world.grants(0).load("owner")));
}

TEST_CASE("a key that cannot be had is the error of the call, and is asked for again") {
  SqliteWorld world;
  bool there = false;
  Store store({world.loop, world.worker, world.random, world.clock},
              {.directory = world.directory, .master_key = [&there](store::sql::Sealed) -> base::Result<crypto::Key> {
                 if (there) return key(1);
                 return base::fail(Code::kNotFound, "No key.");
               }});
  CHECK(world.loop.run(store.replace("owner", store_contract::a_grant())).error().message == "No key.");
  there = true;
  CHECK(world.loop.run(store.replace("owner", store_contract::a_grant())));
}

TEST_CASE("a row that was changed, or put back from an older day, does not open") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  store_contract::replace(world, 0, "other", "2");
  SUBCASE("another generation") { tamper(world.file(), "UPDATE grants SET generation = 7 WHERE principal = 'owner'"); }
  SUBCASE("another's box") {
    tamper(world.file(), "UPDATE grants SET box = (SELECT box FROM grants WHERE principal = 'other')");
  }
  SUBCASE("a cut box") { tamper(world.file(), "UPDATE grants SET box = substr(box, 2)"); }
  const auto loaded = world.loop.run(world.grants(1).load("owner"));
  REQUIRE(!loaded);
  CHECK(loaded.error().message.find("changed from outside") != std::string::npos);
}

TEST_CASE("a damaged, foreign or newer database is refused and left as it is") {
  SqliteWorld world;
  REQUIRE(world.open());
  SUBCASE("garbage") {
    write(world.file(), std::string(16'384, 'g'));
    refuses(world, "is damaged. Move it away and log in again");
  }
  SUBCASE("a torn page") {
    store_contract::replace(world, 0, "owner", "1");
    world.stores[0].reset();
    std::string bytes = read(world.file());
    REQUIRE(bytes.size() > 8'192);
    std::fill(bytes.begin() + 4'096, bytes.begin() + 8'192, 'x');
    write(world.file(), bytes);
    refuses(world, "is damaged");
  }
  SUBCASE("another program's") {
    tamper(world.file(), "PRAGMA application_id = 1");
    refuses(world, "another program");
  }
  SUBCASE("a newer version's") {
    tamper(world.file(), "PRAGMA user_version = 99");
    refuses(world, "newer version");
  }
}

TEST_CASE("what was answered is there after the process ends without a word") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  // The files as a crash at this moment would leave them: nothing was closed or checkpointed.
  const std::string copy = world.place.path() + "/copy";
  fs::create_directory(copy);
  REQUIRE(::chmod(copy.c_str(), 0700) == 0);
  for (const auto& entry : fs::directory_iterator(world.directory)) {
    fs::copy_file(entry.path(), copy + "/" + entry.path().filename().string());
  }
  world.directory = copy;
  const auto revived = world.make(1);
  const auto loaded = world.loop.run(revived->load("owner"));
  REQUIRE(loaded);
  REQUIRE(*loaded);
  CHECK((*loaded)->refresh_token.reveal() == "fake-refresh-1");
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  test::TemporaryDirectory place;
  static constexpr std::array<const char*, 1> kMigrations{"CREATE TABLE t (n INTEGER NOT NULL) STRICT;"};
  const auto database =
      store::sqlite::Database::open(place.path(), "t.db", {.application_id = 7, .migrations = kMigrations});
  REQUIRE(database);
  {
    auto transaction = store::sqlite::Database::Transaction::begin(*database, store::sqlite::Database::Access::kWrite);
    REQUIRE(transaction);
    CHECK(database->execute("INSERT INTO t VALUES (?1)", {int64_t{1}}) == 1);
  }
  auto rows = database->query("SELECT count(*) FROM t", {});
  REQUIRE(rows);
  CHECK(rows->next() == true);
  CHECK(rows->integer(0) == 0);
  CHECK(!database->execute("INSERT INTO t VALUES ('text in a STRICT table')"));
  CHECK(!database->execute("SELECT load_extension('x')"));
  CHECK(!database->execute("nonsense"));
}

TEST_CASE("many processes may open a new store at once") {
  test::TemporaryDirectory place;
  const std::string directory = place.path() + "/state";
  static constexpr std::array<const char*, 1> kMigrations{"CREATE TABLE t (n INTEGER NOT NULL) STRICT;"};
  constexpr int kOpeners = 8;
  std::vector<base::Result<void>> outcomes(kOpeners);
  {
    std::vector<std::unique_ptr<net::ThreadWorker>> threads;
    for (base::Result<void>& outcome : outcomes) {
      threads.push_back(std::make_unique<net::ThreadWorker>());
      threads.back()->submit([&outcome, &directory] {
        const auto database =
            store::sqlite::Database::open(directory, "t.db", {.application_id = 7, .migrations = kMigrations});
        if (!database) outcome = std::unexpected(database.error());
      });
    }
  }
  for (const auto& outcome : outcomes) {
    INFO((outcome ? "" : outcome.error().message + " " + outcome.error().detail));
    CHECK(outcome);
  }
}

TEST_CASE("the key is asked for with the word whether something is sealed already") {
  SqliteWorld world;
  using store::sql::Sealed;
  REQUIRE(world.loop.run(world.grants(0).check_writable("owner")));
  CHECK(world.last_sealed == Sealed::kNothing);
  store_contract::replace(world, 0, "owner", "1");
  REQUIRE(world.loop.run(world.make(1)->load("other")));
  CHECK(world.keys_asked == 1);
  REQUIRE(world.loop.run(world.grants(1).check_writable("other")));
  CHECK(world.last_sealed == Sealed::kSomething);
  REQUIRE(world.loop.run(world.grants(1).erase("owner")));
  REQUIRE(world.loop.run(world.make(2)->check_writable("owner")));
  CHECK(world.last_sealed == Sealed::kNothing);
}

TEST_CASE("what would stop a write is known before it") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  const auto refused = world.loop.run(world.make(2)->check_writable("owner"));
  REQUIRE(!refused);
  CHECK(refused.error().message.find("sealed with another key") != std::string::npos);
}

TEST_CASE("a database that cannot be written is refused") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  // Root may write everything, so it becomes somebody else for a moment.
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  if (is_root) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.place.path())) {
      REQUIRE(::chown(entry.path().c_str(), kNobody, static_cast<gid_t>(-1)) == 0);
    }
    REQUIRE(::chown(world.place.path().c_str(), kNobody, static_cast<gid_t>(-1)) == 0);
  }
  REQUIRE(::chmod(world.file().c_str(), 0400) == 0);
  if (is_root) REQUIRE(::seteuid(kNobody) == 0);
  const auto opened = world.open();
  if (is_root) REQUIRE(::seteuid(0) == 0);
  REQUIRE(!opened);
  CHECK(opened.error().code == Code::kForbidden);
  CHECK(opened.error().message.find("chmod 600 '" + world.file() + "'") != std::string::npos);
}

TEST_CASE("a disk without room is known before a token is spent, and nothing is lost") {
  SqliteWorld world;
  store_contract::replace(world, 0, "owner", "1");
  REQUIRE(world.loop.run(world.grants(0).check_writable("owner")));
  // No file of this process may grow: what a full disk does to SQLite, without one.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1024, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto refused = world.loop.run(world.grants(0).check_writable("owner"));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(!refused);
  CHECK(world.loop.run(world.grants(0).check_writable("owner")));
  CHECK(store_contract::load(world, 1, "owner")->user_id == "user-1");
}
