// One POST whose answer is on its way. It becomes a JSON body, unless something else must reach the client first: then
// it becomes an event stream that ends with the answer. In the modern era the exchange belongs to the response, so that
// a client that goes away drops it; in the legacy era it belongs to the session and goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/loop.h"
#include "base/task.h"
#include "http/message.h"
#include "mcp/channel.h"
#include "mcp/server.h"
#include "mcp/transport/outbox.h"
#include "mcp/transport/principal_loads.h"

namespace mcp {

class Exchange final : public Channel {
 public:
  // Whether the answer may become a stream, which it does with the first message before it.
  enum class Stream { kNever, kIfNeeded };

  Exchange(base::Loop& loop, Stream stream, Outbox::Keep keep)
      : loop_(loop), stream_(stream), outbox_(loop, keep, Outbox::Limits{}) {}

  // Runs the task to its first suspension. The place is taken until it ends or is dropped.
  void start(base::Task<Reply> task, PrincipalLoads::Slot place);
  // Drops the task; the client gets no response.
  void cancel();

  void send(std::string message) override;
  void let_go() override;
  bool is_open() const override { return stream_ != Stream::kNever && !ended_; }

  // Waits until it is known whether this is a stream. One waiter at a time.
  base::Task<void> settle();
  // Known already, as after a handler that did not wait.
  bool is_settled() const { return streaming_ || ended_; }
  bool is_stream() const { return streaming_; }
  bool has_ended() const { return ended_; }
  // The answer of an exchange that is no stream; nothing when it was cancelled.
  std::optional<Reply> take_reply() { return std::exchange(reply_, std::nullopt); }
  Outbox& outbox() { return outbox_; }

 private:
  base::Task<void> drive(base::Task<Reply> task);
  void settled();

  base::Loop& loop_;
  Stream stream_;
  Outbox outbox_;
  bool streaming_ = false;
  bool ended_ = false;
  std::optional<Reply> reply_;
  std::optional<base::Completion<bool>::Setter> waiter_;
  std::optional<PrincipalLoads::Slot> place_;
  std::optional<base::Task<void>> running_;  // Last: it uses everything above.
};

// How events are written: the modern era has no ids, and older clients cannot read an empty event.
struct StreamStyle {
  std::string id = {};  // Of the stream; "" writes no event ids.
  bool primes = false;  // Begins with an event without data, so that a client can come back before the first message.
  base::Duration keep_alive = std::chrono::seconds(15);
  base::Instant until = base::Instant::never();  // Ends then, wherever it stands.
};

// The head of every event stream.
http::Response stream_response(std::unique_ptr<http::BodyStream> body);
// Events from an outbox, from the message after `after` on. `owner` keeps the outbox alive.
std::unique_ptr<http::BodyStream> stream_body(base::Loop& loop, std::shared_ptr<void> owner, Outbox& outbox,
                                              StreamStyle style, int64_t after);

}  // namespace mcp
