#include "sim/spotify/fault_effects.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/check.h"
#include "json/parse.h"
#include "json/write.h"
#include "sim/spotify/answer.h"

namespace sim::spotify {
namespace {

constexpr int64_t kQuotaRetryAfterS = 48'925;

// In pieces that cut through words and escapes.
class PiecewiseStream final : public http::BodyStream {
 public:
  explicit PiecewiseStream(std::string body) : body_(std::move(body)) {}
  base::Task<std::optional<std::string>> next() override {
    constexpr size_t kPieceBytes = 977;
    if (place_ >= body_.size()) co_return std::nullopt;
    std::string piece = body_.substr(place_, kPieceBytes);
    place_ += piece.size();
    co_return piece;
  }

 private:
  std::string body_;
  size_t place_ = 0;
};

class ShortStream final : public http::BodyStream {
 public:
  explicit ShortStream(std::string piece) : piece_(std::move(piece)) {}
  base::Task<std::optional<std::string>> next() override {
    if (piece_.empty()) co_return std::nullopt;
    co_return std::exchange(piece_, {});
  }

 private:
  std::string piece_;
};

std::string words_of(const FaultRule& fault, std::string_view usual) {
  return fault.message.empty() ? std::string(usual) : fault.message;
}

std::string reason_of(const FaultRule& fault, std::string_view usual) {
  return fault.reason.empty() ? std::string(usual) : fault.reason;
}

http::Response too_many(const FaultRule& fault, int64_t retry_after_s, std::string_view message,
                        std::string_view reason) {
  http::Response response = fault.body == FaultBody::kText
                                ? text_response(429, "Too many requests")
                                : error_response({429, words_of(fault, message), reason_of(fault, reason)});
  response.headers.add("Retry-After", fmt::format("{}", fault.retry_after_s.value_or(retry_after_s)));
  return response;
}

http::Response status_response(const FaultRule& fault) {
  switch (fault.body) {
    case FaultBody::kJson:
      return error_response(
          {fault.status, words_of(fault, fault.status == 502 ? "Bad gateway." : "Server error"), reason_of(fault, "")});
    case FaultBody::kHtml:
      return html_response(fault.status, fmt::format("{} Error", fault.status),
                           "The server encountered a temporary error. Please try again in 30 seconds.");
    case FaultBody::kText:
      return text_response(fault.status, words_of(fault, "upstream connect error or disconnect/reset before headers"));
  }
  return empty_response(fault.status);
}

// As gzip (RFC 1952): 15 bits of window, and 16 for that format.
void compress(http::Response& response) {
  if (response.body.empty()) return;
  z_stream stream{};
  ENSURE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, response.body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(response.body.data());
  stream.avail_in = static_cast<uInt>(response.body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ENSURE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ENSURE(deflateEnd(&stream) == Z_OK);
  response.body = std::move(out);
  response.headers.set("Content-Encoding", "gzip");
}

void change_json(http::Response& response, void (*change)(json::Value&)) {
  auto body = json::parse(response.body);
  if (!body) return;
  change(*body);
  response.body = json::write(*body);
}

}  // namespace

http::Response cut_response(http::Response response, size_t bytes_sent) {
  // Always one byte more than is sent, so that an empty answer is cut too.
  const size_t declared = std::max(response.body.size(), bytes_sent + 1);
  response.headers.set("Content-Length", fmt::format("{}", declared));
  response.stream = std::make_unique<ShortStream>(response.body.substr(0, bytes_sent));
  response.body.clear();
  return response;
}

std::optional<http::Response> fault_response(const FaultRule& fault) {
  switch (fault.kind) {
    case FaultKind::kRateLimit:
      return too_many(fault, 1, "API rate limit exceeded", "");
    case FaultKind::kRateLimitLong:
      return too_many(fault, 3600, "API rate limit exceeded", "");
    case FaultKind::kQuotaExceeded:
      return too_many(fault, kQuotaRetryAfterS, "Too many requests", "QUOTA_EXCEEDED");
    case FaultKind::kStatus:
      return status_response(fault);
    case FaultKind::kRefused: {
      http::Response response = cut_response(empty_response(503), 0);
      response.headers.add(std::string(kRefusedHeader), "1");
      return response;
    }
    case FaultKind::kResetBefore:
      return cut_response(empty_response(200), 0);
    case FaultKind::kPremiumOwner:
      return text_response(
          403, words_of(fault,
                        "Active premium subscription required for the owner of the app. When the subscription "
                        "status changes, it can take a few hours before requests are allowed again."));
    case FaultKind::kNotRegistered:
      return text_response(
          403, words_of(fault, "Check settings on developer.spotify.com/dashboard, the user may not be registered."));
    case FaultKind::kNoContentRead:
      return empty_response(204);
    case FaultKind::kStatusAfter:
    case FaultKind::kSlow:
    case FaultKind::kResetAfter:
    case FaultKind::kTruncatedJson:
    case FaultKind::kOpaque200:
    case FaultKind::kEmpty200:
    case FaultKind::kExpiredToken:
    case FaultKind::kExtraFields:
    case FaultKind::kNullItems:
    case FaultKind::kUnknownType:
    case FaultKind::kHugePage:
    case FaultKind::kGzip:
    case FaultKind::kChunked:
      return std::nullopt;
  }
  return std::nullopt;
}

void spoil(const FaultRule& fault, http::Response& response) {
  switch (fault.kind) {
    case FaultKind::kStatusAfter:
      response = status_response(fault);
      return;
    case FaultKind::kResetAfter: {
      const size_t half = response.body.size() / 2;
      response = cut_response(std::move(response), half);
      return;
    }
    case FaultKind::kTruncatedJson:
      response.body.resize(response.body.size() / 2);
      return;
    case FaultKind::kOpaque200:
      response = text_response(200, "oPClBVDzidwlAlSqmFF-zKNO62E");
      return;
    case FaultKind::kEmpty200:
      response = empty_response(200);
      return;
    case FaultKind::kExtraFields:
      change_json(response, add_extra_fields);
      return;
    case FaultKind::kNullItems:
      change_json(response, null_items);
      return;
    case FaultKind::kUnknownType:
      change_json(response, make_types_unknown);
      return;
    case FaultKind::kHugePage:
      change_json(response, make_pages_huge);
      return;
    case FaultKind::kGzip:
      compress(response);
      return;
    case FaultKind::kChunked:
      response.stream = std::make_unique<PiecewiseStream>(std::exchange(response.body, {}));
      return;
    case FaultKind::kRateLimit:
    case FaultKind::kRateLimitLong:
    case FaultKind::kQuotaExceeded:
    case FaultKind::kStatus:
    case FaultKind::kSlow:
    case FaultKind::kRefused:
    case FaultKind::kResetBefore:
    case FaultKind::kPremiumOwner:
    case FaultKind::kNotRegistered:
    case FaultKind::kNoContentRead:
    case FaultKind::kExpiredToken:
      return;
  }
}

}  // namespace sim::spotify
