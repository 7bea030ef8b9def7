// Something that happened, as the rest of the program tells it: the seven fields of an audit record, before they are
// one. Plain text goes in as it is, so it must be a word of ours; whatever came from outside or names a person is
// Hidden, and reaches the trail as a keyed digest only.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "audit/event.h"
#include "base/clock.h"

namespace audit {

// Text that is never written, only its digest under this installation's key: equal texts can be found, none be read.
struct Hidden {
  std::string text;
};

struct Detail {
  Detail(std::string_view detail_name, std::string text) : name(detail_name), value(std::move(text)) {}
  Detail(std::string_view detail_name, std::string_view text) : name(detail_name), value(std::string(text)) {}
  Detail(std::string_view detail_name, const char* text) : name(detail_name), value(std::string(text)) {}
  Detail(std::string_view detail_name, Hidden hidden) : name(detail_name), value(std::move(hidden)) {}
  template <std::integral Number>
  Detail(std::string_view detail_name, Number number) : name(detail_name), value(static_cast<int64_t>(number)) {}

  std::string_view name;  // A constant of ours.
  std::variant<std::string, Hidden, int64_t> value;
};

struct Entry {
  Event event = Event::kAuditGap;
  std::string user = {};            // The principal's id; written as a digest.
  std::string source = {};          // The peer's address, "stdio"; empty means "local", a command.
  std::vector<Detail> request = {};  // What was asked for.
  std::string status = {};          // The name of an error's code; empty means "ok".
  std::string reason = {};          // Why it was decided so, in words of ours; empty means as the catalogue says.
  base::Wall time = {};             // Set by the recorder.
  int64_t times = 1;                // How often it happened, for those who count; `request` tells the reader.
};

}  // namespace audit
