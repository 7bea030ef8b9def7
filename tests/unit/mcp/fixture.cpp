#include "tests/unit/mcp/fixture.h"

#include <stdexcept>

#include "base/text.h"
#include "mcp/era.h"
#include "schema/fields.h"

#include "tests/test.h"

namespace test {
namespace {

using base::Result;
using base::Task;
using mcp::CallContext;

struct EchoArguments {
  schema::Text<1, 20> text;
  schema::Bounded<1, 5> times{1};

  static constexpr auto fields() {
    return schema::Fields{schema::required("text", &EchoArguments::text, "What to give back."),
                          schema::defaulted("times", &EchoArguments::times, "How often.")};
  }
};

struct Answer {
  std::string text;

  static constexpr auto fields() { return schema::Fields{schema::required("text", &Answer::text)}; }
};

// Counts one run of a handler, however it ends.
class Run {
 public:
  explicit Run(Runs* runs) : runs_(runs) { ++runs_->begun; }
  ~Run() { ++(done_ ? runs_->finished : runs_->dropped); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  void finish() { done_ = true; }

 private:
  Runs* runs_;
  bool done_ = false;
};

Task<Result<Answer>> echo(Runs* runs, EchoArguments arguments) {
  Run run(runs);
  std::string text;
  for (int64_t i = 0; i < arguments.times.value(); ++i) text += arguments.text.value();
  run.finish();
  co_return Answer{text};
}

Task<Result<Answer>> wait(CallContext& context, Runs* runs) {
  Run run(runs);
  co_await base::sleep_for(context.loop(), std::chrono::seconds(30));
  run.finish();
  co_return Answer{"waited"};
}

Task<Result<Answer>> count(CallContext& context, schema::Empty) {
  context.progress(1, 4, "one");
  context.progress(1, 4, "again");
  context.progress(0.5);
  context.progress(2.5);
  context.log(mcp::Severity::kError, "logged");
  context.progress(4, 4);
  co_return Answer{"counted"};
}

Task<Result<Answer>> refuse(CallContext&, schema::Empty) {
  co_return base::fail(base::Code::kConflict, "No. Ask for something else.", "a detail for the log");
}

Task<Result<Answer>> break_down(CallContext&, schema::Empty) {
  if (true) throw std::runtime_error("a secret of the inside");
  co_return Answer{};
}

Task<Result<Answer>> ask(CallContext& context, Runs* runs, EchoArguments arguments) {
  Run run(runs);
  const json::Object schema{{"type", "object"}, {"properties", json::Object{}}};
  auto answer = co_await context.ask(mcp::Question::form("confirm", arguments.text.value(), schema));
  run.finish();
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return Answer{json::write(*std::move(answer))};
}

mcp::ToolInfo info(std::string name) {
  return {.name = std::move(name), .title = "T", .description = "A tool.", .effect = mcp::Effect::kRead};
}

}  // namespace

std::string meta(std::string_view more, std::string_view version, std::string_view capabilities) {
  return fmt::format(R"("_meta":{{"io.modelcontextprotocol/protocolVersion":"{}",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{}{}}})",
                     version, capabilities, more);
}

std::string request(std::string_view id, std::string_view method, std::string_view params) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{{{}}}}})", id, method, params);
}

std::string modern(std::string_view id, std::string_view method, std::string_view params) {
  return request(id, method, fmt::format("{}{}{}", params, params.empty() ? "" : ",", meta()));
}

std::string call(std::string_view id, std::string_view tool, std::string_view arguments) {
  return request(id, "tools/call", fmt::format(R"("name":"{}","arguments":{})", tool, arguments));
}

std::string notification(std::string_view method, std::string_view params) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{{{}}}}})", method, params);
}

std::string cancelled(std::string_view id) {
  return notification("notifications/cancelled", fmt::format(R"("requestId":{})", id));
}

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  REQUIRE(value);
  return *std::move(value);
}

json::Value inside(const json::Value& value, std::string_view path) {
  const json::Value* here = &value;
  for (const std::string_view name : base::split(path, '/')) here = here == nullptr ? nullptr : here->find(name);
  return here == nullptr ? json::Value() : *here;
}

int code_of(std::string_view response) {
  const json::Value code = at(response, "error/code");
  return code.is_integer() ? static_cast<int>(code.integer()) : 0;
}

std::string message_of(std::string_view response) {
  return std::string(at(response, "error").text_or_empty("message"));
}

std::string text_of(std::string_view response) {
  const json::Value content = at(response, "result/content");
  if (!content.is_array() || content.array().empty()) return "";
  return std::string(content.array().front().text_or_empty("text"));
}

bool is_error_result(std::string_view response) { return at(response, "result/isError") == json::Value(true); }

void RecordingLog::write(base::Level, std::string_view event, std::span<const base::Field> fields) {
  std::string line(event);
  for (const base::Field& field : fields) {
    if (const auto* text = std::get_if<std::string>(&field.value)) line.append(" ").append(*text);
  }
  events.push_back(std::move(line));
}

mcp::ServerOptions World::default_options() {
  return {.info = {.name = "unit", .title = "Unit", .version = "1"}, .instructions = "Use it."};
}

World::World(mcp::ServerOptions options) : server(mcp::Services{loop, clock, random, log}, std::move(options)) {
  server.add(mcp::tool<EchoArguments, Answer>(
      info("echo"), [this](CallContext&, EchoArguments arguments) { return echo(&plain, std::move(arguments)); }));
  server.add(mcp::tool<schema::Empty, Answer>(
      info("wait"), [this](CallContext& context, schema::Empty) { return wait(context, &waits); }));
  server.add(mcp::tool<schema::Empty, Answer>(info("count"), count));
  server.add(mcp::tool<schema::Empty, Answer>(info("refuse"), refuse));
  server.add(mcp::tool<schema::Empty, Answer>(info("break"), break_down));
  server.add(mcp::tool<EchoArguments, Answer>(info("ask"), [this](CallContext& context, EchoArguments arguments) {
    return ask(context, &asking, std::move(arguments));
  }));
}

mcp::Call World::decode_call(std::string_view text) {
  auto message = mcp::decode(parsed(text));
  REQUIRE(message);
  REQUIRE(std::holds_alternative<mcp::Call>(*message));
  return std::get<mcp::Call>(*std::move(message));
}

mcp::Reply World::handle(std::string_view text, mcp::Principal principal) {
  auto classified = mcp::classify_line(parsed(text));
  REQUIRE(std::holds_alternative<mcp::ModernCall>(classified));
  return loop.run(server.handle(
      mcp::Incoming::modern(std::get<mcp::ModernCall>(std::move(classified)), std::move(principal), nullptr)));
}

Client::Client(World& world, mcp::LinesOptions options) : world_(world), lines_(world.loop), group_(world.loop) {
  group_.spawn(mcp::serve_lines(world.server, lines_, std::move(options)));
}

std::vector<std::string> Client::send(std::string line) {
  lines_.push(std::move(line));
  world_.loop.run_until_idle();
  return lines_.take_written();
}

std::string Client::ask(std::string line) {
  auto written = send(std::move(line));
  REQUIRE(written.size() == 1);
  return std::move(written.front());
}

std::vector<std::string> Client::wait(base::Duration time) {
  world_.loop.advance(time);
  return lines_.take_written();
}

std::string Client::initialize(std::string_view version, std::string_view capabilities) {
  auto answer = ask(request("0", "initialize",
                            fmt::format(R"("protocolVersion":"{}","capabilities":{},)"
                                        R"("clientInfo":{{"name":"unit","version":"1"}})",
                                        version, capabilities)));
  CHECK(send(notification("notifications/initialized")).empty());
  return answer;
}

std::vector<std::string> Client::close() {
  lines_.close();
  world_.loop.run_until_idle();
  return lines_.take_written();
}

}  // namespace test
