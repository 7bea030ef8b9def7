// A server with a handful of tools in a world of manual time, and a client that talks to it over lines in memory.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/parse.h"
#include "json/write.h"
#include "mcp/server.h"
#include "mcp/transport/lines.h"
#include "mcp/transport/memory.h"
#include "tests/support/manual_loop.h"
#include "tests/support/seeded_random.h"

namespace test {

inline constexpr std::string_view kModernVersion = "2026-07-28";

// The _meta that every modern request carries; `more` is further members, each with a comma before it.
std::string meta(std::string_view more = "", std::string_view version = kModernVersion,
                 std::string_view capabilities = "{}");
// One request. `params` is what stands between the braces.
std::string request(std::string_view id, std::string_view method, std::string_view params = "");
// A modern request; `params` as above, the _meta is added.
std::string modern(std::string_view id, std::string_view method, std::string_view params = "");
// tools/call, without a _meta.
std::string call(std::string_view id, std::string_view tool, std::string_view arguments = "{}");
std::string notification(std::string_view method, std::string_view params = "");
std::string cancelled(std::string_view id);

// Aborts on text that is no JSON: what the server writes always is.
json::Value parsed(std::string_view text);
// The code of an error response, or 0.
int code_of(std::string_view response);
// The message of an error response, or "".
std::string message_of(std::string_view response);
// The text of the first content block of a tool result, or "".
std::string text_of(std::string_view response);
bool is_error_result(std::string_view response);
// The value at a path of member names such as "result/tools"; null when there is none.
json::Value inside(const json::Value& value, std::string_view path);
inline json::Value at(std::string_view text, std::string_view path) { return inside(parsed(text), path); }

class RecordingLog final : public base::Log {
 public:
  std::vector<std::string> events;

 protected:
  void write(base::Level level, std::string_view event, std::span<const base::Field> fields) override;
};

// How often handlers began, and how each run ended.
struct Runs {
  int begun = 0;
  int finished = 0;
  int dropped = 0;

  int running() const { return begun - finished - dropped; }
};

struct World {
  ManualLoop loop;
  ManualClock clock;
  SeededRandom random{7};
  RecordingLog log;
  Runs waits;   // Of the tool wait.
  Runs plain;   // Of the tool echo.
  Runs asking;  // Of the tool ask; finished counts those that had their answer.
  mcp::Server server;

  explicit World(mcp::ServerOptions options = default_options());
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  static mcp::ServerOptions default_options();
  // The answer to one modern request, as no transport changed it. The text has its _meta already.
  mcp::Reply handle(std::string_view text, mcp::Principal principal = {});
  mcp::Call decode_call(std::string_view text);
};

// The client at the other end of stdio.
class Client {
 public:
  explicit Client(World& world, mcp::LinesOptions options = {});

  // What the server wrote in answer, before any time has passed.
  std::vector<std::string> send(std::string line);
  // The one line that it wrote in answer.
  std::string ask(std::string line);
  // Lets time pass; what was written meanwhile.
  std::vector<std::string> wait(base::Duration time);
  std::string initialize(std::string_view version, std::string_view capabilities = "{}");
  std::vector<std::string> close();
  bool ended() const { return group_.size() == 0; }

 private:
  World& world_;
  mcp::MemoryLines lines_;
  base::TaskGroup group_;  // Last: its task uses the lines.
};

}  // namespace test
