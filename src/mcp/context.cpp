#include "mcp/context.h"

#include <array>
#include <cmath>
#include <utility>

namespace mcp {
namespace {

constexpr std::array kSeverities{
    std::pair{Severity::kDebug, std::string_view("debug")},
    std::pair{Severity::kInfo, std::string_view("info")},
    std::pair{Severity::kNotice, std::string_view("notice")},
    std::pair{Severity::kWarning, std::string_view("warning")},
    std::pair{Severity::kError, std::string_view("error")},
    std::pair{Severity::kCritical, std::string_view("critical")},
    std::pair{Severity::kAlert, std::string_view("alert")},
    std::pair{Severity::kEmergency, std::string_view("emergency")},
};

// Whole numbers go out without a point, as clients show them.
json::Value number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) return static_cast<int64_t>(value);
  return value;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  for (const auto& [each, name] : kSeverities) {
    if (each == severity) return name;
  }
  return "";
}

std::optional<Severity> parse_severity(std::string_view name) {
  for (const auto& [severity, each] : kSeverities) {
    if (each == name) return severity;
  }
  return std::nullopt;
}

CallContext::CallContext(base::Loop& loop, Principal principal, Revision revision,
                         base::Instant deadline)
    : loop_(loop), principal_(std::move(principal)), revision_(revision), deadline_(deadline) {}

void CallContext::set_progress(json::Value token, Notify notify) {
  progress_token_ = std::move(token);
  notify_ = std::move(notify);
}

void CallContext::progress(double progress, std::optional<double> total, std::string message) {
  if (!progress_token_ || !notify_ || !std::isfinite(progress)) return;
  if (progress_so_far_ && progress <= *progress_so_far_) return;
  progress_so_far_ = progress;
  if (total) progress_total_ = total;
  json::Object params{{"progressToken", *progress_token_}, {"progress", number(progress)}};
  if (total && std::isfinite(*total)) params.append("total", number(*total));
  // The message is known since 2025-03-26.
  if (!message.empty() && revision_ >= Revision::k2025_03_26)
    params.append("message", std::move(message));
  notify_("notifications/progress", std::move(params));
}

std::function<void(std::string message)> CallContext::teller() {
  if (!progress_token_) return nullptr;
  if (!self_) self_ = std::make_shared<CallContext*>(this);
  return [weak = std::weak_ptr(self_)](std::string message) {
    const auto self = weak.lock();
    if (!self) return;
    // Handlers count in whole numbers.
    constexpr double kHardly = 0.001;
    CallContext& context = **self;
    context.progress(context.progress_so_far_.value_or(0) + kHardly, context.progress_total_, std::move(message));
  };
}

void CallContext::log(Severity severity, json::Value data, std::string logger) {
  if (!log_level_ || severity < *log_level_ || !notify_) return;
  json::Object params{{"level", severity_name(severity)}};
  if (!logger.empty()) params.append("logger", std::move(logger));
  params.append("data", std::move(data));
  notify_("notifications/message", std::move(params));
}

base::Task<base::Result<Answers>> CallContext::ask_all(std::vector<Question> questions) {
  if (!ask_) {
    co_return base::fail(
        base::Code::kForbidden,
        "This needs an answer that the client cannot give here. Use a client that supports it.");
  }
  co_return co_await ask_(std::move(questions));
}

base::Task<base::Result<json::Object>> CallContext::ask(Question question) {
  const std::string key = question.key;
  std::vector<Question> questions;
  questions.push_back(std::move(question));
  CO_TRY(Answers answers, co_await ask_all(std::move(questions)));
  co_return std::move(answers[key]);
}

}  // namespace mcp
