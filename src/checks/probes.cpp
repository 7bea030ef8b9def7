#include "checks/probes.h"

#include <fmt/format.h>
#include <string_view>
#include <utility>

#include "net/ask_raw.h"

namespace checks {
namespace {

constexpr std::string_view kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

struct Probe {
  std::string name;
  std::string bytes;
};

class Asker {
 public:
  Asker(const ProbeRequest& request, ListenerFacts& facts) : request_(request), facts_(facts) {}

  void ask(const std::string& name, std::string_view bytes) { ask_at(request_.port, name, bytes); }
  void ask_at(uint16_t port, const std::string& name, std::string_view bytes) {
    const auto answer = net::ask_raw(request_.host, port, bytes, request_.patience);
    if (!answer) return;
    facts_.probes[name] = {
        .status = answer->status, .closed = answer->closed, .head = answer->head, .body = answer->body};
  }

 private:
  const ProbeRequest& request_;
  ListenerFacts& facts_;
};

std::string post(std::string_view target, std::string_view fields, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n{}"
      "Content-Length: {}\r\n\r\n{}",
      target, fields, body.size(), body);
}

// Each is ambiguous in a way by which a proxy and a server were once made to disagree.
std::vector<Probe> framing_probes(std::string_view host) {
  const auto with = [host](std::string_view fields, std::string_view body) {
    return fmt::format("POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{}\r\n{}", host, fields,
                       body);
  };
  return {
      {"framing.both lengths", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"framing.two lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n", "{}   ")},
      {"framing.a list of lengths", with("Content-Length: 5, 6\r\n", "{}   ")},
      {"framing.a signed length", with("Content-Length: +2\r\n", "{}")},
      {"framing.a negative length", with("Content-Length: -1\r\n", "{}")},
      {"framing.chunked twice", with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
      {"framing.an unknown coding", with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"framing.two codings", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"framing.a blank before the colon", with("Content-Length : 2\r\n", "{}")},
      {"framing.a folded field", with("X-A: 1\r\n folded\r\nContent-Length: 2\r\n", "{}")},
      {"framing.an endless chunk size", with("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")},
      {"framing.a chunk without a size", with("Transfer-Encoding: chunked\r\n", "\r\n{}\r\n0\r\n\r\n")},
      {"framing.a NUL in a field", with(std::string_view("X-A: a\0b\r\nContent-Length: 2\r\n", 29), "{}")},
  };
}

void ask_limits(Asker& asker, const std::string& host, const std::string& bearer) {
  constexpr size_t kLargeHead = size_t{32} << 10;
  constexpr size_t kDepth = 100;
  asker.ask("body_large", fmt::format("POST /mcp HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: "
                                      "1000000000\r\n\r\n",
                                      host));
  asker.ask("head_large", fmt::format("GET /health HTTP/1.1\r\n{}X-A: {}\r\n\r\n", host, std::string(kLargeHead, 'a')));
  asker.ask("deep_json", post("/mcp", host + bearer, std::string(kDepth, '[') + std::string(kDepth, ']')));
}

void ask_protocol(Asker& asker, const std::string& host, const std::string& bearer) {
  asker.ask("no_token", post("/mcp", host, kPing));
  asker.ask("token_in_query", post("/mcp?access_token=obviously-fake", host, kPing));
  asker.ask("origin", post("/mcp", host + "Origin: https://elsewhere.example.com\r\n" + bearer, kPing));
  asker.ask("host", post("/mcp", "Host: elsewhere.example.com\r\n" + bearer, kPing));
  asker.ask("text_plain", fmt::format("POST /mcp HTTP/1.1\r\n{}{}Content-Type: text/plain\r\nAccept: application/json, "
                                      "text/event-stream\r\nContent-Length: {}\r\n\r\n{}",
                                      host, bearer, kPing.size(), kPing));
  constexpr std::string_view kModern =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":)"
      R"("2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"probe","version":"1"},)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  asker.ask("header_mismatch",
            post("/mcp", host + bearer + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n", kModern));
}

}  // namespace

ListenerFacts probe_listener(const ProbeRequest& request) {
  ListenerFacts facts;
  Asker asker(request, facts);
  const std::string name = fmt::format("127.0.0.1:{}", request.port);
  const std::string host = fmt::format("Host: {}\r\n", name);
  const std::string bearer = request.bearer.empty() ? "" : fmt::format("Authorization: Bearer {}\r\n", request.bearer);
  const auto get = [&](std::string_view target) { return fmt::format("GET {} HTTP/1.1\r\n{}\r\n", target, host); };
  asker.ask("health", get("/health"));
  asker.ask("admin", get("/status"));
  asker.ask("metrics", get("/metrics"));
  asker.ask("security.txt", get("/.well-known/security.txt"));
  ask_protocol(asker, host, bearer);
  ask_limits(asker, host, bearer);
  asker.ask("trace", fmt::format("TRACE /mcp HTTP/1.1\r\n{}{}\r\n", host, bearer));
  asker.ask("put", fmt::format("PUT /mcp HTTP/1.1\r\n{}{}Content-Length: 0\r\n\r\n", host, bearer));
  asker.ask("connect", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
  for (const Probe& probe : framing_probes(name)) asker.ask(probe.name, probe.bytes);
  if (request.slow_port != 0) asker.ask_at(request.slow_port, "slow_head", "GET /health HTTP/1.1\r\nHost: 127.");
  return facts;
}

}  // namespace checks
