#include "schema/fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace schema::detail {

void report_unknown(const json::Object& object, const std::vector<std::string_view>& known, Reader& reader) {
  for (const auto& [name, value] : object) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    const Reader::Step step(reader, name);
    const auto near = base::closest(base::to_lower_ascii(name), known);
    if (near) {
      reader.problem(fmt::format("is not known; did you mean {}?", *near));
    } else if (known.empty()) {
      reader.problem("is not known; leave it out");
    } else {
      reader.problem(fmt::format("is not known; known are: {}", fmt::join(known, ", ")));
    }
  }
}

}  // namespace schema::detail
