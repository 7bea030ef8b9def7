// One accepted connection of HttpServer, and what its connections share. For the .cpp files of net/
// only.
#pragma once

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/occurrences.h"
#include "net/detail/asio_loop.h"
#include "net/detail/tls_session.h"
#include "net/http_server.h"
#include "net/request_reader.h"
#include "net/response_writer.h"

namespace net {

// The concrete executor: the type-erased any_io_executor costs a virtual call and an allocation for
// each operation.
using Executor = asio::io_context::executor_type;
// TCP or Unix, which only the address tells apart.
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

class Connection;

// One read of a body takes so much.
constexpr size_t kReadBytes = size_t{64} * 1024;
// What a connection that waits reads first; it holds most requests.
constexpr size_t kArrivalBytes = 2048;
// Between two lines of the log about what comes in crowds.
constexpr std::chrono::seconds kOneLinePer{1};

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(AsioLoop& owner, http::Handler& answers, base::Log& events, HttpServerOptions given);

  base::Result<void> listen();
  base::Result<void> listen_at_port();
  base::Result<void> listen_at_path();
  base::Result<void> take_over();
  // Of the socket that is bound; what listens at a path has none.
  base::Result<void> note_port();
  void accept();
  // Accepts those that wait already, up to a number, and gives the error that ended it.
  boost::system::error_code accept_waiting();
  void accepted(Socket socket);
  void refuse(Socket& socket, const std::string& peer, http::Response response);
  void note_turned_away(const std::string& peer);
  // False: this client has as many connections as it may.
  bool count_client(const std::string& client);
  void uncount_client(const std::string& client);
  // Ends the connection that a newcomer may replace. False: all have work in hand.
  bool make_room();
  // Of those that never got a good answer the oldest, once its grace is over; else the one whose deadline comes first.
  // Null: none waits for its peer.
  std::shared_ptr<Connection> replaceable() const;
  void remove(const Connection& connection);
  void stop_listening();
  void close_all();

  // Buffers of finished answers, kept so that an idle connection needs none.
  std::string take_buffer();
  void give_back(std::string buffer);

  AsioLoop& loop;
  http::Handler& handler;
  base::Log& log;
  const HttpServerOptions options;
  Acceptor acceptor;
  uint16_t port = 0;
  std::unordered_map<uint64_t, std::shared_ptr<Connection>> connections;
  std::list<Connection*> strangers;  // Those without a good answer so far, the oldest first.
  uint64_t next_id = 1;
  bool draining = false;
  std::optional<base::Completion<bool>::Setter> empty;
  // What a socket gave last. One thread, and a connection is through with it before it returns to
  // the loop.
  std::vector<char> input = std::vector<char>(kReadBytes);
  std::string plain;  // What it said, where it came by TLS.
  std::shared_ptr<const TlsIdentity> identity;
  std::unordered_map<std::string, size_t> connections_of;  // By client, where they are counted.
  std::vector<std::string> spare_buffers;
  size_t bodies_bytes = 0;  // Of the bodies that are being read, what counts.
  base::Occurrences accepts_failed{kOneLinePer};
  base::Occurrences turned_away{kOneLinePer};
};

// States: reading (neither task_ nor writing_), busy (task_: the handler or the stream runs),
// writing_ (the socket took less than we had), lingering_ (we are done and let the peer read our
// last words), closed_.
//
// close() destroys task_, so it is never called from within the task: what runs in there posts.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(HttpServer::Impl& server, uint64_t id, Socket socket, std::string peer, std::string counted_as);

  void start();
  // The server stops: ends now when nothing is in flight, otherwise after the current answer.
  void drain();
  void close();
  uint64_t id() const { return id_; }
  // The client whose connections are counted; empty where they are not.
  const std::string& counted_as() const { return counted_as_; }
  const std::string& peer() const { return peer_; }
  // Nothing of it runs here: we wait for its peer to send or to read, until the deadline.
  bool waits_for_peer() const { return !busy() && deadline_ != base::Instant::never(); }
  base::Instant deadline() const { return deadline_; }
  base::Instant accepted_at() const { return accepted_at_; }
  // Since when we wait for its peer, while we do.
  base::Instant waits_since() const { return waits_since_; }
  bool is_stranger() const { return stranger_.has_value(); }

 private:
  // What the deadline is for while we read.
  enum class Stage { kIdle, kHeader, kBody };
  struct Drained;

  void serve(std::string_view input);
  void serve_all(std::string_view input);
  // Counts what the body in hand holds now. False when all bodies together would be too large with the rest of it.
  bool count_body();
  void dispatch();
  void write_refusal(int status, std::string_view message);
  void read_on(Stage stage);

  static base::Task<void> answer(Connection* self, base::Task<http::Response> work);
  void answered(http::Response response);
  void finish_answer();
  void begin_stream(std::unique_ptr<http::BodyStream> stream);
  static base::Task<void> pump(Connection* self);
  void send_piece(std::string_view piece);
  void finish_stream();
  void start_task(base::Task<void> task);

  void leave_strangers();
  void flush();
  void write_some();
  void begin_waiting();
  void after_write();
  void fail_later();
  void linger();

  void wait_readable();
  void arrived(size_t count);
  // By TLS: takes `input` apart, so that it is what the client said. False when that is nothing, or over.
  bool open_records(std::string_view& input);
  void seal_output();
  void end_handshake(TlsSession::State state);
  void fail_tls();
  void serve_pending();

  void set_deadline(base::Duration from_now);
  void clear_deadline() { deadline_ = base::Instant::never(); }
  void arm(base::Instant at);
  void timer_fired();
  void timed_out();

  bool busy() const { return task_.has_value(); }

  HttpServer::Impl& server_;
  const uint64_t id_;
  const base::Instant accepted_at_;
  Socket socket_;
  const std::string peer_;
  const std::string counted_as_;
  RequestReader reader_;
  std::array<char, kArrivalBytes> arrival_;  // The rest of a longer request is read into the server's input.
  std::string pending_;                      // Read, but not yet consumed.
  size_t counted_body_ = 0;                  // What the server's bodies_bytes has of ours.

  std::string out_;
  size_t out_sent_ = 0;
  std::unique_ptr<TlsSession> tls_;  // Null on a plain connection.
  size_t sealed_ = 0;                // How much at the begin of out_ are records of TLS.
  std::coroutine_handle<> drained_waiter_;

  // Of the request in hand. The task comes after the stream that it pulls, so that it dies first.
  http::Method method_ = http::Method::kGet;
  RequestReader::Version version_ = RequestReader::Version::kHttp11;
  RequestReader::Persistence persistence_ = RequestReader::Persistence::kKeepAlive;
  Framing framing_;
  std::optional<http::Response> answer_;
  std::unique_ptr<http::BodyStream> stream_;
  uint64_t stream_left_ = 0;
  std::optional<base::Task<void>> task_;

  // The timer may be armed for an earlier time than the deadline; it then looks again. So a request
  // that meets its deadlines touches no timer.
  base::Instant deadline_ = base::Instant::never();
  base::Instant body_begun_{};
  base::Instant waits_since_{};
  base::Instant armed_at_ = base::Instant::never();
  base::Loop::TimerId timer_ = 0;

  Stage stage_ = Stage::kIdle;
  std::optional<std::list<Connection*>::iterator> stranger_;  // Where it stands among them.
  bool served_ = false;                                       // A request was whole.
  bool starting_ = false;                                     // Inside start_task: the task may end before it returns.
  bool stream_ended_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;  // Close after what is in out_.
  bool lingering_ = false;
  bool broken_ = false;
  bool closed_ = false;
};

}  // namespace net
