// Security events as lines of the log: which, with which words, and that their groups are those of the page.
#include "app/security_log.h"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "audit/event.h"

#include "tests/test.h"

namespace {

constexpr base::Instant kNow{};

struct Line {
  base::Level level;
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;

  std::string of(std::string_view name) const {
    for (const auto& [own, value] : fields) {
      if (own == name) return value;
    }
    return "none";
  }
};

class MemoryLog final : public base::Log {
 public:
  std::vector<Line> lines;

 protected:
  void write(base::Level level, std::string_view event, std::span<const base::Field> fields) override {
    Line line{level, std::string(event), {}};
    for (const base::Field& field : fields) {
      const auto* text = std::get_if<std::string>(&field.value);
      line.fields.emplace_back(field.name, text != nullptr ? *text : "a number");
    }
    lines.push_back(std::move(line));
  }
};

}  // namespace

TEST_CASE("every event of severity warning or critical is one line, and no other event is any") {
  for (const audit::EventInfo& info : audit::catalogue()) {
    CAPTURE(info.name);
    MemoryLog log;
    app::SecurityLog(log).hear({.event = info.event, .source = "192.0.2.7", .status = "forbidden"}, kNow);
    if (info.severity == audit::Severity::kInfo) {
      CHECK(log.lines.empty());
      continue;
    }
    REQUIRE(log.lines.size() == 1);
    const Line& line = log.lines.front();
    const bool critical = info.severity == audit::Severity::kCritical;
    CHECK(line.level == (critical ? base::Level::kError : base::Level::kWarning));
    CHECK(line.event == "security");
    CHECK(line.of("what") == info.name);
    CHECK(line.of("source") == "192.0.2.7");
    CHECK(line.of("status") == "forbidden");
    CHECK(line.of("tag") == (critical ? "SECURITY CRITICAL" : "SECURITY WARNING"));
    CHECK(line.of("group") == app::group_of(info.event));
  }
}

TEST_CASE("what a client sent is not in the line") {
  MemoryLog log;
  app::SecurityLog(log).hear({.event = audit::Event::kHostRefused,
                              .user = "planted-user",
                              .request = {{"value", audit::Hidden{"planted-name"}}},
                              .reason = "planted-reason"},
                             kNow);
  REQUIRE(log.lines.size() == 1);
  for (const auto& [name, value] : log.lines.front().fields) CHECK_FALSE(value.contains("planted"));
  CHECK(log.lines.front().of("source") == "local");
  CHECK(log.lines.front().of("status") == "ok");
}

TEST_CASE("a flood of events is no flood of lines, says so once, and hides nothing critical") {
  MemoryLog log;
  app::SecurityLog security(log);
  const auto refuse = [&](base::Instant now) { security.hear({.event = audit::Event::kBearerRefused}, now); };
  for (int n = 0; n < 10 * app::SecurityLog::kLinesMax; ++n) refuse(kNow);
  CHECK(log.lines.size() == app::SecurityLog::kLinesMax + 1);
  CHECK(log.lines.back().event == "security.limited");
  CHECK(log.lines.back().of("tag") == "SECURITY WARNING");
  security.hear({.event = audit::Event::kSessionForeign}, kNow);
  CHECK(log.lines.back().of("what") == "session.foreign");
  refuse(kNow + app::SecurityLog::kWindow);
  CHECK(log.lines.back().of("what") == "bearer.refused");
}

TEST_CASE("the groups of docs/operations.md are those of the log") {
  std::ifstream file(source_directory() / "docs/operations.md");
  const std::string page((std::istreambuf_iterator<char>(file)), {});
  const size_t begin = page.find("| group | events |");
  REQUIRE(begin != std::string::npos);
  const std::string table = page.substr(begin, page.find("\n\n", begin) - begin);
  for (const audit::EventInfo& info : audit::catalogue()) {
    const std::string_view group = app::group_of(info.event);
    CAPTURE(info.name);
    const size_t named = table.find("`" + std::string(info.name) + "`");
    CHECK((named != std::string::npos) == !group.empty());
    if (group.empty() || named == std::string::npos) continue;
    const size_t row = table.rfind("\n| `", named);
    CHECK(table.substr(row, named - row).starts_with("\n| `" + std::string(group) + "` |"));
  }
}
