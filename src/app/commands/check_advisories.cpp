// Advisories from a server that the person at the command line names: nobody is asked unless somebody says so.
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <utility>

#include "app/commands/check_facts.h"
#include "app/process.h"
#include "checks/osv_query.h"
#include "http/url.h"
#include "net/http_client.h"

namespace app::commands {
namespace {

constexpr std::chrono::seconds kPatience{20};
// Of one package; each holds hundreds of advisories.
constexpr size_t kPagesMax = 50;

base::Task<base::Result<std::string>> post(http::Client* client, base::Loop* loop, http::Url url, std::string body) {
  http::Request request;
  request.method = http::Method::kPost;
  request.server_url = url.server_url();
  request.target = (url.target == "/" ? "" : url.target) + "/v1/query";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = std::move(body);
  request.deadline = loop->now() + kPatience;
  auto sending = client->send(std::move(request));
  CO_TRY(http::Response response, co_await std::move(sending));
  if (response.status != 200) {
    co_return base::fail(base::Code::kUpstream, fmt::format("The server of advisories answered {}.", response.status));
  }
  co_return std::move(response.body);
}

struct Asking {
  net::CurlClient client;
  base::Loop& loop;
  http::Url url;
  std::vector<checks::Component> questions;
  checks::Advisories found;
};

base::Task<base::Result<void>> ask_all_of(Asking* asking) {
  for (const checks::Component& component : asking->questions) {
    std::string page;
    for (size_t number = 0;; ++number) {  // Until the last page, which is bounded.
      if (number == kPagesMax) {
        co_return base::fail(base::Code::kUpstream, "The server of advisories does not come to an end.");
      }
      std::string question = checks::osv_question(component, page);
      auto posting = post(&asking->client, &asking->loop, asking->url, std::move(question));
      CO_TRY(const std::string answer, co_await std::move(posting));
      auto read = checks::read_osv_page(answer);
      if (!read) {
        co_return base::fail(base::Code::kUpstream, fmt::format("The server of advisories sent what cannot be read: {}",
                                                                read.error().message));
      }
      for (checks::Advisory& each : read->advisories) asking->found.all.push_back(std::move(each));
      page = read->next;
      if (page.empty()) break;
    }
  }
  co_return base::Result<void>();
}

}  // namespace

base::Result<void> check_advisory_server(const CheckRequest& request, const std::string& server) {
  const auto invalid = [](std::string message) { return base::fail(base::Code::kInvalidArgument, std::move(message)); };
  if (request.arguments.has("--offline")) return invalid("--offline asks no server; take out --advisories-server.");
  if (request.arguments.has("--advisories")) return invalid("Give --advisories or --advisories-server, not both.");
  const auto url = http::parse_url(server);
  if (!url || (url->scheme != "https" && !http::is_loopback_literal(url->host)) || url->target.contains('?')) {
    return invalid("--advisories-server takes an https address, such as https://api.osv.dev.");
  }
  return {};
}

base::Result<checks::Advisories> ask_advisories(const CheckRequest& request, const std::string& server, base::Wall now,
                                                const std::vector<checks::Component>& components) {
  TRY(const http::Url url, http::parse_url(server));
  Process process(request.io.environment, base::Level::kError, Signals::kEnd);
  Asking asking{.client = net::CurlClient(process.loop, {.allowed_servers = {url.server_url()}}),
                .loop = process.loop,
                .url = url,
                .questions = checks::questions_of(components),
                .found = {.all = {}, .snapshot = now, .origin = {checks::SnapshotOrigin::Kind::kServer}}};
  TRY_VOID(run_to_end(process.loop, ask_all_of(&asking)));
  return std::move(asking.found);
}

}  // namespace app::commands
