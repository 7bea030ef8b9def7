#include "config/sealed_file.h"

#include <string>
#include <utility>
#include <vector>

#include "crypto/base64.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/kdf.h"
#include "json/parse.h"
#include "json/write.h"
#include "tests/support/seeded_random.h"

#include "tests/test.h"

namespace {

using base::Code;
using config::Deployment;
using config::MasterSecret;

constexpr std::string_view kPlain = R"({"spotify":{"client_secret":"CANARY-not-a-real-secret"}})";
// The floor, so that the tests are quick.
constexpr crypto::Argon2Cost kCheap{.memory_kib = 19 * 1024, .passes = 2, .lanes = 1};

MasterSecret key(std::string_view name = "a key") {
  auto made = crypto::Key::from_bytes(crypto::sha256(name));
  REQUIRE(made);
  return *std::move(made);
}

MasterSecret passphrase(const std::string& words = "a fake passphrase for tests") { return base::Secret(words); }

struct Sealing {
  test::SeededRandom random;
  config::SealedAs as{
      .environment = Deployment::kProduction, .generation = 7, .created = {1'795'500'000'000}, .cost = kCheap};

  std::string seal(const MasterSecret& master, std::string_view plain = kPlain) {
    auto sealed = config::seal(master, as, plain, random);
    REQUIRE(sealed);
    return *std::move(sealed);
  }
};

std::string sealed(std::string_view plain = kPlain) { return Sealing().seal(key(), plain); }

std::string header_of(const std::string& file) { return file.substr(0, file.find('\n')); }
std::string body_of(const std::string& file) { return file.substr(file.find('\n')); }

base::Error error_of(const std::string& file, const MasterSecret& master = key()) {
  const auto opened = config::open(master, file);
  REQUIRE(!opened);
  return opened.error();
}

// The same file with one member of its header, or of its kdf, changed.
std::string with(const std::string& file, const std::string& name, json::Value value) {
  auto header = json::parse(header_of(file));
  REQUIRE(header);
  json::Value* at = &*header;
  const bool inner = name.starts_with("kdf.");
  if (inner) at = at->object().find("kdf");
  at->object().set(inner ? name.substr(4) : name, std::move(value));
  return json::write(*header) + body_of(file);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// One sentence or a few that name a way out, and nothing of what is sealed.
void check_helps(const base::Error& error) {
  CAPTURE(error.message);
  CHECK((contains(error.message, "Restore it") || contains(error.message, "Set SPOTIFY_MCP_MASTER_KEY") ||
         contains(error.message, "Update this one")));
  CHECK(!contains(error.message + error.detail, "CANARY"));
  CHECK(error.message.size() < 400);
}

}  // namespace

TEST_CASE("what was sealed opens again, with the environment and the generation that it was sealed with") {
  const std::string file = sealed();
  CHECK(config::is_sealed(file));
  CHECK(!config::is_sealed(kPlain));
  CHECK(!contains(file, "CANARY"));
  const auto opened = config::open(key(), file);
  REQUIRE(opened);
  CHECK(opened->text.reveal() == kPlain);
  CHECK(opened->header.environment == Deployment::kProduction);
  CHECK(opened->header.generation == 7);
  CHECK(opened->header.created == "2026-11-24T06:00:00Z");
  const auto header = config::read_header(file);
  REQUIRE(header);
  CHECK(header->key_id == opened->header.key_id);
}

TEST_CASE("the header is one line of JSON with the members of the format, in their order") {
  const auto header = json::parse(header_of(sealed()));
  REQUIRE(header);
  std::vector<std::string> names;
  for (const auto& [name, value] : header->object()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"magic", "v", "env", "generation", "created", "kid", "kdf", "aead", "nonce",
                                          "commit"});
  CHECK(header->text_or_empty("magic") == "SMCF1");
  CHECK(header->text_or_empty("aead") == "aes-256-gcm");
  CHECK(header->find("kdf")->text_or_empty("id") == "hkdf-sha256");
  CHECK(crypto::base64_decode(header->text_or_empty("nonce"))->size() == 12);
  CHECK(crypto::base64_decode(header->text_or_empty("commit"))->size() == 32);
}

TEST_CASE("the key and the commitment are those of the format, so that another program can open a file") {
  const std::string file = sealed();
  const auto header = config::read_header(file);
  REQUIRE(header);
  const MasterSecret master = key();
  const crypto::ByteView root(std::span<const std::byte>(std::get<crypto::Key>(master).reveal()));
  const base::Secret commitment = crypto::hkdf_sha256(root, header->salt, "smcf1/commitment", 32);
  CHECK(commitment.reveal() == crypto::ByteView(header->commitment).text());
  const base::Secret bytes = crypto::hkdf_sha256(root, header->salt, "smcf1/config", 32);
  auto derived = crypto::Key::from_bytes(bytes.reveal());
  REQUIRE(derived);
  const crypto::Aes256Gcm cipher(*std::move(derived));
  std::string body = body_of(file).substr(1);
  body.pop_back();
  const auto plain =
      cipher.open(header_of(file), std::string(crypto::ByteView(header->nonce).text()) + *crypto::base64_decode(body));
  REQUIRE(plain);
  CHECK(*plain == kPlain);
}

TEST_CASE("no two files share a salt or a nonce, and the id of a key is the same in all") {
  Sealing given;
  const auto first = config::read_header(given.seal(key()));
  const auto second = config::read_header(given.seal(key()));
  REQUIRE((first && second));
  CHECK(first->salt != second->salt);
  CHECK(first->nonce != second->nonce);
  CHECK(first->commitment != second->commitment);
  CHECK(first->key_id == second->key_id);
}

TEST_CASE("every single bit of a sealed file of 4 KiB is told when it flips") {
  const size_t overhead = sealed("").size();
  std::string plain = R"({"spotify":{"client_secret":"CANARY-)";
  plain.resize((4096 - overhead) / 4 * 3, 'x');
  const std::string file = sealed(plain);
  REQUIRE(file.size() <= 4096);
  REQUIRE(file.size() > 4000);
  REQUIRE(config::open(key(), file));
  const MasterSecret master = key();
  size_t refused = 0;
  std::string flipped = file;
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    char& byte = flipped[bit / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (bit % 8)));
    const auto opened = config::open(master, flipped);
    if (!opened && !contains(opened.error().message, "CANARY")) ++refused;
    byte = file[bit / 8];
  }
  CHECK(refused == file.size() * 8);
}

TEST_CASE("swapped headers, cut files, added bytes and other line ends are refused") {
  Sealing given;
  const std::string one = given.seal(key());
  const std::string other = given.seal(key());
  std::vector<std::string> bad{header_of(one) + body_of(other),
                               one + "A",
                               one + "\n",
                               one + "AAAA\n",
                               replaced(one, "\n", "\r\n"),
                               header_of(one),
                               header_of(one) + "\n",
                               header_of(one) + "\n\n",
                               header_of(one) + "\nAAAA\n",
                               one + one,
                               "\xEF\xBB\xBF" + one,
                               ""};
  for (size_t size = 0; size < one.size(); size += 13) bad.push_back(one.substr(0, size));
  for (const std::string& file : bad) {
    CAPTURE(file);
    const base::Error error = error_of(file);
    CHECK((error.code == Code::kForbidden || error.code == Code::kInvalidArgument));
    check_helps(error);
  }
}

TEST_CASE("another key is named as such, and neither key is shown") {
  const base::Error error = error_of(sealed(), key("another key"));
  CHECK(error.code == Code::kForbidden);
  CHECK(contains(error.message, "sealed under the key " + config::read_header(sealed())->key_id));
  check_helps(error);
  const auto derived = crypto::to_hex(crypto::sha256("another key"));
  CHECK(!contains(error.message, derived.substr(0, 16)));
}

TEST_CASE("a file whose header names our key and was sealed under another one is refused by its commitment") {
  const std::string theirs = Sealing().seal(key("their key"));
  const auto ours = config::read_header(sealed());
  REQUIRE(ours);
  const std::string forged = with(theirs, "kid", ours->key_id);
  const base::Error error = error_of(forged);
  CHECK(error.code == Code::kForbidden);
  CHECK(contains(error.message, "was changed"));
}

TEST_CASE("a box that opens under our key is refused all the same when its header commits to another") {
  // As whoever finds a box that opens under two keys would write it; here with the true key, so that only the
  // commitment can tell.
  const auto commitment = crypto::base64_encode(crypto::sha256("another key"));
  const std::string header = header_of(with(sealed(), "commit", commitment));
  const auto parsed = config::read_header(header + "\n");
  REQUIRE(parsed);
  const MasterSecret master = key();
  const crypto::ByteView root(std::span<const std::byte>(std::get<crypto::Key>(master).reveal()));
  const base::Secret bytes = crypto::hkdf_sha256(root, parsed->salt, "smcf1/config", 32);
  auto derived = crypto::Key::from_bytes(bytes.reveal());
  REQUIRE(derived);
  const crypto::Aes256Gcm cipher(*std::move(derived));
  const std::string box = cipher.seal_with_nonce(parsed->nonce, header, kPlain).substr(12);
  CHECK(contains(error_of(header + "\n" + crypto::base64_encode(box) + "\n").message, "was changed"));
}

TEST_CASE("environment and generation are authenticated") {
  for (const auto& [name, value] : std::vector<std::pair<std::string, json::Value>>{
           {"env", "development"}, {"generation", 8}, {"created", "2026-11-24T06:00:01Z"}}) {
    CAPTURE(name);
    const std::string file = with(sealed(), name, value);
    REQUIRE(config::read_header(file));
    CHECK(contains(error_of(file).message, "was changed"));
  }
}

TEST_CASE("a header with names twice, more, fewer, in another order or spelled otherwise is refused") {
  const std::string file = sealed();
  const std::string header = header_of(file);
  std::vector<std::string> bad{replaced(file, R"("v":1,)", R"("v":1,"v":1,)"),
                               replaced(file, R"("v":1,"env":"production",)", R"("env":"production","v":1,)"),
                               replaced(file, R"("v":1,)", R"("v":1, )"),
                               replaced(file, R"("v":1,)", R"("v":1.0,)"),
                               replaced(file, R"("v":1,)", R"("v":0,)"),
                               replaced(file, R"("v":1,)", ""),
                               replaced(file, R"("params":{})", R"("params":{},"more":1)"),
                               replaced(file, R"("params":{})", R"("params":{"memory_kib":65536})"),
                               replaced(file, "SMCF1", "smcf1"),
                               replaced(file, "production", "Production"),
                               replaced(file, "production", "pr\\u006fduction"),
                               replaced(file, "aes-256-gcm", "aes-128-gcm"),
                               with(file, "more", "x"),
                               with(file, "generation", 0),
                               with(file, "generation", -1),
                               with(file, "generation", config::kGenerationMax + 1),
                               with(file, "created", "\x1b[2J"),
                               with(file, "created", "2026-11-24 06:40:00Z"),
                               with(file, "kid", "AAAAAAAAAAAAAAAA"),
                               with(file, "kid", "00"),
                               with(file, "nonce", "AAAA"),
                               with(file, "commit", nullptr),
                               with(file, "kdf", nullptr),
                               with(file, "kdf.id", "scrypt"),
                               with(file, "kdf.salt", "AAAA"),
                               "[" + header + "]" + body_of(file),
                               R"({"magic":)" + std::string(64, '[') + body_of(file)};
  for (const std::string& text : bad) {
    CAPTURE(text.substr(0, 400));
    const base::Error error = error_of(text);
    CHECK(error.code == Code::kInvalidArgument);
    CHECK(!contains(error.message, "\x1b"));
    check_helps(error);
  }
  const base::Error newer = error_of(with(file, "v", 2));
  CHECK(contains(newer.message, "newer version"));
  check_helps(newer);
}

TEST_CASE("cve_2026_85783: a hostile header costs neither memory nor time") {
  const std::string file = Sealing().seal(passphrase());
  REQUIRE(config::open(passphrase(), file));
  const auto with_cost = [&file](int64_t memory_kib, int64_t passes, int64_t lanes) {
    return with(file, "kdf.params", json::Object{{"memory_kib", memory_kib}, {"passes", passes}, {"lanes", lanes}});
  };
  constexpr int64_t kMiB = 1024;  // In KiB.
  constexpr int64_t kMany = int64_t{1} << 32;
  for (const std::string& hostile :
       {with_cost(256 * kMiB + 1, 2, 1), with_cost(1024 * kMiB, 10, 4), with_cost(kMany, 2, 1), with_cost(-1, 2, 1),
        with_cost(19 * kMiB, 7, 1), with_cost(19 * kMiB, kMany, 1), with_cost(19 * kMiB, 2, 5),
        with_cost(19 * kMiB, 2, kMany + 1), with_cost(19 * kMiB - 1, 2, 1), with_cost(19 * kMiB, 1, 1),
        with_cost(19 * kMiB, 2, 0), with(file, "kdf.params", json::Object()),
        with(file, "kdf.params", json::Object{{"memory_kib", "65536"}, {"passes", 3}, {"lanes", 1}})}) {
    CAPTURE(header_of(hostile));
    // Refused by reading alone: nothing was derived yet.
    const auto header = config::read_header(hostile);
    REQUIRE(!header);
    CHECK(header.error().code == Code::kInvalidArgument);
    check_helps(header.error());
  }
  // Many keys in one header are no more than a long header, of which no more than the limit is looked at.
  json::Array keys(100'000, json::Value("key"));
  CHECK(!config::read_header(with(file, "kid", std::move(keys))));
  CHECK(!config::read_header(R"({"magic":)" + std::string(size_t{8} << 20, ' ')));
  CHECK(!config::open(passphrase(), file + std::string(config::kSealedBytesMax, 'A')));
}

TEST_CASE("a passphrase is stretched first, and the wrong one is told from a changed file") {
  const std::string file = Sealing().seal(passphrase());
  const auto header = config::read_header(file);
  REQUIRE(header);
  REQUIRE(header->stretched);
  CHECK(header->stretched->memory_kib == kCheap.memory_kib);
  const base::Error error = error_of(file, passphrase("another fake passphrase"));
  CHECK(error.code == Code::kForbidden);
  check_helps(error);
  CHECK(contains(error.message, "sealed under the key"));
  check_helps(error_of(file, key()));
  CHECK(contains(error_of(file, key()).message, "under a passphrase"));
  CHECK(contains(error_of(sealed(), passphrase()).message, "of 32 bytes"));
  // By default it costs what crypto/kdf.h asks for.
  test::SeededRandom random;
  const auto usual = config::seal(passphrase(), {.environment = Deployment::kStaging}, kPlain, random);
  REQUIRE(usual);
  CHECK(config::read_header(*usual)->stretched->memory_kib == 64 * 1024);
}

TEST_CASE("what could not be opened again is not sealed") {
  test::SeededRandom random;
  const auto code_of = [&random](config::SealedAs as, const std::string& plain, const MasterSecret& master) {
    const auto made = config::seal(master, as, plain, random);
    return made ? std::optional<Code>() : made.error().code;
  };
  CHECK(code_of({}, std::string(config::kPlainBytesMax + 1, ' '), key()) == Code::kInvalidArgument);
  CHECK(code_of({.generation = 0}, "{}", key()) == Code::kInvalidArgument);
  CHECK(code_of({.generation = config::kGenerationMax + 1}, "{}", key()) == Code::kInvalidArgument);
  CHECK(code_of({.cost = {.memory_kib = 1024}}, "{}", passphrase()) == Code::kInvalidArgument);
  CHECK(code_of({.cost = {.memory_kib = 1024 * 1024}}, "{}", passphrase()) == Code::kInvalidArgument);
  const std::string largest(config::kPlainBytesMax, ' ');
  const auto made = config::seal(key(), {}, largest, random);
  REQUIRE(made);
  CHECK(made->size() <= config::kSealedBytesMax);
  CHECK(config::open(key(), *made)->text.reveal() == largest);
}
