// Every case of tests/http/cases.txt over a real socket, whole and in pieces: the answers, the fate of the connection,
// and that a request which follows gets its own answer or none.
#include "tests/unit/net/http_corpus.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <string>

#include "net/request_reader.h"
#include "tests/support/seeded_random.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using tests::Fate;
using tests::HttpCase;
using tests::RawClient;
using tests::RunningServer;

// Longer ones are cut at seeded places only.
constexpr size_t kByteByByteMax = 700;

const std::vector<HttpCase>& cases() {
  static const std::vector<HttpCase> kCases = tests::read_http_cases();
  return kCases;
}

std::string canary_request(size_t number) { return fmt::format("GET /canary-{} HTTP/1.1\r\nHost: h\r\n\r\n", number); }

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.substr(9, 3).c_str()) : 0;
}

// The next final answer; interim ones are passed over.
std::optional<std::string> final_answer(RawClient& client, bool expect_body) {
  // Ends with a final answer, or with the connection.
  while (true) {
    auto answer = client.response(expect_body);
    if (!answer || status_of(*answer) != 100) return answer;
  }
}

struct Outcome {
  std::vector<int> statuses;
  std::vector<std::string> answers;
  bool canary_answered = false;
  std::string rest;  // What came and was no answer that the case expects.
};

std::vector<std::string> pieces_of(std::string_view bytes, const std::vector<size_t>& cuts) {
  std::vector<std::string> pieces;
  size_t begin = 0;
  for (const size_t cut : cuts) {
    pieces.emplace_back(bytes.substr(begin, cut - begin));
    begin = cut;
  }
  pieces.emplace_back(bytes.substr(begin));
  return pieces;
}

Outcome exchange(uint16_t port, const HttpCase& sent, size_t number, const std::vector<std::string>& pieces) {
  RawClient client(port);
  client.send_at_once();
  for (const std::string& piece : pieces) {
    if (!client.send(piece)) break;  // A refusal may come before the end.
  }
  if (sent.fate == Fate::kCut) client.finish_sending();
  Outcome outcome;
  for (size_t i = 0; i < sent.statuses.size(); ++i) {
    const bool head = i == 0 && sent.bytes.starts_with("HEAD ");
    auto answer = final_answer(client, !head);
    if (!answer) break;
    outcome.statuses.push_back(status_of(*answer));
    outcome.answers.push_back(*std::move(answer));
  }
  if (sent.fate == Fate::kOpen) {
    const auto canary = final_answer(client, true);
    outcome.canary_answered =
        canary && canary->find(fmt::format("\r\n\r\nGET /canary-{} ", number)) != std::string::npos;
    client.finish_sending();
  }
  outcome.rest = client.until_closed().value_or("the connection stays open");
  return outcome;
}

void check_outcome(const HttpCase& sent, const Outcome& outcome) {
  CHECK(fmt::format("{}", fmt::join(outcome.statuses, " ")) == fmt::format("{}", fmt::join(sent.statuses, " ")));
  CHECK(outcome.rest == "");
  CHECK(outcome.canary_answered == (sent.fate == Fate::kOpen));
  size_t served = 0;
  for (size_t i = 0; i < outcome.answers.size(); ++i) {
    const std::string& answer = outcome.answers[i];
    CHECK(answer.find("\r\n\r\nGET /smuggled ") == std::string::npos);
    if (outcome.statuses[i] != 200) {
      CHECK(answer.find("\r\n\r\n{\"error\":\"") != std::string::npos);
      CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    } else if (served < sent.seen.size()) {
      const tests::Seen& seen = sent.seen[served++];
      CHECK(answer.find(fmt::format("\r\n\r\n{} {} peer=", seen.method, seen.target)) != std::string::npos);
      CHECK(answer.ends_with(" body=" + seen.body));
    }
  }
  CHECK(served == sent.seen.size());
}

// Sends every case in the pieces that `cut` makes of it, and counts what reached the handler.
template <class Cut>
void run_all(Cut cut) {
  RunningServer server;
  size_t number = 0;
  for (const HttpCase& each : cases()) {
    CAPTURE(each.name);
    ++number;
    const std::string bytes = each.bytes + (each.fate == Fate::kCut ? "" : canary_request(number));
    const int before = server.handler.requests;
    const Outcome outcome = exchange(server.port, each, number, cut(bytes));
    check_outcome(each, outcome);
    const auto served = std::ranges::count(each.statuses, 200) + (each.fate == Fate::kOpen ? 1 : 0);
    CHECK(server.handler.requests - before == served);
  }
}

// What the framing makes of bytes in these pieces, as one text.
std::string read_pieces(std::string_view first, std::string_view second) {
  static const net::ServerLimits kLimits;
  net::RequestReader reader(kLimits);
  std::string verdict;
  std::string waiting;
  for (const std::string_view piece : {first, second}) {
    waiting += piece;
    // Ends at a refusal, or where the bytes end.
    while (true) {
      waiting.erase(0, reader.feed(waiting));
      if (reader.state() == net::RequestReader::State::kRefused) {
        return verdict + fmt::format("[{}]", reader.refusal().status);
      }
      if (reader.state() != net::RequestReader::State::kComplete) break;
      const http::Request request = reader.take();
      verdict += fmt::format("[{} {} {}]", http::method_name(request.method), request.target, request.body);
      reader.next();
      if (waiting.empty()) break;
    }
  }
  return verdict + (reader.started() ? "[more]" : "");
}

}  // namespace

TEST_CASE("the table of raw requests is whole") {
  CHECK(cases().size() >= 300);
  std::set<std::string> names;
  for (const HttpCase& each : cases()) {
    CAPTURE(each.name);
    CHECK(names.insert(each.name).second);
    CHECK((each.section.starts_with("9110 ") || each.section.starts_with("9112 ")));
    CHECK(each.why.ends_with('.'));
    CHECK((each.fate == Fate::kCut) == each.statuses.empty());
    const bool refused = std::ranges::any_of(each.statuses, [](int status) { return status >= 400; });
    CHECK((!refused || each.fate == Fate::kClosed));
  }
}

TEST_CASE("every raw request whole") {
  run_all([](const std::string& bytes) { return std::vector{bytes}; });
}

TEST_CASE("every raw request byte by byte") {
  run_all([](const std::string& bytes) {
    std::vector<size_t> cuts;
    for (size_t i = 1; i < bytes.size() && bytes.size() <= kByteByByteMax; ++i) cuts.push_back(i);
    return pieces_of(bytes, cuts);
  });
}

TEST_CASE("every raw request in pieces of seeded sizes") {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    test::SeededRandom random(seed);
    run_all([&](const std::string& bytes) {
      std::set<size_t> cuts;
      for (int i = 0; i < 5 && bytes.size() > 1; ++i) cuts.insert(1 + random.below(bytes.size() - 1));
      return pieces_of(bytes, {cuts.begin(), cuts.end()});
    });
  }
}

TEST_CASE("the framing is the same wherever two pieces of a request meet") {
  for (const HttpCase& each : cases()) {
    if (each.bytes.size() > kByteByByteMax) continue;
    CAPTURE(each.name);
    const std::string bytes = each.bytes + canary_request(1);
    const std::string whole = read_pieces(bytes, "");
    size_t different = 0;
    for (size_t cut = 1; cut < bytes.size(); ++cut) {
      different += read_pieces(std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)) != whole;
    }
    CHECK(different == 0);
  }
}
