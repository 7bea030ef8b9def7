// The life of connections: keep-alive, pipelining, streams, cancellation, deadlines, draining.
#include <string>
#include <vector>

#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/running_server.h"

#include "tests/test.h"

namespace {

using namespace std::chrono_literals;
using tests::RawClient;
using tests::RunningServer;

std::string get(std::string_view target, std::string_view lines = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n";
}

bool has(const std::optional<std::string>& text, std::string_view part) {
  return text && text->find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one connection carries many requests") {
  RunningServer server;
  RawClient client(server.port);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(client.send(get("/n" + std::to_string(i))));
    const auto answer = client.response();
    CHECK(has(answer, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "));
    CHECK(has(answer, "GET /n" + std::to_string(i) + " "));
    CHECK_FALSE(has(answer, "Connection:"));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("pipelined requests are answered in order, quick ones behind slow ones") {
  RunningServer server;
  RawClient client(server.port);
  std::string requests;
  for (int i = 0; i < 30; ++i)
    requests += get((i % 3 == 0 ? "/later?" : "/quick?") + std::to_string(i));
  REQUIRE(client.send(requests));
  for (int i = 0; i < 30; ++i) {
    CHECK(
        has(client.response(), (i % 3 == 0 ? "later /later?" : "GET /quick?") + std::to_string(i)));
  }
  CHECK(server.handler.requests == 30);
}

TEST_CASE("far more pipelined requests than are read ahead") {
  RunningServer server;
  RawClient client(server.port);
  std::string requests = get("/later?first");
  for (int i = 0; i < 5000; ++i) requests += get("/q" + std::to_string(i));
  std::thread sender([&] { (void)client.send(requests); });
  CHECK(has(client.response(), "later /later?first"));
  int in_order = 0;
  for (int i = 0; i < 5000; ++i)
    in_order += has(client.response(), "GET /q" + std::to_string(i) + " ") ? 1 : 0;
  sender.join();
  CHECK(in_order == 5000);
}

TEST_CASE("close is honoured, and HTTP/1.0 closes by default") {
  RunningServer server;
  for (const std::string& request :
       {get("/", "Connection: close\r\n"), std::string("GET / HTTP/1.0\r\n\r\n")}) {
    RawClient client(server.port);
    REQUIRE(client.send(request + get("/not-served")));
    const auto answer = client.until_closed();
    CHECK(has(answer, "Connection: close\r\n"));
    CHECK(has(answer, "GET / "));
    CHECK_FALSE(has(answer, "not-served"));
  }
  RawClient kept(server.port);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(has(kept.response(), "Connection: keep-alive\r\n"));
  }
}

TEST_CASE("HEAD and 204 have no body") {
  RunningServer server;
  RawClient client(server.port);
  REQUIRE(client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto head = client.response(false);
  CHECK(has(head, "Content-Length: "));
  CHECK_FALSE(has(head, "Content-Length: 0\r\n"));
  REQUIRE(client.send("HEAD /pieces HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(has(client.response(false), "HTTP/1.1 200 OK\r\n"));
  CHECK(server.handler.stream_dropped.wait());
  REQUIRE(client.send(get("/gone")));
  const auto gone = client.response(false);
  CHECK(has(gone, "HTTP/1.1 204 "));
  CHECK_FALSE(has(gone, "Content-Length"));
  CHECK(client.seen().empty());
  REQUIRE(client.send(get("/after")));
  CHECK(client.response()->starts_with("HTTP/1.1 200 "));
}

TEST_CASE("Expect: 100-continue is answered before the body, once") {
  RunningServer server;
  RawClient client(server.port);
  REQUIRE(client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
  REQUIRE(client.wait_for("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK(client.response(false) == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.send("he"));
  REQUIRE(client.send("llo"));
  const auto answer = client.response();
  REQUIRE(answer);
  CHECK(answer->starts_with("HTTP/1.1 200 "));
  CHECK(answer->ends_with("body=hello"));
}

TEST_CASE("a stream is chunked, and the connection goes on after it") {
  RunningServer server;
  RawClient client(server.port);
  REQUIRE(client.send(get("/pieces") + get("/next")));
  const auto answer = client.response();
  CHECK(has(answer,
            "Transfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n4\r\ndata\r\n4\r\ndata\r\n0\r\n\r\n"));
  CHECK(has(client.response(), "GET /next "));
  CHECK(server.handler.stream_dropped.wait());

  REQUIRE(client.send(get("/two")));
  const auto sized = client.response();
  CHECK(has(sized, "Content-Length: 8\r\n\r\ndatadata"));
  CHECK_FALSE(has(sized, "chunked"));
  // A stream that ends before its length can only be shown by closing.
  REQUIRE(client.send(get("/two?short") + get("/not-served")));
  const auto cut = client.until_closed();
  CHECK(has(cut, "Content-Length: 9\r\n\r\ndatadata"));
  CHECK_FALSE(has(cut, "not-served"));

  RawClient old(server.port);
  REQUIRE(old.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  const auto plain = old.until_closed();
  REQUIRE(plain);
  CHECK(plain->ends_with("\r\n\r\ndatadatadata"));
  CHECK(has(plain, "Connection: close\r\n"));
}

TEST_CASE(
    "the head of a stream is sent before its first piece, and a client that leaves drops it") {
  RunningServer server;
  for (const bool politely : {true, false}) {
    RawClient client(server.port);
    REQUIRE(client.send(get("/silent")));
    REQUIRE(client.wait_for("Transfer-Encoding: chunked\r\n\r\n"));
    CHECK(server.handler.entered.wait());
    CHECK_FALSE(server.handler.stream_dropped.raised());
    politely ? client.close() : client.reset();
    CHECK(server.handler.stream_dropped.wait());
  }
}

TEST_CASE("a stream is pulled only as fast as the client reads, and others are served meanwhile") {
  RunningServer server;
  RawClient slow(server.port);
  REQUIRE(slow.send(get("/endless")));
  REQUIRE(slow.wait_for("4000\r\nxxxx"));
  RawClient other(server.port);
  REQUIRE(other.send(get("/other")));
  CHECK(has(other.response(), "GET /other "));
  slow.close();
  CHECK(server.handler.stream_dropped.wait());
}

TEST_CASE("a handler is dropped when its client leaves") {
  RunningServer server;
  for (const bool politely : {true, false}) {
    RawClient client(server.port);
    REQUIRE(client.send(get("/wait") + get("/never-reached")));
    REQUIRE(server.handler.entered.wait());
    CHECK_FALSE(server.handler.dropped.raised());
    politely ? client.close() : client.reset();
    CHECK(server.handler.dropped.wait());
  }
  CHECK(server.handler.requests == 2);
}

TEST_CASE("a large answer passes through a full socket") {
  RunningServer server;
  RawClient client(server.port);
  REQUIRE(client.send(get("/big") + get("/next")));
  const auto big = client.response();
  REQUIRE(big);
  CHECK(big->size() > size_t{8} * 1024 * 1024);
  CHECK(has(client.response(), "GET /next "));
}

TEST_CASE("a response that would break the framing becomes a 500, and so does an exception") {
  RunningServer server;
  for (const char* target : {"/bad", "/throw"}) {
    RawClient client(server.port);
    REQUIRE(client.send(get(target)));
    const auto answer = client.until_closed();
    REQUIRE(answer);
    CHECK(answer->starts_with("HTTP/1.1 500 "));
    CHECK_FALSE(has(answer, "Set-Cookie"));
  }
}

TEST_CASE("deadlines: header, body, idle and write") {
  net::ServerLimits limits;
  limits.header_timeout = 60ms;
  limits.body_timeout = 60ms;
  limits.idle_timeout = 60ms;
  limits.write_stall = 60ms;
  RunningServer server(limits);

  RawClient mute(server.port);
  CHECK(mute.closed_by_server());
  RawClient header(server.port);
  REQUIRE(header.send("GET / HT"));
  CHECK(header.until_closed()->starts_with("HTTP/1.1 408 "));
  RawClient body(server.port);
  REQUIRE(body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe"));
  CHECK(body.until_closed()->starts_with("HTTP/1.1 408 "));
  RawClient idle(server.port);
  REQUIRE(idle.send(get("/")));
  CHECK(idle.response()->starts_with("HTTP/1.1 200 "));
  CHECK(idle.closed_by_server());
  CHECK(server.handler.requests == 1);
  RawClient stalled(server.port);
  REQUIRE(stalled.send(get("/endless")));
  CHECK(server.handler.stream_dropped.wait());
  // A handler has no deadline of the server's: it outlives all of those.
  RawClient patient(server.port);
  REQUIRE(patient.send(get("/gate")));
  REQUIRE(server.handler.entered.wait());
  CHECK(mute.closed_by_server());
  RawClient later(server.port);
  CHECK(later.closed_by_server());  // At least one header timeout has passed.
  server.on_loop([&] { (*server.handler.gate)(true); });
  CHECK(has(patient.response(), "through the gate"));
}

TEST_CASE("a body that comes slower than it may is not waited for, and one that comes fast enough is") {
  net::ServerLimits limits;
  limits.body_grace = 60ms;
  limits.header_timeout = 200ms;
  limits.body_bytes_per_second = 1;
  RunningServer server(limits);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n";
  RawClient slow(server.port);
  REQUIRE(slow.send(head));
  RawClient steady(server.port);
  REQUIRE(steady.send(head + std::string(100, 'x')));
  CHECK(slow.until_closed()->starts_with("HTTP/1.1 408 "));
  RawClient pace(server.port);
  CHECK(pace.closed_by_server());
  REQUIRE(steady.send("x"));
  CHECK(steady.response()->starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a peer that takes an answer drop by drop has no longer than one that takes nothing") {
  net::ServerLimits limits;
  limits.write_stall = 60ms;
  limits.write_bytes_per_second = size_t{1} << 30;
  RunningServer server(limits);
  RawClient slow(server.port);
  RawClient pace(server.port);
  std::string requests;
  for (int i = 0; i < 8; ++i) requests += get("/big");
  REQUIRE(slow.send(requests));
  int drops = 0;
  do {
    slow.take_drop(256);
    REQUIRE(pace.send(get("/")));
    REQUIRE(pace.response());
  } while (server.connections() > 1 && ++drops < 20'000);
  CHECK(drops > 0);
  CHECK(drops < 20'000);
}

TEST_CASE("connections over the limit get 503") {
  net::ServerLimits limits;
  limits.connections = 2;
  RunningServer server(limits);
  RawClient first(server.port);
  RawClient second(server.port);
  for (RawClient* each : {&first, &second}) {
    REQUIRE(each->send(get("/wait")));
    REQUIRE(server.handler.entered.wait());
  }
  RawClient third(server.port);
  const auto refused = third.until_closed();
  CHECK(has(refused, "HTTP/1.1 503 "));
  CHECK(has(refused, "Retry-After: "));
  first.close();
  // The server sees the close before the next accept, or just after; then there is room again.
  while (server.connections() > 1) {
  }
  RawClient fourth(server.port);
  REQUIRE(fourth.send(get("/")));
  CHECK(fourth.response()->starts_with("HTTP/1.1 200 "));
}

// Whether the server ended it; what it may have said before is read.
bool ended(RawClient& client) { return client.until_closed().has_value(); }

TEST_CASE("a newcomer takes the place of the oldest that keeps the server waiting, and not of a good one") {
  net::ServerLimits limits;
  limits.connections = 4;
  limits.newcomer_grace = limits.silence_grace = 0s;
  limits.header_timeout = limits.idle_timeout = 1h;
  RunningServer server(limits);
  RawClient good(server.port);
  REQUIRE(good.send(get("/")));
  REQUIRE(good.response()->starts_with("HTTP/1.1 200 "));
  RawClient refused(server.port);
  REQUIRE(refused.send(get("/throw")));
  REQUIRE(refused.response()->starts_with("HTTP/1.1 500 "));
  RawClient slow(server.port);
  REQUIRE(slow.send("GET / HTTP/1.1\r\nHo"));
  RawClient silent(server.port);
  std::vector<RawClient> held;
  // Each is accepted before the next, and none of them is through with its first request but for the newcomer.
  for (RawClient* leaving : {&refused, &slow, &silent}) {
    RawClient newcomer(server.port);
    REQUIRE(newcomer.send(get("/wait")));
    REQUIRE(server.handler.entered.wait());
    CHECK(ended(*leaving));
    REQUIRE(good.send(get("/")));
    CHECK(good.response()->starts_with("HTTP/1.1 200 "));
    held.push_back(std::move(newcomer));
  }
  // Among good ones that wait the one that has waited longest goes, and nobody who has a request in hand.
  RawClient last(server.port);
  REQUIRE(last.send(get("/")));
  CHECK(last.response()->starts_with("HTTP/1.1 200 "));
  CHECK(ended(good));
  CHECK(server.connections() == 4);
  CHECK_FALSE(server.handler.dropped.raised());
}

TEST_CASE("attack: idle connections that had a good answer do not cost a newcomer its place") {
  net::ServerLimits limits;
  limits.connections = 3;
  limits.newcomer_grace = 1h;
  limits.silence_grace = 0s;
  RunningServer server(limits);
  RawClient idle(server.port);
  REQUIRE(idle.send(get("/")));
  REQUIRE(idle.response()->starts_with("HTTP/1.1 200 "));
  RawClient busy(server.port);
  REQUIRE(busy.send(get("/wait")));
  REQUIRE(server.handler.entered.wait());
  RawClient newcomer(server.port);
  REQUIRE(newcomer.send("GET / HTTP/1.1\r\n"));
  // One more takes the place of the idle one, though the newcomer before it has sent no whole request either.
  RawClient next(server.port);
  REQUIRE(next.send(get("/")));
  CHECK(next.response()->starts_with("HTTP/1.1 200 "));
  CHECK(ended(idle));
  REQUIRE(newcomer.send("Host: h\r\n\r\n"));
  CHECK(newcomer.response()->starts_with("HTTP/1.1 200 "));
  CHECK_FALSE(server.handler.dropped.raised());
}

TEST_CASE("200 connections at once") {
  RunningServer server;
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(server.port);
  for (int i = 0; i < 200; ++i)
    REQUIRE(clients[static_cast<size_t>(i)].send(get("/later?" + std::to_string(i))));
  for (int i = 0; i < 200; ++i) {
    CHECK(has(clients[static_cast<size_t>(i)].response(), "later /later?" + std::to_string(i)));
  }
  CHECK(server.connections() == 200);
}

TEST_CASE("stop: idle connections close, requests and streams in flight come to their end") {
  RunningServer server;
  RawClient idle(server.port);
  REQUIRE(idle.send(get("/")));
  CHECK(idle.response()->starts_with("HTTP/1.1 200 "));
  RawClient in_flight(server.port);
  REQUIRE(in_flight.send(get("/gate")));
  REQUIRE(server.handler.entered.wait());
  RawClient stream(server.port);
  REQUIRE(stream.send(get("/gated")));
  REQUIRE(stream.wait_for("chunked\r\n\r\n"));

  server.begin_stop(10s);
  CHECK(idle.closed_by_server());
  CHECK_FALSE(RawClient(server.port).connected());
  CHECK_FALSE(server.stopped.raised());
  server.on_loop([&] { (*server.handler.gate)(true); });
  const auto answer = in_flight.until_closed();
  CHECK(has(answer, "Connection: close\r\n"));
  CHECK(has(answer, "through the gate"));
  server.on_loop([&] { (*server.handler.last_piece)(true); });
  CHECK(has(stream.until_closed(), "the last piece\r\n0\r\n\r\n"));
  in_flight.close();
  stream.close();
  CHECK(server.stopped.wait());
}

TEST_CASE("stop: what does not end in time is dropped") {
  RunningServer server;
  RawClient client(server.port);
  REQUIRE(client.send(get("/wait")));
  REQUIRE(server.handler.entered.wait());
  server.begin_stop(30ms);
  CHECK(server.handler.dropped.wait());
  CHECK(client.closed_by_server());
  CHECK(server.stopped.wait());
}

TEST_CASE("destroying the server closes everything") {
  auto server = std::make_unique<RunningServer>();
  RawClient client(server->port);
  REQUIRE(client.send(get("/wait")));
  REQUIRE(server->handler.entered.wait());
  server->on_loop([&] { server->server.reset(); });
  CHECK(server->handler.dropped.raised());
  CHECK(client.closed_by_server());
  server.reset();
}

TEST_CASE("a port that is taken, and an address that is none") {
  RunningServer server;
  net::AsioLoop loop;
  base::NullLog log;
  tests::TestHandler handler(loop);
  net::HttpServerOptions options;
  options.port = server.port;
  const auto taken = net::HttpServer::start(loop, handler, log, options);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == base::Code::kUnavailable);
  CHECK(taken.error().message ==
        "Port " + std::to_string(server.port) +
            " on 127.0.0.1 is in use. Stop the other program or pass --port.");
  options.host = "no-address";
  const auto bad = net::HttpServer::start(loop, handler, log, options);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == base::Code::kInvalidArgument);
}
