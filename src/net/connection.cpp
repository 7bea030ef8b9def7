#include "net/detail/connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <new>
#include <utility>

namespace net {

namespace {

using Persistence = RequestReader::Persistence;
using ErrorCode = boost::system::error_code;

// Answers to pipelined requests are sent together up to this. A peer that reads none of them costs as much, and one
// answer.
constexpr size_t kOutputBatchBytes = size_t{16} * 1024;
constexpr std::string_view kRetryAfterSeconds = "10";
constexpr int kPiecesPerTurn = 32;  // A stream that is always ready lets the others run.

}  // namespace

// Waits until the socket has taken everything. On a broken connection it waits for the end of the
// connection.
struct Connection::Drained {
  explicit Drained(Connection& owner) : connection(owner) {}
  Drained(const Drained&) = delete;
  Drained& operator=(const Drained&) = delete;
  ~Drained() { connection.drained_waiter_ = nullptr; }
  bool await_ready() const noexcept { return !connection.writing_ && !connection.broken_; }
  void await_suspend(std::coroutine_handle<> caller) const noexcept {
    connection.drained_waiter_ = caller;
  }
  void await_resume() const noexcept {}

  Connection& connection;
};

Connection::Connection(HttpServer::Impl& server, uint64_t id, Socket socket, std::string peer, std::string counted_as)
    : server_(server),
      id_(id),
      accepted_at_(server.loop.now()),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      counted_as_(std::move(counted_as)),
      reader_(server.options.limits),
      tls_(server.identity ? std::make_unique<TlsSession>(*server.identity) : nullptr),
      stranger_(server.strangers.insert(server.strangers.end(), this)) {}

void Connection::start() {
  read_on(Stage::kHeader);
  wait_readable();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  if (armed_at_ != base::Instant::never()) server_.loop.cancel(timer_);
  // What the task owns may look at this connection while it dies.
  const auto keep = shared_from_this();
  task_.reset();
  stream_.reset();
  answer_.reset();
  leave_strangers();
  reader_.next();
  count_body();
  ErrorCode ignored;
  socket_.close(ignored);
  server_.remove(*this);
}

void Connection::drain() {
  if (closed_ || closing_ || stream_) return;
  if (!busy() && !writing_ && !reader_.started()) close();
}

// ---- Requests in.

void Connection::wait_readable() {
  if (reading_) return;
  reading_ = true;
  // A read costs one system call less than waiting first: Asio's reactor rearms the socket for each wait.
  socket_.async_read_some(asio::buffer(arrival_), [self = shared_from_this()](const ErrorCode& error, size_t count) {
    self->reading_ = false;
    if (self->closed_) return;
    // The peer has gone. Dropping the task is how the handler hears of it.
    if (error) return self->close();
    self->arrived(count);
  });
}

void Connection::arrived(size_t count) {
  if (lingering_) return wait_readable();
  std::string_view input(arrival_.data(), count);
  if (count == arrival_.size()) {
    std::ranges::copy(input, server_.input.begin());
    const bool is_body = !busy() && reader_.state() == RequestReader::State::kBody;
    const size_t ahead = server_.options.limits.read_ahead_bytes;
    const size_t room = is_body ? server_.input.size() : ahead - std::min(ahead, pending_.size());
    ErrorCode error;  // The next wait sees it again.
    if (room > count) count += socket_.read_some(asio::buffer(server_.input, room) + count, error);
    input = std::string_view(server_.input.data(), count);
  }
  if (tls_ && !open_records(input)) return;
  if (busy() || writing_) {
    pending_ += input;
    if (pending_.size() < server_.options.limits.read_ahead_bytes) wait_readable();
    return;
  }
  if (pending_.empty()) return serve(input);
  pending_ += input;
  serve_pending();
}

void Connection::serve_pending() {
  const std::string input = std::exchange(pending_, {});
  serve(input);
}

void Connection::serve(std::string_view input) {
  try {
    serve_all(input);
  } catch (const std::bad_alloc&) {
    // The others go on, with what this one gives back.
    server_.log.event(base::Level::kError, "http.out_of_memory", {{"peer", peer_}});
    close();
  }
}

void Connection::serve_all(std::string_view input) {
  while (!closing_) {
    input.remove_prefix(reader_.feed(input));
    if (!count_body()) {
      write_refusal(503, "The server has too many requests at once. Try again later.");
      break;
    }
    const auto state = reader_.state();
    if (state == RequestReader::State::kRefused) {
      const auto refusal = reader_.refusal();
      write_refusal(refusal.status, refusal.message);
      break;
    }
    if (state != RequestReader::State::kComplete) break;
    dispatch();
    if (busy() || input.empty()) break;
    if (out_.size() - out_sent_ >= kOutputBatchBytes) {
      flush();
      if (writing_ || broken_) break;
    }
  }
  if (broken_) return;
  if (!closing_) {
    pending_ += input;
    if (reader_.take_expectation() && input.empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  if (!busy() && !writing_ && !closing_) {
    read_on(served_ && !reader_.started()                      ? Stage::kIdle
            : reader_.state() == RequestReader::State::kHeader ? Stage::kHeader
                                                               : Stage::kBody);
  }
  if (!out_.empty() && !writing_) flush();
  if (closing_ || broken_) return;
  const bool reading = !busy() && !writing_;
  if (reading || pending_.size() < server_.options.limits.read_ahead_bytes) wait_readable();
}

void Connection::read_on(Stage stage) {
  const ServerLimits& limits = server_.options.limits;
  // A deadline runs from the begin of its stage: bytes that trickle in do not push it away.
  const bool goes_on = stage == stage_ && deadline_ != base::Instant::never();
  if (goes_on && stage == Stage::kHeader) return;
  stage_ = stage;
  if (!goes_on) waits_since_ = server_.loop.now();
  switch (stage) {
    case Stage::kIdle:
      return set_deadline(limits.idle_timeout);
    case Stage::kHeader:
      return set_deadline(limits.header_timeout);
    case Stage::kBody: {
      const base::Instant now = server_.loop.now();
      if (!goes_on) body_begun_ = now;
      const std::chrono::seconds earned(reader_.body_bytes() / std::max<size_t>(limits.body_bytes_per_second, 1));
      const base::Duration allowed = std::min<base::Duration>(limits.body_timeout, limits.body_grace + earned);
      return set_deadline(body_begun_ + allowed - now);
    }
  }
}

bool Connection::count_body() {
  const ServerLimits& limits = server_.options.limits;
  const bool reading = reader_.state() == RequestReader::State::kBody;
  const auto beyond_small = [&](size_t bytes) { return bytes - std::min(bytes, limits.small_body_bytes); };
  const size_t others = server_.bodies_bytes - counted_body_;
  counted_body_ = reading ? beyond_small(reader_.body_bytes()) : 0;
  server_.bodies_bytes = others + counted_body_;
  const size_t whole = reading ? beyond_small(reader_.body_bytes_promised()) : 0;
  return whole == 0 || others + whole <= limits.bodies_bytes;
}

// The client may go on sending for a while, so what it has sent is given back at once.
void Connection::write_refusal(int status, std::string_view message) {
  server_.log.event(base::Level::kDebug, "http.refused",
                    {{"status", status}, {"reason", message}, {"peer", peer_}});
  http::Response response = error_response(status, message);
  if (status == 503) response.headers.add("Retry-After", kRetryAfterSeconds);
  const Framing framing = frame(response, http::Method::kGet, version_, Persistence::kClose);
  if (out_.empty()) out_ = server_.take_buffer();
  write_head_to(out_, response, framing, version_);
  out_ += response.body;
  closing_ = true;
  reader_.next();
  count_body();
}

void Connection::dispatch() {
  method_ = reader_.method();
  version_ = reader_.version();
  persistence_ = server_.draining ? Persistence::kClose : reader_.persistence();
  clear_deadline();
  served_ = true;
  auto work = server_.handler.handle(reader_.take(peer_));
  reader_.next();
  start_task(answer(this, std::move(work)));
  if (answer_) finish_answer();
}

void Connection::start_task(base::Task<void> task) {
  task_.emplace(std::move(task));
  starting_ = true;
  task_->start();
  starting_ = false;
}

// ---- Answers out.

base::Task<void> Connection::answer(Connection* self, base::Task<http::Response> work) {
  std::optional<http::Response> response;
  try {
    response = co_await std::move(work);
  } catch (...) {
    // No handler of ours throws; one that runs out of memory must not leave the client waiting.
    self->server_.log.event(base::Level::kError, "http.handler_threw");
  }
  if (!response) response = error_response(500, "The server made a mistake. Try again.");
  self->answered(*std::move(response));
}

void Connection::answered(http::Response response) {
  answer_ = std::move(response);
  if (starting_) return;
  // The task stands in its own last lines, so the rest happens on a later turn.
  asio::post(server_.loop.impl().context, [self = shared_from_this()] {
    if (self->closed_) return;
    self->finish_answer();
    if (!self->busy() && !self->broken_) self->serve_pending();
  });
}

void Connection::leave_strangers() {
  if (stranger_) server_.strangers.erase(*std::exchange(stranger_, std::nullopt));
}

void Connection::finish_answer() {
  task_.reset();
  http::Response response = *std::exchange(answer_, std::nullopt);
  if (response.status < 400) leave_strangers();
  if (server_.draining) persistence_ = Persistence::kClose;
  framing_ = frame(response, method_, version_, persistence_);
  if (out_.empty()) out_ = server_.take_buffer();
  write_head_to(out_, response, framing_, version_);
  if (framing_.persistence == Persistence::kClose) persistence_ = Persistence::kClose;

  const bool has_body = method_ != http::Method::kHead && framing_.kind != Framing::Kind::kNone;
  if (has_body && response.stream) return begin_stream(std::move(response.stream));
  if (has_body) out_ += response.body;
  closing_ = persistence_ == Persistence::kClose;
}

void Connection::begin_stream(std::unique_ptr<http::BodyStream> stream) {
  stream_ = std::move(stream);
  stream_left_ = framing_.length;
  stream_ended_ = false;
  start_task(pump(this));
  if (stream_ended_) {
    task_.reset();
    return finish_stream();
  }
  // The header goes out even when the first piece is not there yet.
  if (!writing_ && !broken_) flush();
}

base::Task<void> Connection::pump(Connection* self) {
  for (int pieces = 1;; ++pieces) {
    const std::optional<std::string> piece = co_await self->stream_->next();
    if (!piece) break;
    // The header, or what was before it, may still be on its way.
    co_await Drained(*self);
    self->send_piece(*piece);
    co_await Drained(*self);
    if (pieces % kPiecesPerTurn == 0)
      co_await base::sleep_until(self->server_.loop, self->server_.loop.now());
  }
  co_await Drained(*self);
  self->stream_ended_ = true;
  if (self->starting_) co_return;
  asio::post(self->server_.loop.impl().context, [self = self->shared_from_this()] {
    if (self->closed_ || !self->stream_ended_) return;
    self->task_.reset();
    self->finish_stream();
    if (!self->closed_ && !self->broken_) self->serve_pending();
  });
}

void Connection::send_piece(std::string_view piece) {
  if (piece.empty()) return;  // An empty chunk would end the body.
  if (out_.empty()) out_ = server_.take_buffer();
  if (framing_.kind == Framing::Kind::kLength) {
    piece = piece.substr(0, stream_left_);
    stream_left_ -= piece.size();
    out_ += piece;
  } else if (framing_.kind == Framing::Kind::kChunked) {
    write_chunk_to(out_, piece);
  } else {
    out_ += piece;
  }
  flush();
}

void Connection::finish_stream() {
  stream_.reset();
  stream_ended_ = false;
  if (broken_) return;
  if (framing_.kind == Framing::Kind::kChunked) out_ += kLastChunk;
  // A body that is shorter than its length can only be told by the end of the connection.
  closing_ = persistence_ == Persistence::kClose || server_.draining ||
             (framing_.kind == Framing::Kind::kLength && stream_left_ > 0);
  if (writing_) return;
  if (out_.empty() && closing_) return linger();
  flush();
}

// ---- The socket.

// Sends what out_ holds, at once as far as the socket takes it.
void Connection::flush() {
  if (broken_) return;
  write_some();
  if (broken_ || writing_) return;
  if (closing_) linger();
}

void Connection::write_some() {
  if (tls_) seal_output();
  while (out_sent_ < out_.size()) {
    ErrorCode error;
    out_sent_ +=
        socket_.write_some(asio::buffer(out_.data() + out_sent_, out_.size() - out_sent_), error);
    if (!error) continue;
    if (error != asio::error::would_block) return fail_later();
    if (!writing_) begin_waiting();
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const ErrorCode& failed) {
      if (self->closed_) return;
      if (failed) return self->close();
      self->write_some();
      if (!self->writing_ && !self->broken_) self->after_write();
    });
    return;
  }
  if (writing_) clear_deadline();
  writing_ = false;
  out_sent_ = 0;
  sealed_ = 0;
  server_.give_back(std::exchange(out_, {}));
}

// The peer is slow: its buffer, which may be large, goes to the others, and what is left waits in one that fits. The
// deadline stands: a byte that is taken now and then, if only by the probes of TCP, does not push it away.
void Connection::begin_waiting() {
  writing_ = true;
  waits_since_ = server_.loop.now();
  std::string rest = out_.substr(out_sent_);
  server_.give_back(std::exchange(out_, std::move(rest)));
  out_sent_ = 0;
  sealed_ = out_.size();
  const ServerLimits& limits = server_.options.limits;
  set_deadline(limits.write_stall + std::chrono::seconds(out_.size() / limits.write_bytes_per_second));
}

// The socket took the rest of what it had refused before.
void Connection::after_write() {
  if (drained_waiter_) return std::exchange(drained_waiter_, nullptr).resume();
  if (busy()) return;
  if (closing_) return linger();
  serve_pending();
}

void Connection::fail_later() {
  broken_ = true;
  asio::post(server_.loop.impl().context, [self = shared_from_this()] { self->close(); });
}

// Closing at once with unread bytes in the socket would reset the connection, and the peer could
// lose our answer.
void Connection::linger() {
  lingering_ = true;
  waits_since_ = server_.loop.now();
  static_cast<void>(std::exchange(pending_, {}));
  ErrorCode error;
  if (tls_) {
    std::string farewell;
    tls_->finish(farewell);
    // A socket that does not take so little says by its end what this would have said.
    socket_.write_some(asio::buffer(farewell), error);
  }
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return fail_later();
  set_deadline(server_.options.limits.linger);
  wait_readable();
}

// ---- Time.

void Connection::set_deadline(base::Duration from_now) {
  deadline_ = server_.loop.now() + from_now;
  if (deadline_ < armed_at_) arm(deadline_);
}

void Connection::arm(base::Instant at) {
  if (armed_at_ != base::Instant::never()) server_.loop.cancel(timer_);
  armed_at_ = at;
  timer_ = server_.loop.call_at(at, [this] { timer_fired(); });
}

void Connection::timer_fired() {
  armed_at_ = base::Instant::never();
  if (deadline_ == base::Instant::never()) return;
  if (server_.loop.now() < deadline_) return arm(deadline_);
  timed_out();
}

void Connection::timed_out() {
  clear_deadline();
  if (tls_ && tls_->state() == TlsSession::State::kHandshake) end_handshake(TlsSession::State::kHandshake);
  if (lingering_ || writing_ || !reader_.started()) return close();
  write_refusal(408, "The request did not arrive in time.");
  flush();
}

}  // namespace net
