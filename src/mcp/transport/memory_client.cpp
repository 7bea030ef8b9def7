#include "mcp/transport/memory_client.h"

#include <utility>

#include "base/check.h"
#include "mcp/transport/memory.h"

namespace mcp {
namespace {

constexpr std::string_view kMetaPrefix = "io.modelcontextprotocol/";
// A server that asks for ever is a bug that a test should see.
constexpr int kRoundsMax = 32;

}  // namespace

// The client's end of the lines: what the server writes is received at once, which is safe because nothing that
// receive() does resumes anybody before a later turn of the loop.
class MemoryClient::Wire final : public Lines {
 public:
  explicit Wire(MemoryClient& client) : client_(client), to_server_(client.server_.loop()) {}

  base::Task<std::optional<base::Result<std::string>>> read() override { return to_server_.read(); }
  void write(std::string line) override { client_.receive(line); }
  void push(std::string line) { to_server_.push(std::move(line)); }

 private:
  MemoryClient& client_;
  MemoryLines to_server_;
};

// One request that is open. Dropped before its response came, it is cancelled.
class MemoryClient::Pending {
 public:
  Pending(MemoryClient& client, int64_t id) : client_(client), id_(id) {
    client_.waiting_.emplace(id_, response_.setter());
  }
  ~Pending() {
    if (client_.waiting_.erase(id_) > 0) client_.notify("notifications/cancelled", {{"requestId", id_}});
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  const base::Completion<Outcome>& response() const { return response_; }

 private:
  MemoryClient& client_;
  int64_t id_;
  base::Completion<Outcome> response_{client_.server_.loop()};
};

MemoryClient::MemoryClient(Server& server, MemoryClientOptions options)
    : server_(server), options_(std::move(options)), wire_(std::make_unique<Wire>(*this)), serving_(server.loop()) {
  serving_.spawn(serve_lines(server_, *wire_, {.principal = options_.principal}));
  if (era_of(options_.revision) == Era::kModern) return;
  wire_->push(encode_call(int64_t{0}, "initialize",
                          {{"protocolVersion", revision_name(options_.revision)},
                           {"capabilities", options_.capabilities},
                           {"clientInfo", json::Object{{"name", "memory"}, {"version", "1"}}}}));
  notify("notifications/initialized");
}

MemoryClient::~MemoryClient() = default;

base::Task<MemoryClient::Outcome> MemoryClient::call(std::string method, json::Object params) {
  for (int round = 0; round < kRoundsMax; ++round) {
    Outcome outcome = co_await ask_once(method, params);
    if (!outcome || !options_.answer) co_return outcome;
    const json::Value* type = outcome->find("resultType");
    const json::Value* requests = outcome->find("inputRequests");
    if (type == nullptr || *type != json::Value("input_required") || requests == nullptr) co_return outcome;
    params.set("inputResponses", responses_to(requests->object()));
    if (json::Value* state = outcome->find("requestState")) params.set("requestState", std::move(*state));
  }
  ENSURE(false);
}

base::Task<MemoryClient::Outcome> MemoryClient::call_tool(std::string name, json::Object arguments) {
  return call("tools/call", {{"name", std::move(name)}, {"arguments", std::move(arguments)}});
}

base::Task<MemoryClient::Outcome> MemoryClient::ask_once(std::string method, json::Object params) {
  const int64_t id = next_id_++;
  const Pending pending(*this, id);
  wire_->push(encode_call(id, method, with_meta(std::move(params))));
  co_return co_await pending.response();
}

void MemoryClient::notify(std::string_view method, json::Object params) {
  wire_->push(encode_notification(method, with_meta(std::move(params))));
}

std::vector<Notification> MemoryClient::take_notifications() { return std::exchange(notifications_, {}); }

// What a modern message says of itself, beside what the caller put there.
json::Object MemoryClient::with_meta(json::Object params) const {
  if (era_of(options_.revision) != Era::kModern) return params;
  if (params.find("_meta") == nullptr) params.append("_meta", json::Object{});
  json::Object& meta = params.find("_meta")->object();
  meta.set(std::string(kMetaPrefix) + "protocolVersion", revision_name(options_.revision));
  meta.set(std::string(kMetaPrefix) + "clientCapabilities", options_.capabilities);
  return params;
}

json::Object MemoryClient::responses_to(const json::Object& requests) const {
  json::Object responses;
  for (const auto& [key, request] : requests) {
    const json::Value* params = request.find("params");
    responses.append(key, options_.answer(request.text_or_empty("method"),
                                          params == nullptr ? json::Object() : params->object()));
  }
  return responses;
}

void MemoryClient::receive(std::string_view text) {
  auto body = parse_body(text);
  ENSURE(body.has_value());
  auto message = decode(*std::move(body));
  // An error without an id is of a message that could not be read; this client sends none.
  ENSURE(message.has_value());
  if (auto* notification = std::get_if<Notification>(&*message)) {
    notifications_.push_back(std::move(*notification));
  } else if (auto* asked = std::get_if<Call>(&*message)) {
    take(std::move(*asked));
  } else {
    take(std::get<Response>(std::move(*message)));
  }
}

void MemoryClient::take(Response response) {
  const auto* id = std::get_if<int64_t>(&response.id);
  const auto found = id == nullptr ? waiting_.end() : waiting_.find(*id);
  // The handshake, or a response that crossed its cancellation.
  if (found == waiting_.end()) return;
  const auto set = std::move(found->second);
  waiting_.erase(found);
  if (!response.outcome) return set(std::unexpected(std::move(response.outcome).error()));
  set(std::move(response.outcome->object()));
}

void MemoryClient::take(Call call) {
  if (!options_.answer) {
    return wire_->push(encode_error(call.id, {code::kMethodNotFound, "This client answers nothing."}));
  }
  wire_->push(encode_result(call.id, options_.answer(call.method, call.params)));
}

}  // namespace mcp
