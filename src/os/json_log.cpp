#include "os/json_log.h"

#include <cerrno>
#include <unistd.h>

#include "base/text.h"
#include "json/write.h"

namespace os {
namespace {

std::string_view level_name(base::Level level) {
  switch (level) {
    case base::Level::kDebug:
      return "debug";
    case base::Level::kInfo:
      return "info";
    case base::Level::kWarning:
      return "warning";
    case base::Level::kError:
      return "error";
  }
  return "error";
}

// For whoever looks through the log with grep: words in capitals, in one place of the line. An event may bear a tag of
// its own.
void add_tag(base::Level level, json::Object& line) {
  if (level < base::Level::kWarning || line.find("tag") != nullptr) return;
  line.append("tag", level == base::Level::kError ? "ERROR" : "WARNING");
}

}  // namespace

void JsonLog::write(base::Level level, std::string_view event, std::span<const base::Field> fields) {
  if (level < least_) return;
  json::Object line{{"time", base::to_rfc3339(clock_.wall())}, {"level", level_name(level)}, {"event", event}};
  for (const base::Field& field : fields) {
    const auto* words = std::get_if<std::string>(&field.value);
    // What a stranger sent may be any bytes; the log stays JSON.
    if (words != nullptr && !base::is_valid_utf8(*words)) {
      line.set(std::string(field.name), "(not UTF-8)");
      continue;
    }
    line.set(std::string(field.name), std::visit([](const auto& value) { return json::Value(value); }, field.value));
  }
  add_tag(level, line);
  std::string text = json::write(line);
  text.push_back('\n');
  // A log that cannot be written must not stop the server; there is nowhere left to say so.
  while (::write(descriptor_, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace os
