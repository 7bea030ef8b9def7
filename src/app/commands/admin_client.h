// How a command asks the running servers of a data directory: over the socket that each of them has there
// (admin_server.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/process.h"
#include "base/result.h"
#include "config/settings.h"
#include "http/message.h"
#include "json/value.h"

namespace app::commands {

// Those who answered, each with status 200.
struct AdminAnswers {
  std::vector<std::pair<std::string, http::Response>> answered;  // By process id.
};

struct AdminQuestion {
  http::Method method = http::Method::kGet;
  std::string target;
  std::string body = {};
  std::chrono::seconds patience{10};
};

// Every server of the directory, one after the other; none at all is an answer too. What a killed process left behind
// is removed. kDeadline for one that does not answer within seconds, kUnavailable for one that refuses.
base::Result<AdminAnswers> ask_all(Process& process, const config::Settings& settings, const AdminQuestion& question);
// The same, and kNotFound when no server runs.
base::Result<AdminAnswers> ask_running(Process& process, const config::Settings& settings,
                                       const AdminQuestion& question);
// 0 where there is no such number.
int64_t integer_of(const json::Value& value, std::string_view name);

}  // namespace app::commands
