#include "app/metered.h"

#include <optional>

namespace app {
namespace {

class MeteredCall final : public mcp::AuditedCall {
 public:
  MeteredCall(base::Loop& loop, Metrics& metrics, const mcp::CallFacts& facts)
      : loop_(loop), metrics_(metrics), method_(facts.method), name_(facts.name), began_(loop.now()) {}
  ~MeteredCall() override {
    if (!counted_) count(base::Code::kCancelled);
  }
  MeteredCall(const MeteredCall&) = delete;
  MeteredCall& operator=(const MeteredCall&) = delete;

  void go_on_with(std::unique_ptr<mcp::AuditedCall> next) { next_ = std::move(next); }
  void count(std::optional<base::Code> problem) {
    counted_ = true;
    metrics_.count_call(method_, name_, problem, loop_.now() - began_);
  }
  base::Task<base::Result<void>> end(std::optional<base::Code> problem) override {
    auto ended = co_await next_->end(problem);
    count(ended ? problem : std::optional(ended.error().code));
    co_return ended;
  }

 private:
  base::Loop& loop_;
  Metrics& metrics_;
  std::string method_;
  std::string name_;
  base::Instant began_;
  std::unique_ptr<mcp::AuditedCall> next_;
  bool counted_ = false;
};

}  // namespace

base::Task<base::Result<std::unique_ptr<mcp::AuditedCall>>> MeteredCalls::begin(mcp::CallFacts facts) {
  auto call = std::make_unique<MeteredCall>(loop_, metrics_, facts);
  auto begun = co_await next().begin(std::move(facts));
  if (!begun) {
    call->count(begun.error().code);
    co_return std::unexpected(std::move(begun).error());
  }
  call->go_on_with(*std::move(begun));
  co_return call;
}

base::Task<base::Result<http::Response>> MeteredClient::send(http::Request request) {
  if (metrics_ == nullptr) co_return co_await next_.send(std::move(request));
  const std::string service = request.server_url == api_url_ ? "api" : "accounts";
  const http::Method method = request.method;
  const base::Instant began = loop_.now();
  auto response = co_await next_.send(std::move(request));
  metrics_->count_request(service, method, response ? response->status : 0, loop_.now() - began);
  co_return response;
}

}  // namespace app
