// A thousand connections of a thousand users, open at once, whose requests all have the id 0: each gets the answers to
// its own, and no word of another. Both eras, over real sockets, with the loop on a thread of its own. SMS_THOUSANDS
// says how many thousands follow each other; 1 when it is not set.
#include <atomic>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "net/http_server.h"
#include "net/loop.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/security/http_world.h"

#include "tests/test.h"

namespace {

constexpr int kClients = 1000;
constexpr int kThreads = 8;
constexpr int kOfThread = kClients / kThreads;
constexpr rlim_t kFiles = 2 * kClients + 200;  // Both ends of each are here.
constexpr int kRounds = 3;

std::string request(const http::Headers& headers, const std::string& user, const std::string& body,
                    const std::string& method = "POST") {
  std::string text = method + " /mcp HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  text += "Authorization: Bearer " + user + "\r\n";
  return text + fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

// The value of a header of an answer, or "".
std::string header_of(const std::string& answer, const std::string& name) {
  const size_t at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

struct Client {
  Client(uint16_t port, int number) : wire(port), user(fmt::format("user-{}-", number)), legacy(number % 2 == 1) {}

  std::string canary(int round) const { return fmt::format("canary-{}{}-", user, round); }
  std::string call(int round) const {
    return legacy ? request(tests::session_headers(session), user, tests::legacy_echo_body(canary(round)))
                  : request(tests::modern_headers(), user, tests::echo_body(canary(round)));
  }

  tests::RawClient wire;
  std::string user;
  bool legacy;
  std::string session;
};

struct Tally {
  std::atomic<int> own = 0;
  std::atomic<int> foreign = 0;
  std::atomic<int> lost = 0;
};

void judge(const Client& client, int round, const std::optional<std::string>& answer, Tally& tally) {
  if (!answer || !answer->starts_with("HTTP/1.1 200 ")) {
    ++tally.lost;
    return;
  }
  // Whatever is left when its own words are taken out must not name anybody.
  std::string rest = *answer;
  size_t own = 0;
  for (const std::string& word : {client.canary(round), client.user}) {
    for (size_t at = rest.find(word); at != std::string::npos; at = rest.find(word)) {
      rest.erase(at, word.size());
      ++own;
    }
  }
  const bool clean = rest.find("canary-") == std::string::npos && rest.find("user-") == std::string::npos;
  ++(own >= 2 && clean ? tally.own : tally.foreign);
}

void run_batch(uint16_t port, int first, std::latch& all_open, Tally& tally) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kOfThread; ++i) clients.push_back(std::make_unique<Client>(port, first + i));
  all_open.arrive_and_wait();
  for (const auto& client : clients) {
    if (!client->legacy) continue;
    (void)client->wire.send(request(tests::post_headers(), client->user, std::string(tests::kInitialize)));
  }
  for (const auto& client : clients) {
    if (client->legacy) client->session = header_of(client->wire.response().value_or(""), "Mcp-Session-Id");
  }
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& client : clients) (void)client->wire.send(client->call(round));
    for (const auto& client : clients) judge(*client, round, client->wire.response(), tally);
  }
  for (const auto& client : clients) {
    if (!client->legacy) continue;
    (void)client->wire.send(request(tests::session_headers(client->session), client->user, "", "DELETE"));
    if (!client->wire.response().value_or("").starts_with("HTTP/1.1 204 ")) ++tally.lost;
  }
}

void run_thousand(uint16_t port, Tally& tally) {
  std::latch all_open(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { run_batch(port, i * kOfThread, all_open, tally); });
  }
  for (std::thread& thread : threads) thread.join();
}

// Whether so many connections fit.
bool allow_files() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur >= kFiles;
}

}  // namespace

TEST_CASE("cross_client: a thousand clients that all use the id 0 see no answer of another") {
  REQUIRE(allow_files());
  net::AsioLoop loop;
  tests::HttpWorld world(loop);
  auto server = net::HttpServer::start(loop, world.handler, world.log, {.port = 0, .limits = {}});
  REQUIRE(server);
  const uint16_t port = (*server)->port();
  std::thread serving([&] { loop.run(); });

  const char* const asked = std::getenv("SMS_THOUSANDS");
  const int thousands = asked == nullptr ? 1 : std::atoi(asked);
  REQUIRE(thousands > 0);
  Tally tally;
  for (int i = 0; i < thousands; ++i) run_thousand(port, tally);
  loop.post([&] {
    server->reset();
    loop.stop();
  });
  serving.join();

  const int calls = thousands * kClients * kRounds;
  MESSAGE(calls, " calls");
  CHECK(tally.own == calls);
  CHECK(tally.foreign == 0);
  CHECK(tally.lost == 0);
  CHECK(world.runs == calls);
}
