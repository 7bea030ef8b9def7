// A real HttpServer on a free loopback port and a loop on its own thread, with a handler whose
// paths show what a server must do.
#pragma once

#include <atomic>
#include <charconv>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>

#include "base/log.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace tests {

using namespace std::chrono_literals;

// Counts up when the thing that owns it is destroyed.
class Signal {
 public:
  void raise() { semaphore_.release(); }
  bool wait() { return semaphore_.try_acquire_for(10s); }
  bool raised() { return semaphore_.try_acquire(); }

 private:
  std::counting_semaphore<1 << 20> semaphore_{0};
};

class RaisesAtDeath {
 public:
  explicit RaisesAtDeath(Signal& signal) : signal_(&signal) {}
  RaisesAtDeath(RaisesAtDeath&& other) noexcept : signal_(std::exchange(other.signal_, nullptr)) {}
  RaisesAtDeath& operator=(RaisesAtDeath&&) = delete;
  ~RaisesAtDeath() {
    if (signal_ != nullptr) signal_->raise();
  }

 private:
  Signal* signal_;
};

class Never {
 public:
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

class TestHandler final : public http::Handler {
 public:
  explicit TestHandler(base::Loop& loop) : loop_(loop) {}

  base::Task<http::Response> handle(http::Request request) override {
    ++requests;
    http::Response response;
    response.headers.add("Content-Type", "text/plain");
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/wait") {
      const RaisesAtDeath guard(dropped);
      entered.raise();
      co_await Never();
    } else if (path == "/later") {
      co_await base::sleep_for(loop_, 5ms);
      response.body = "later " + request.target;
    } else if (path == "/gate") {
      entered.raise();
      const base::Completion<bool> open(loop_);
      gate = std::make_unique<base::Completion<bool>::Setter>(open.setter());
      co_await open;
      response.body = "through the gate";
    } else if (path == "/pieces") {
      response.stream = std::make_unique<Pieces>(*this, 3);
    } else if (path == "/two") {
      response.headers.add("Content-Length", request.target.ends_with("short") ? "9" : "8");
      response.stream = std::make_unique<Pieces>(*this, 2);
    } else if (path == "/endless") {
      response.stream = std::make_unique<Pieces>(*this, -1);
    } else if (path == "/silent") {
      response.stream = std::make_unique<Silent>(*this);
      entered.raise();
    } else if (path == "/gated") {
      const base::Completion<bool> open(loop_);
      last_piece = std::make_unique<base::Completion<bool>::Setter>(open.setter());
      response.stream = std::make_unique<Gated>(open);
    } else if (path == "/big") {
      response.body.assign(size_t{8} * 1024 * 1024, 'b');
    } else if (path == "/bad") {
      response.headers.add("X-Bad", "a\r\nSet-Cookie: stolen=1");
    } else if (path == "/gone") {
      response.status = 204;
    } else if (path == "/throw") {
      throw std::runtime_error("no");
    } else {
      response.body = describe(request);
    }
    co_return response;
  }

  static std::string describe(const http::Request& request) {
    std::string text(http::method_name(request.method));
    text += ' ' + request.target + " peer=" + request.peer;
    text += " auth=" + std::string(request.authorization.reveal());
    text += request.headers.find("Authorization") ? " LEAKED" : "";
    text += " body=" + request.body;
    return text;
  }

  class Pieces final : public http::BodyStream {
   public:
    Pieces(TestHandler& owner, int count) : guard_(owner.stream_dropped), left_(count) {}
    base::Task<std::optional<std::string>> next() override {
      if (left_ == 0) co_return std::nullopt;
      if (left_ > 0) {
        --left_;
        co_return "data";
      }
      co_return std::string(16384, 'x');
    }

   private:
    RaisesAtDeath guard_;
    int left_;
  };
  class Silent final : public http::BodyStream {
   public:
    explicit Silent(TestHandler& owner) : guard_(owner.stream_dropped) {}
    base::Task<std::optional<std::string>> next() override {
      co_await Never();
      co_return std::nullopt;
    }

   private:
    RaisesAtDeath guard_;
  };

  // One piece, when it is let through.
  class Gated final : public http::BodyStream {
   public:
    explicit Gated(base::Completion<bool> open) : open_(std::move(open)) {}
    base::Task<std::optional<std::string>> next() override {
      if (std::exchange(ended_, true)) co_return std::nullopt;
      co_await open_;
      co_return "the last piece";
    }

   private:
    base::Completion<bool> open_;
    bool ended_ = false;
  };

  base::Loop& loop_;
  std::atomic<int> requests = 0;
  Signal entered;
  Signal dropped;
  Signal stream_dropped;
  // These belong to the loop's thread.
  std::unique_ptr<base::Completion<bool>::Setter> gate;
  std::unique_ptr<base::Completion<bool>::Setter> last_piece;
};

class RunningServer {
 public:
  explicit RunningServer(net::ServerLimits limits = {}) : RunningServer(net::HttpServerOptions{.limits = limits}) {}
  explicit RunningServer(net::HttpServerOptions options) : handler(loop) {
    auto started = net::HttpServer::start(loop, handler, log, std::move(options));
    server = std::move(started).value();
    port = server->port();
    thread_ = std::thread([this] { loop.run(); });
  }
  ~RunningServer() {
    on_loop([this] {
      stopping_.reset();
      server.reset();
    });
    loop.stop();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  // Runs on the loop's thread and waits for it.
  template <class F>
  void on_loop(F work) {
    Signal done;
    loop.post([&] {
      work();
      done.raise();
    });
    (void)done.wait();
  }
  size_t connections() {
    size_t count = 0;
    on_loop([&] { count = server->connections(); });
    return count;
  }
  // Begins to stop; `stopped` rises at the end.
  void begin_stop(base::Duration drain) {
    on_loop([this, drain] {
      stopping_ = std::make_unique<base::TaskGroup>(loop);
      stopping_->spawn(stop(this, drain));
    });
  }

  base::NullLog log;
  net::AsioLoop loop;
  TestHandler handler;
  std::unique_ptr<net::HttpServer> server;
  uint16_t port = 0;
  Signal stopped;

 private:
  static base::Task<void> stop(RunningServer* self, base::Duration drain) {
    co_await self->server->stop(drain);
    self->stopped.raise();
  }

  std::unique_ptr<base::TaskGroup> stopping_;
  std::thread thread_;
};

}  // namespace tests
