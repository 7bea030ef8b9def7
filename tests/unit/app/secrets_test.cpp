// The two secrets of the program's own: the bearer of `serve`, and the key that seals the login.
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "app/local_bearer.h"
#include "app/master_key.h"
#include "crypto/base64.h"
#include "crypto/key.h"
#include "os/files.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

#include "tests/test.h"

namespace {

using app::LocalBearer;
using base::Code;

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string text_of(const std::string& path) {
  const auto text = os::read_file(path, 4096);
  REQUIRE(text);
  return *text;
}

void write(const std::string& path, const std::string& text, mode_t mode = 0600) {
  std::ofstream(path) << text;
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Bearer {
  test::TemporaryDirectory place;
  test::SeededRandom random;
  test::ManualLoop loop;
  std::string file = LocalBearer::file_in(place.path());

  LocalBearer open() {
    auto opened = LocalBearer::open(place.path(), random);
    REQUIRE(opened);
    return *std::move(opened);
  }
  base::Result<mcp::Principal> ask(LocalBearer& bearer, std::string authorization) {
    http::Request request;
    request.authorization = base::Secret(std::move(authorization));
    return loop.run(bearer.authenticate(request));
  }
};

// A person's machine as the key sees it.
struct Keys {
  test::TemporaryDirectory place;
  test::SeededRandom random;
  os::Environment::Variables variables;
  std::vector<std::string> made;
  app::NoKeyFile none = app::NoKeyFile::kMake;
  app::MasterKeyPlaces places{.storage_directory = place.path() + "/data",
                              .config_directory = place.path() + "/config"};

  base::Result<crypto::Key> key() {
    return app::master_key(places, os::Environment(variables), random, none,
                           [this](const std::string& path) { made.push_back(path); });
  }
  std::string text() {
    const auto found = key();
    REQUIRE(found);
    return std::string(found->to_base64().reveal());
  }
  base::Error error() {
    const auto found = key();
    REQUIRE(!found);
    return found.error();
  }
};

// SHA-256 of "FAKE KEY FOR TESTS" and of "OTHER FAKE KEY FOR TESTS": words themselves are refused.
constexpr auto kFakeKey = "iH/QKSIq0pjqPymhSiw2ZMf5PvYVw1rUDMaDflTLP6Q=";
constexpr auto kOtherFakeKey = "CvAggqRy1FhWM7g295I1RBHgoHkSnNMSKn6X2Kfxp98=";

}  // namespace

TEST_CASE("the bearer's file is made once, and for its owner alone") {
  Bearer given;
  static_cast<void>(given.open());
  CHECK(mode_of(given.file) == 0600);
  const std::string first = text_of(given.file);
  // 256 bits in base64url, and a line end.
  CHECK(first.size() == 44);
  static_cast<void>(given.open());
  CHECK(text_of(given.file) == first);
}

TEST_CASE("cve_2025_69196: the bearer lets in its owner, whatever the case of the scheme, and no token for elsewhere") {
  Bearer given;
  LocalBearer bearer = given.open();
  std::string token = text_of(given.file);
  token.pop_back();
  CHECK(given.ask(bearer, "Bearer " + token));
  CHECK(given.ask(bearer, "bearer " + token));
  std::string last = token;
  last.back() = last.back() == 'A' ? 'B' : 'A';
  Bearer elsewhere;
  elsewhere.random = test::SeededRandom(8);
  static_cast<void>(elsewhere.open());
  std::string of_another_server = text_of(elsewhere.file);
  of_another_server.pop_back();
  for (const std::string& wrong :
       {"Bearer " + of_another_server, "Bearer BQ" + std::string(150, 'x'), std::string(), std::string("Bearer "),
        std::string("Bearer"), token, "Basic " + token, "Bearer " + last,
        "Bearer " + token + "A", "Bearer " + token.substr(1), "Bearer  " + token, "Bearer " + token + "\n"}) {
    CAPTURE(wrong);
    const auto refused = given.ask(bearer, wrong);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kUnauthenticated);
    // Neither the true token nor the one that was sent.
    CHECK(!contains(refused.error().message + refused.error().detail, token.substr(1, 20)));
    CHECK(!contains(refused.error().message, given.place.path()));
  }
}

TEST_CASE("a bearer that others can read, or that is none, is refused with the fix and stays unsaid") {
  Bearer given;
  write(given.file, std::string(43, 'x') + "\n", 0640);
  const auto open_to_others = LocalBearer::open(given.place.path(), given.random);
  REQUIRE(!open_to_others);
  CHECK(open_to_others.error().code == Code::kForbidden);
  CHECK(contains(open_to_others.error().message, "chmod 600 '" + given.file + "'"));
  for (const std::string& text : {std::string(), std::string("short-fake\n"), "two words " + std::string(43, 'x')}) {
    write(given.file, text);
    const auto refused = LocalBearer::open(given.place.path(), given.random);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(contains(refused.error().message, "Remove it"));
    CHECK(!contains(refused.error().message, "xxx"));
  }
}

TEST_CASE("the key is made once, in a file of its owner that is not beside the database, and is told") {
  Keys given;
  const std::string first = given.text();
  const std::string file = given.places.config_directory + "/master.key";
  CHECK(given.made == std::vector<std::string>{file});
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(given.places.config_directory) == 0700);
  CHECK(text_of(file) == first + "\n");
  CHECK(!os::exists(given.places.storage_directory));
  CHECK(given.text() == first);
  CHECK(given.made.size() == 1);
}

TEST_CASE("a key of the environment is taken as it is, and no file is made") {
  Keys given;
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = kFakeKey;
  CHECK(given.text() == kFakeKey);
  // A file that is named too is not even read.
  given.variables["SPOTIFY_MCP_MASTER_KEY_FILE"] = given.place.path() + "/none";
  CHECK(given.text() == kFakeKey);
  CHECK(given.made.empty());
  CHECK(!os::exists(given.places.config_directory));
}

TEST_CASE("a key file of the environment must be its owner's alone") {
  Keys given;
  const std::string file = given.place.path() + "/key";
  given.variables["SPOTIFY_MCP_MASTER_KEY_FILE"] = file;
  CHECK(given.error().code == Code::kNotFound);
  write(file, std::string(kOtherFakeKey) + "\n");
  CHECK(given.text() == kOtherFakeKey);
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    write(file, std::string(kOtherFakeKey) + "\n", mode);
    const base::Error error = given.error();
    CHECK(error.code == Code::kForbidden);
    CHECK(contains(error.message, "chmod 600 '" + file + "'"));
    CHECK(!contains(error.message, kOtherFakeKey));
  }
}

TEST_CASE("a passphrase gives the same key each time, and only its salt is kept beside the database") {
  Keys given;
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = "a fake passphrase for tests";
  const std::string first = given.text();
  const std::string salt = given.places.storage_directory + "/passphrase-salt";
  CHECK(text_of(salt).size() == 16);
  CHECK(mode_of(salt) == 0600);
  CHECK(given.text() == first);
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = "another fake passphrase";
  CHECK(given.text() != first);
}

TEST_CASE("a key that was cut and a passphrase that is easily guessed are refused, without a word of them") {
  Keys given;
  for (const std::string& bad :
       {std::string("RkFLRS1LRVk="), std::string(kFakeKey).substr(4), std::string("fakefake1")}) {
    given.variables["SPOTIFY_MCP_MASTER_KEY"] = bad;
    const base::Error error = given.error();
    CHECK(error.code == Code::kInvalidArgument);
    CHECK(contains(error.message, "SPOTIFY_MCP_MASTER_KEY"));
    CHECK(contains(error.message, "openssl rand -base64 32"));
    CHECK(!contains(error.message, bad));
  }
  given.variables.clear();
  CHECK(os::make_private_directory(given.places.config_directory));
  write(given.places.config_directory + "/master.key", "no key\n");
  const base::Error damaged = given.error();
  CHECK(damaged.code == Code::kUnavailable);
  CHECK(contains(damaged.message, "holds no key"));
  // A damaged key is somebody's only key: it is not replaced.
  CHECK(text_of(given.places.config_directory + "/master.key") == "no key\n");
  given.places.config_directory.clear();
  CHECK(contains(given.error().message, "SPOTIFY_MCP_MASTER_KEY_FILE"));
}

TEST_CASE("a key file that is missing is not made anew when something is sealed") {
  Keys given;
  given.none = app::NoKeyFile::kRefuse;
  const base::Error error = given.error();
  CHECK(error.code == Code::kUnavailable);
  CHECK(contains(error.message, given.places.config_directory + "/master.key is missing"));
  CHECK(contains(error.message, "Restore it from a backup"));
  CHECK(given.made.empty());
  CHECK(!std::filesystem::exists(given.places.config_directory));
}

TEST_CASE("a key file beside the database, or below it, is refused and not made") {
  Keys given;
  SUBCASE("in its directory") { given.places.config_directory = given.places.storage_directory; }
  SUBCASE("below it") { given.places.config_directory = given.places.storage_directory + "/deeper"; }
  SUBCASE("by another spelling") { given.places.config_directory = given.places.storage_directory + "/../data/"; }
  SUBCASE("through a link") {
    std::filesystem::create_directories(given.places.storage_directory);
    std::filesystem::create_symlink(given.places.storage_directory, given.place.path() + "/link");
    given.places.config_directory = given.place.path() + "/link";
  }
  SUBCASE("named by the variable") {
    std::filesystem::create_directories(given.places.storage_directory);
    write(given.places.storage_directory + "/key", kFakeKey);
    given.variables["SPOTIFY_MCP_MASTER_KEY_FILE"] = given.places.storage_directory + "/key";
  }
  const base::Error error = given.error();
  CHECK(error.code == Code::kInvalidArgument);
  CHECK(contains(error.message, "storage.directory"));
  CHECK(contains(error.message, "SPOTIFY_MCP_MASTER_KEY_FILE"));
  CHECK(given.made.empty());
  CHECK(!std::filesystem::exists(given.places.config_directory + "/master.key"));
}

TEST_CASE("a directory whose name only begins like the database's is apart from it") {
  Keys given;
  given.places.config_directory = given.places.storage_directory + "-keys";
  CHECK(given.key());
}

TEST_CASE("a key that nobody drew at random is refused wherever it is read, and stays unsaid") {
  const auto bytes = [](auto make) {
    std::string text(32, '\0');
    for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(make(i));
    return text;
  };
  struct Row {
    std::string key;
    std::string why;
  };
  const Row rows[]{
      {bytes([](size_t) { return 0; }), "all of its bytes are the same"},
      {bytes([](size_t) { return 0xFF; }), "all of its bytes are the same"},
      {bytes([](size_t) { return 'a'; }), "all of its bytes are the same"},
      {bytes([](size_t i) { return i; }), "count up or down"},
      {bytes([](size_t i) { return 255 - i; }), "count up or down"},
      {bytes([](size_t i) { return 3 * i; }), "count up or down"},
      {"FAKE-KEY-FOR-TESTS-FAKE-KEY-1234", "somebody typed"},
      {"correct horse battery staple 1 2", "somebody typed"},
      {"0123456789abcdef0123456789abcdef", "somebody typed"},
      {bytes([](size_t i) { return i % 2 == 0 ? 0xDE : 0xAD; }), "repeats few bytes"},
      {bytes([](size_t i) { return i < 31 ? 0 : 1; }), "repeats few bytes"},
      {bytes([](size_t i) { return 0x80 + i * i % 8; }), "repeats few bytes"},
  };
  for (const Row& row : rows) {
    REQUIRE(row.key.size() == 32);
    const std::string text = crypto::base64_encode(row.key);
    const auto check = [&row, &text](const base::Error& error, const std::string& source) {
      CAPTURE(error.message);
      CHECK(error.code == Code::kInvalidArgument);
      CHECK(contains(error.message, source));
      CHECK(contains(error.message, row.why));
      CHECK(contains(error.message, "openssl rand -base64 32"));
      CHECK(!contains(error.message, text));
    };
    Keys given;
    given.variables["SPOTIFY_MCP_MASTER_KEY"] = text;
    check(given.error(), "SPOTIFY_MCP_MASTER_KEY");
    given.variables.clear();
    const std::string file = given.place.path() + "/key";
    write(file, text + "\n");
    given.variables["SPOTIFY_MCP_MASTER_KEY_FILE"] = file;
    check(given.error(), "SPOTIFY_MCP_MASTER_KEY_FILE");
    given.variables.clear();
    CHECK(os::make_private_directory(given.places.config_directory));
    write(given.places.config_directory + "/master.key", text + "\n");
    check(given.error(), given.places.config_directory + "/master.key");
  }
  Keys given;
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = std::string(64, '0');
  CHECK(contains(given.error().message, "repeats few characters"));
  for (int i = 0; i < 1000; ++i) CHECK(!crypto::weakness_of(crypto::Key::generate(given.random)));
}

TEST_CASE("what was given is typed, and nothing is made or stretched to know it") {
  Keys given;
  const auto look = [&given] {
    auto found = app::given_master_key(given.places.config_directory, os::Environment(given.variables));
    REQUIRE(found);
    return *std::move(found);
  };
  CHECK(!look());
  CHECK(!os::exists(given.places.config_directory));
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = kFakeKey;
  CHECK(std::holds_alternative<crypto::Key>(*look()));
  given.variables["SPOTIFY_MCP_MASTER_KEY"] = "a fake passphrase for tests";
  CHECK(std::get<base::Secret>(*look()).reveal() == "a fake passphrase for tests");
  CHECK(!os::exists(given.places.storage_directory));
}
