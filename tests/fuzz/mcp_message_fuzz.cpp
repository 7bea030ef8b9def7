// A message that is accepted is written and read back as the same; whatever it is, both transports classify it without
// a crash, under whatever header fields its last byte says, and a refusal is one line of JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "json/write.h"
#include "mcp/era.h"
#include "mcp/message.h"

namespace {

std::string write(const mcp::Message& message) {
  if (const auto* call = std::get_if<mcp::Call>(&message)) {
    return mcp::encode_call(call->id, call->method, call->params);
  }
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) {
    return mcp::encode_notification(notification->method, notification->params);
  }
  const auto& response = std::get<mcp::Response>(message);
  if (!response.outcome) return mcp::encode_error(response.id, response.outcome.error());
  if (response.outcome->is_object()) return mcp::encode_result(response.id, response.outcome->object());
  return "";
}

void check_refusal(const mcp::Refusal& refusal) {
  ENSURE(refusal.http_status >= 400 && refusal.http_status < 500 && !refusal.error.message.empty());
  const std::string text = mcp::encode_error(refusal.id, refusal.error);
  ENSURE(text.find('\n') == std::string::npos && mcp::parse_body(text, {.bytes_max = size_t{1} << 26}));
}

void check(const mcp::Classified& classified, const mcp::HttpView* http) {
  if (const auto* refusal = std::get_if<mcp::Refusal>(&classified)) check_refusal(*refusal);
  if (const auto* modern = std::get_if<mcp::ModernCall>(&classified)) {
    if (const auto refusal = mcp::find_refusal(http, *modern)) check_refusal(*refusal);
  }
}

// The header fields of a request, each there or not, agreeing with the usual message or not, as the bits of `choice`
// say.
mcp::HttpView view_of(uint8_t choice) {
  constexpr std::array<std::optional<std::string_view>, 4> kVersions{std::nullopt, "2026-07-28", "2025-11-25",
                                                                     "2099-01-01"};
  constexpr std::array<std::optional<std::string_view>, 4> kMethods{std::nullopt, "tools/call", "resources/read", ""};
  constexpr std::array<std::optional<std::string_view>, 4> kNames{std::nullopt, "echo", "=?base64?ZWNobw==?=",
                                                                  "=?base64?!?="};
  mcp::HttpView view{.version = kVersions[choice & 3],
                     .rpc_method = kMethods[choice >> 2 & 3],
                     .name = kNames[choice >> 4 & 3]};
  if ((choice >> 6) == 3) view.repeated = "Mcp-Name";
  return view;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size - 1);
  const auto body = mcp::parse_body(text);
  if (!body) {
    ENSURE(body.error().error.code == mcp::code::kParseError && !body.error().id);
    return 0;
  }
  check(mcp::classify_line(*body), nullptr);
  const mcp::HttpView http = view_of(data[size - 1]);
  check(mcp::classify(http, *body), &http);
  const auto message = mcp::decode(*body);
  if (!message) return 0;
  const std::string written = write(*message);
  if (written.empty()) return 0;
  ENSURE(written.find('\n') == std::string::npos);
  auto again = mcp::parse_body(written, {.bytes_max = size_t{1} << 26});
  ENSURE(again.has_value());
  const auto back = mcp::decode(*std::move(again));
  ENSURE(back && back->index() == message->index() && write(*back) == written);
  return 0;
}
