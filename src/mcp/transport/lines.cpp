#include "mcp/transport/lines.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "mcp/channel.h"
#include "mcp/era.h"

namespace mcp {
namespace {

constexpr std::string_view kListen = "subscriptions/listen";

// The responses of one batch while its calls run, each as a task of its own. Every call holds the batch, and when the
// last one lets go of it, what has been answered goes out as one array. A cancelled call has no response.
class BatchReplies {
 public:
  explicit BatchReplies(Channel& channel) : channel_(channel) {}
  ~BatchReplies() {
    if (std::string text = encode_batch(replies_); !text.empty()) channel_.send(std::move(text));
  }
  BatchReplies(const BatchReplies&) = delete;
  BatchReplies& operator=(const BatchReplies&) = delete;

  // The place of the next call.
  size_t add() {
    replies_.emplace_back();
    return replies_.size() - 1;
  }
  void put(size_t place, std::string reply) { replies_[place] = std::move(reply); }

 private:
  Channel& channel_;
  std::vector<std::string> replies_;
};

// Where the response of a call goes: out at once, or to the batch that the call came in.
struct Way {
  std::shared_ptr<BatchReplies> batch = nullptr;
  size_t place = 0;
};

class LineConnection final : public Channel {
 public:
  LineConnection(Server& server, Lines& lines, LinesOptions options)
      : server_(server), lines_(lines), options_(std::move(options)), tasks_(server.loop()) {}

  base::Task<void> run() {
    bool open = true;
    while (open) {
      auto line = co_await lines_.read();
      if (!line) {
        open = false;
      } else if (*line) {
        receive(**line);
      } else {
        refuse({code::kInvalidRequest, line->error().message}, std::nullopt);
      }
    }
    co_await drain();
  }

  void send(std::string message) override { lines_.write(std::move(message)); }
  bool is_open() const override { return true; }

 private:
  void receive(std::string_view line) {
    // A client on Windows ends its lines with CR LF.
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (base::trim(line).empty()) return;
    auto body = parse_body(line, options_.limits);
    if (!body) return refuse(std::move(body).error().error, std::nullopt);
    std::visit([this](auto message) { take(std::move(message)); }, classify_line(*std::move(body)));
  }
  void refuse(RpcError error, const std::optional<Id>& id) { send(encode_error(id, std::move(error), unknown_id())); }
  // Before the handshake the client may be of any revision.
  UnknownId unknown_id() const {
    return session_ == nullptr ? UnknownId::kLeftOut : unknown_id_of(session_->revision());
  }

  void take(Refusal refusal) { refuse(std::move(refusal.error), refusal.id); }
  void take(ModernCall modern) {
    if (auto refusal = find_refusal(nullptr, modern)) return take(*std::move(refusal));
    begin(Incoming::modern(std::move(modern), options_.principal, this));
  }
  void take(ModernNotification modern) { take_notification(modern.notification); }
  void take(Initialize initialize) {
    if (session_ != nullptr) {
      return refuse({code::kInvalidRequest, "This connection is initialized already. Open another for a new start."},
                    initialize.call.id);
    }
    auto opened = server_.open_session(initialize.call, options_.principal);
    if (!opened) return refuse(std::move(opened).error(), initialize.call.id);
    session_ = std::move(opened->session);
    session_->set_outlet(this);
    send(encode_result(initialize.call.id, std::move(opened->result)));
  }
  void take(Legacy legacy) {
    if (legacy.batch == Batch::kYes) return take_batch(std::move(legacy));
    Message& message = legacy.messages.front();
    if (auto* call = std::get_if<Call>(&message)) return take_call(std::move(*call));
    take_other(std::move(message));
  }
  // There is no HTTP here.
  void take(OpenStream) {}
  void take(EndSession) {}

  void take_call(Call call) {
    if (session_ == nullptr) {
      // Hosts look whether the process lives before they begin.
      if (call.method == "ping") return send(encode_result(call.id, {}));
      return refuse({code::kInvalidRequest,
                     "Send initialize first, or put the protocol version into params._meta (2026-07-28)."},
                    call.id);
    }
    begin(Incoming::legacy(std::move(call), session_->principal(), session_, this));
  }
  void take_other(Message message) {
    if (auto* notification = std::get_if<Notification>(&message)) return take_notification(*notification);
    auto* response = std::get_if<Response>(&message);
    if (response != nullptr && session_ != nullptr) session_->answer(std::move(*response));
  }
  void take_notification(const Notification& notification) {
    if (notification.method != "notifications/cancelled") return;
    const json::Value* raw = notification.params.find("requestId");
    const auto id = raw == nullptr ? std::nullopt : parse_id(*raw);
    // An unknown id is of a request that has ended: a race, not an error.
    const auto found = id ? in_flight_.find(*id) : in_flight_.end();
    if (found == in_flight_.end()) return;
    const uint64_t task = found->second.task;
    in_flight_.erase(found);
    tasks_.cancel(task);
  }
  void take_batch(Legacy legacy) {
    if (session_ == nullptr || session_->revision() != Revision::k2025_03_26) {
      return refuse({code::kInvalidRequest, "Only protocol 2025-03-26 has batches. Send each message by itself."},
                    std::nullopt);
    }
    const auto batch = std::make_shared<BatchReplies>(*this);
    for (Malformed& each : legacy.malformed) {
      batch->put(batch->add(), encode_error(each.id, std::move(each.error), unknown_id()));
    }
    for (Message& message : legacy.messages) {
      if (auto* call = std::get_if<Call>(&message)) {
        begin(Incoming::legacy(std::move(*call), session_->principal(), session_, this), Way{batch, batch->add()});
      } else {
        take_other(std::move(message));
      }
    }
  }

  void deliver(const Way& way, std::string reply) {
    if (way.batch == nullptr) return send(std::move(reply));
    way.batch->put(way.place, std::move(reply));
  }
  void begin(Incoming incoming, Way way = {}) {
    const Id id = incoming.call.id;
    if (in_flight_.contains(id)) {
      return deliver(way, encode_error(id, {code::kInvalidRequest,
                                            "A request with this id still runs. Give each request its own id."}));
    }
    if (in_flight_.size() >= options_.calls_in_flight_max) {
      return deliver(way, encode_error(id, {code::kInternal, fmt::format("More than {} requests run. Wait for some of "
                                                                         "them.", options_.calls_in_flight_max)}));
    }
    const bool listens = incoming.call.method == kListen;
    in_flight_.emplace(id, InFlight{0, listens});
    const uint64_t task = tasks_.spawn(answer(std::move(incoming), std::move(way)));
    // It may have ended already.
    const auto found = in_flight_.find(id);
    if (found != in_flight_.end()) found->second.task = task;
  }
  base::Task<void> answer(Incoming incoming, Way way) {
    const Id id = incoming.call.id;
    Reply reply = co_await server_.handle(std::move(incoming));
    in_flight_.erase(id);
    deliver(way, std::move(reply.text));
  }

  // The end of input: nobody can cancel any more, and streams have nobody to tell.
  base::Task<void> drain() {
    std::vector<uint64_t> listening;
    for (const auto& [id, each] : in_flight_) {
      if (each.listens) listening.push_back(each.task);
    }
    for (const uint64_t task : listening) tasks_.cancel(task);
    auto joining = join();
    const base::Instant until = server_.loop().now() + options_.drain;
    static_cast<void>(co_await base::with_deadline(server_.loop(), until, std::move(joining)));
  }
  base::Task<base::Result<void>> join() {
    co_await tasks_.join();
    co_return base::Result<void>();
  }

  struct InFlight {
    uint64_t task;
    bool listens;
  };

  Server& server_;
  Lines& lines_;
  LinesOptions options_;
  std::shared_ptr<Session> session_;
  std::map<Id, InFlight> in_flight_;
  base::TaskGroup tasks_;  // Last: its tasks use everything above.
};

}  // namespace

base::Task<void> serve_lines(Server& server, Lines& lines, LinesOptions options) {
  LineConnection connection(server, lines, std::move(options));
  co_await connection.run();
}

}  // namespace mcp
