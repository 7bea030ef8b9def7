// Dialogues with the MCP core as text files beside this one: "# " prose, "--> " what the client sends, "<-- " what the
// server answers to it, in order. Each runs in memory and for real: over lines and over pipes (the stdio binding), over
// the HTTP handler and over a socket. Where the server speaks of itself (.asking.lines.txt and .events.lines.txt) the
// client of the handler holds its streams open: those of its calls, that of GET, those on which it listens. What is
// about lines themselves (stdio.lines.txt) runs over lines and pipes alone.
// UPDATE_TRANSCRIPTS=1 rewrites the server's half.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/text.h"
#include "http/sse.h"
#include "json/parse.h"
#include "json/write.h"
#include "mcp/server.h"
#include "mcp/transport/lines.h"
#include "mcp/transport/memory.h"
#include "mcp/transport/streamable_http.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "net/serve.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"
#include "tests/transcripts/offer.h"

#include "tests/test.h"

namespace {

namespace fs = std::filesystem;

template <class Loop>
struct World {
  Loop loop;
  test::ManualClock clock;
  test::SeededRandom random{7};
  base::NullLog log;
  mcp::Server server{mcp::Services{loop, clock, random, log},
                     {.info = {.name = "transcripts", .title = "Transcripts", .version = "1"},
                      .page_size = 4,
                      .logging = mcp::Logging::kOn}};

  World() { transcripts::add_offer(server); }
};

struct Turn {
  std::vector<std::string> prose;
  std::string sent;
  std::vector<std::string> expected;
};

std::vector<Turn> read(const fs::path& path) {
  std::ifstream in(path);
  std::vector<Turn> turns;
  std::vector<std::string> prose;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("--> ")) {
      turns.push_back({std::exchange(prose, {}), line.substr(4), {}});
    } else if (line.starts_with("<-- ")) {
      REQUIRE_FALSE(turns.empty());
      turns.back().expected.push_back(line.substr(4));
    } else {
      prose.push_back(line);
    }
  }
  return turns;
}

void rewrite(const fs::path& path, const std::vector<Turn>& turns, const std::vector<std::vector<std::string>>& got) {
  std::ofstream out(path);
  for (size_t i = 0; i < turns.size(); ++i) {
    for (const auto& line : turns[i].prose) out << line << '\n';
    out << "--> " << turns[i].sent << '\n';
    for (const auto& line : got[i]) out << "<-- " << line << '\n';
  }
}

std::vector<std::vector<std::string>> run_over_lines(const std::vector<Turn>& turns) {
  World<test::ManualLoop> world;
  mcp::MemoryLines lines(world.loop);
  base::TaskGroup group(world.loop);
  group.spawn(mcp::serve_lines(world.server, lines, {}));
  std::vector<std::vector<std::string>> got;
  for (const Turn& turn : turns) {
    lines.push(turn.sent);
    world.loop.run_until_idle();
    got.push_back(lines.take_written());
  }
  return got;
}

http::Request request_for(const std::string& text, const std::string& session, const std::string& version) {
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/mcp";
  request.headers = {
      {"Host", "127.0.0.1"}, {"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  const auto value = json::parse(text);
  const json::Value* params = value ? value->find("params") : nullptr;
  const json::Value* meta = params != nullptr ? params->find("_meta") : nullptr;
  const std::string modern(meta != nullptr ? meta->text_or_empty("io.modelcontextprotocol/protocolVersion")
                                           : std::string_view());
  if (!modern.empty()) {
    request.headers.add("MCP-Protocol-Version", modern);
    request.headers.add("Mcp-Method", std::string(value->text_or_empty("method")));
    for (const std::string_view named : {"name", "uri", "taskId"}) {
      const auto name = params->text_or_empty(named);
      if (!name.empty()) request.headers.add("Mcp-Name", std::string(name));
    }
  } else if (!session.empty()) {
    request.headers.add("Mcp-Session-Id", session);
    request.headers.add("MCP-Protocol-Version", version);
  }
  request.body = text;
  return request;
}

// Whether the answer to this is a stream that stays open.
bool listens(const std::string& sent) { return sent.find(R"("method":"subscriptions/listen")") != std::string::npos; }

// The messages of a response, whether it is one JSON body or a stream of events. A stream that stays open is left after
// `listened` messages.
template <class Loop>
std::vector<std::string> messages_of(World<Loop>& world, http::Response response, std::optional<size_t> listened) {
  std::string body = std::move(response.body);
  const bool events = response.headers.find("Content-Type").value_or("").starts_with("text/event-stream");
  if (!events) return body.empty() ? std::vector<std::string>() : std::vector{body};
  const auto messages = [&] {
    std::vector<std::string> found;
    for (const std::string_view line : base::split(body, '\n')) {
      if (line.starts_with("data: ") && line.size() > 6) found.emplace_back(line.substr(6));
    }
    return found;
  };
  while (response.stream && (!listened || messages().size() < *listened)) {
    const auto piece = world.loop.run(response.stream->next());
    if (!piece) break;
    body += *piece;
  }
  return messages();
}

// `send` takes a request to its response.
template <class Loop>
std::vector<std::vector<std::string>> run_over_http(World<Loop>& world, const std::vector<Turn>& turns,
                                                    const std::function<http::Response(http::Request)>& send) {
  std::string session;
  std::string version;
  std::vector<std::vector<std::string>> got;
  for (const Turn& turn : turns) {
    http::Response response = send(request_for(turn.sent, session, version));
    if (const auto id = response.headers.find("Mcp-Session-Id")) session = *id;
    const auto listened = listens(turn.sent) ? std::optional(turn.expected.size()) : std::nullopt;
    got.push_back(messages_of(world, std::move(response), listened));
    const auto value = got.back().empty() ? base::Result<json::Value>(json::Value()) : json::parse(got.back().back());
    const json::Value* result = value ? value->find("result") : nullptr;
    if (result != nullptr && result->find("protocolVersion") != nullptr)
      version = result->text_or_empty("protocolVersion");
  }
  return got;
}

std::vector<std::vector<std::string>> run_over_handler(const std::vector<Turn>& turns) {
  World<test::ManualLoop> world;
  mcp::StreamableHttp endpoint(world.server, world.random, nullptr, {});
  return run_over_http(world, turns,
                       [&](http::Request request) { return world.loop.run(endpoint.handle(std::move(request))); });
}

// A client of HTTP that reads all of its streams at once.
class StreamingClient {
 public:
  // Everything that comes of this turn: first what older streams bring, then the answer itself, as on a line.
  std::vector<std::string> say(const Turn& turn) {
    const auto value = json::parse(turn.sent);
    REQUIRE(value);
    const json::Value* id = value->find("id");
    http::Request request = request_for(turn.sent, session_, version_);
    const bool modern = request.headers.find("Mcp-Method").has_value();
    if (modern && value->text_or_empty("method") == "notifications/cancelled") {
      // To cancel in this era is to close the stream; the notification is for lines.
      std::erase_if(streams_, [&](const auto& each) { return each->id == *value->find("params")->find("requestId"); });
    }
    http::Response response = world_.loop.run(endpoint_.handle(std::move(request)));
    std::vector<std::string> answer;
    if (!response.stream && !response.body.empty()) answer.push_back(response.body);
    const size_t older = streams_.size();
    if (response.stream) follow(id == nullptr ? json::Value() : *id, std::move(response.stream));
    world_.loop.run_until_idle();
    std::vector<std::string> got;
    for (size_t i = 0; i < streams_.size(); ++i) {
      std::vector<std::string>& into = i < older ? got : answer;
      for (std::string& message : std::exchange(streams_[i]->messages, {})) into.push_back(std::move(message));
    }
    got.insert(got.end(), answer.begin(), answer.end());
    if (const auto session = response.headers.find("Mcp-Session-Id")) open_session(std::string(*session), got.back());
    return got;
  }

 private:
  struct Stream {
    Stream(base::Loop& loop, json::Value of, std::unique_ptr<http::BodyStream> bytes)
        : id(std::move(of)), body(std::move(bytes)), reader(loop) {}
    json::Value id;  // Of the request that it belongs to; null for that of GET.
    std::unique_ptr<http::BodyStream> body;
    std::vector<std::string> messages;
    base::TaskGroup reader;  // Last: its task uses the others.
  };

  static base::Task<void> read(Stream* stream) {
    while (true) {  // Until the stream ends, or is closed with this task.
      auto next = stream->body->next();
      const auto piece = co_await std::move(next);
      if (!piece) co_return;
      for (const std::string_view line : base::split(*piece, '\n')) {
        if (line.starts_with("data: ") && line.size() > 6) stream->messages.emplace_back(line.substr(6));
      }
    }
  }
  void follow(json::Value id, std::unique_ptr<http::BodyStream> body) {
    streams_.push_back(std::make_unique<Stream>(world_.loop, std::move(id), std::move(body)));
    streams_.back()->reader.spawn(read(streams_.back().get()));
  }
  void open_session(std::string session, const std::string& initialized) {
    session_ = std::move(session);
    const auto value = json::parse(initialized);
    REQUIRE(value);
    version_ = value->find("result")->text_or_empty("protocolVersion");
    http::Request get = request_for("{}", session_, version_);
    get.method = http::Method::kGet;
    get.body.clear();
    http::Response listening = world_.loop.run(endpoint_.handle(std::move(get)));
    REQUIRE(listening.stream);
    follow({}, std::move(listening.stream));
  }

  World<test::ManualLoop> world_;
  mcp::StreamableHttp endpoint_{world_.server, world_.random, nullptr, {}};
  std::string session_;
  std::string version_;
  std::vector<std::unique_ptr<Stream>> streams_;  // Last: their bodies are the endpoint's.
};

std::vector<std::vector<std::string>> run_over_streams(const std::vector<Turn>& turns) {
  StreamingClient client;
  std::vector<std::vector<std::string>> got;
  for (const Turn& turn : turns) got.push_back(client.say(turn));
  return got;
}

// The client of the socket takes an answer when it is whole, which that of a listener never is.
std::vector<Turn> without_listening(std::vector<Turn> turns) {
  std::erase_if(turns, [](const Turn& turn) { return listens(turn.sent); });
  return turns;
}

std::vector<std::vector<std::string>> run_over_socket(const std::vector<Turn>& turns) {
  World<net::AsioLoop> world;
  mcp::StreamableHttp endpoint(world.server, world.random, nullptr, {});
  const auto listening = net::HttpServer::start(world.loop, endpoint, world.log, {.port = 0, .limits = {}});
  REQUIRE(listening);
  const std::string url = "http://127.0.0.1:" + std::to_string((*listening)->port());
  net::CurlClientOptions options;
  options.allowed_servers = {url};
  net::CurlClient client(world.loop, std::move(options));
  return run_over_http(world, turns, [&](http::Request request) {
    request.server_url = url;
    request.headers.erase("Host");
    auto response = world.loop.run(client.send(std::move(request)));
    REQUIRE(response);
    return *std::move(response);
  });
}

// As many answers are read as the turn expects; one too many is the next turn's, or what stands at the end.
std::vector<std::vector<std::string>> run_over_pipes(const std::vector<Turn>& turns) {
  World<net::AsioLoop> world;
  std::array<int, 2> to_server{};
  std::array<int, 2> to_client{};
  REQUIRE(::pipe(to_server.data()) == 0);
  REQUIRE(::pipe(to_client.data()) == 0);
  std::vector<std::vector<std::string>> got;
  {
    net::StdioLines server_side(world.loop, to_server[0], to_client[1]);
    net::StdioLines client_side(world.loop, to_client[0], to_server[1]);
    net::McpLines lines(server_side, world.log);
    base::TaskGroup serving(world.loop);
    serving.spawn(mcp::serve_lines(world.server, lines, {}));
    const auto take = [&] {
      const auto line = world.loop.run(client_side.read());
      REQUIRE(line);
      REQUIRE(*line);
      got.back().push_back(**line);
    };
    for (const Turn& turn : turns) {
      REQUIRE(client_side.write(turn.sent));
      got.emplace_back();
      for (size_t i = 0; i < turn.expected.size(); ++i) take();
    }
    // What follows a last request can only be its answer.
    REQUIRE(client_side.write(R"({"jsonrpc":"2.0","id":"the end","method":"ping"})"));
    got.emplace_back();
    take();
    REQUIRE(got.back().front().find("the end") != std::string::npos);
    got.pop_back();
  }
  for (const int each : {to_server[0], to_server[1], to_client[0], to_client[1]}) ::close(each);
  return got;
}

void compare(const std::vector<Turn>& turns, const std::vector<std::vector<std::string>>& got) {
  REQUIRE(got.size() == turns.size());
  for (size_t i = 0; i < turns.size(); ++i) {
    INFO(turns[i].sent);
    CHECK(got[i] == turns[i].expected);
  }
}

}  // namespace

// The methods that a client of a revision may send, and those of the other era, whose refusal is a part of it.
const std::vector<std::string> kMethods{"tools/list",          "tools/call",
                                         "prompts/list",        "prompts/get",
                                         "resources/list",      "resources/templates/list",
                                         "resources/read",      "completion/complete",
                                         "initialize",          "ping",
                                         "server/discover",     "resources/subscribe",
                                         "logging/setLevel",    "resources/unsubscribe",
                                         "tasks/get",           "tasks/update",
                                         "tasks/cancel",        "subscriptions/listen",
                                         "no/such/method",      "notifications/cancelled"};

// What a server sends of itself. The answer to a listener (subscriptions/listen) comes when the server stops:
// tests/unit/security/stop_test.cpp.
const std::vector<std::string> kTold{"notifications/progress", "notifications/tools/list_changed",
                                     "notifications/prompts/list_changed", "notifications/resources/list_changed",
                                     "notifications/resources/updated"};

TEST_CASE("each method stands in a transcript of each revision, and what a server tells of itself") {
  for (const mcp::Revision revision : mcp::kAllRevisions) {
    std::string sent;
    std::string told;
    for (const auto& entry : fs::directory_iterator(source_directory() / "tests/transcripts")) {
      if (entry.path().filename().string().find(mcp::revision_name(revision)) == std::string::npos) continue;
      for (const Turn& turn : read(entry.path())) {
        sent += turn.sent + "\n";
        for (const std::string& line : turn.expected) told += line + "\n";
      }
    }
    for (const std::string& method : kTold) {
      INFO(mcp::revision_name(revision), " ", method);
      CHECK(told.find("\"method\":\"" + method + "\"") != std::string::npos);
    }
    if (mcp::era_of(revision) == mcp::Era::kLegacy) {
      CHECK(sent.find("notifications/roots/list_changed") != std::string::npos);
      CHECK(sent.find("notifications/progress") != std::string::npos);
    }
    for (const std::string& method : kMethods) {
      INFO(mcp::revision_name(revision), " ", method);
      CHECK(sent.find("\"method\":\"" + method + "\"") != std::string::npos);
    }
  }
}

TEST_CASE("every transcript holds in memory, over pipes, over the HTTP handler, on its streams and over a socket") {
  const bool update = std::getenv("UPDATE_TRANSCRIPTS") != nullptr;
  size_t files = 0;
  size_t streamed = 0;
  for (const auto& entry : fs::directory_iterator(source_directory() / "tests/transcripts")) {
    if (entry.path().extension() != ".txt") continue;
    ++files;
    INFO(entry.path().filename().string());
    const auto turns = read(entry.path());
    REQUIRE_FALSE(turns.empty());
    const auto got = run_over_lines(turns);
    if (update) {
      rewrite(entry.path(), turns, got);
      continue;
    }
    compare(turns, got);
    compare(turns, run_over_pipes(turns));
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".asking.lines.txt") || name.ends_with(".events.lines.txt")) {
      compare(turns, run_over_streams(turns));
      ++streamed;
    }
    if (name.ends_with(".lines.txt")) continue;
    compare(turns, run_over_handler(turns));
    const auto whole = without_listening(turns);
    compare(whole, run_over_socket(whole));
  }
  CHECK(files >= 6);
  // Four revisions that ask, and five that tell.
  CHECK((update || streamed == 9));
}
