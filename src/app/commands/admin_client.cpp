#include "app/commands/admin_client.h"

#include <fmt/format.h>

#include "app/admin_server.h"
#include "json/parse.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "os/files.h"

namespace app::commands {
namespace {

// curl wants a server to be named, although the socket says where to go.
constexpr const char* kServer = "http://127.0.0.1";
constexpr std::string_view kSuffix = ".sock";

struct Heard {
  std::vector<std::pair<std::string, http::Response>> answered;
  std::vector<std::string> silent;
};

base::Task<base::Result<void>> ask(base::Loop* loop, std::string path, AdminQuestion question, Heard* heard,
                                   std::string pid) {
  net::CurlClient client(*loop, {.allowed_servers = {kServer}, .unix_path = path});
  http::Request request;
  request.method = question.method;
  request.server_url = kServer;
  request.target = std::move(question.target);
  request.body = std::move(question.body);
  request.deadline = loop->now() + question.patience;
  auto response = co_await client.send(std::move(request));
  if (response) {
    heard->answered.emplace_back(std::move(pid), *std::move(response));
  } else {
    heard->silent.push_back(std::move(pid));
  }
  co_return base::Result<void>();
}

}  // namespace

base::Result<AdminAnswers> ask_all(Process& process, const config::Settings& settings, const AdminQuestion& question) {
  const std::string directory = admin_directory(settings.storage.directory);
  TRY(const std::vector<std::string> names, os::list_directory(directory));
  Heard heard;
  for (const std::string& name : names) {
    if (!name.ends_with(kSuffix)) continue;
    const std::string path = directory + "/" + name;
    if (!net::is_listening_at(path)) {
      // Its process was killed.
      TRY_VOID(os::remove_file(path));
      continue;
    }
    auto asking = ask(&process.loop, path, question, &heard, name.substr(0, name.size() - kSuffix.size()));
    TRY_VOID(run_to_end(process.loop, std::move(asking)));
  }
  if (!heard.silent.empty()) {
    return base::fail(
        base::Code::kDeadline,
        fmt::format("Process {0} does not answer. Look at its log, or end it with kill -9 {0}.", heard.silent.front()));
  }
  for (const auto& [pid, response] : heard.answered) {
    if (response.status == 200) continue;
    const auto body = json::parse(response.body, {});
    const base::Code code = response.status == 400   ? base::Code::kInvalidArgument
                            : response.status == 409 ? base::Code::kConflict
                                                     : base::Code::kUnavailable;
    return base::fail(code,
                      fmt::format("Process {}: {}", pid, body ? body->text_or_empty("error") : "no answer"));
  }
  return AdminAnswers{std::move(heard.answered)};
}

base::Result<AdminAnswers> ask_running(Process& process, const config::Settings& settings,
                                       const AdminQuestion& question) {
  TRY(AdminAnswers answers, ask_all(process, settings, question));
  if (answers.answered.empty()) {
    return base::fail(base::Code::kNotFound,
                      "No server of this data directory is running. Pass the --config that it runs with.");
  }
  return answers;
}

int64_t integer_of(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->is_integer() ? member->integer() : 0;
}

}  // namespace app::commands
