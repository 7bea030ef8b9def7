#include "tools/reachable.h"

#include <map>
#include <utility>

#include "base/plural.h"
#include "curation/entry.h"

namespace tools {

Reachable reachable(const std::vector<std::string>& now, std::vector<std::string> wanted) {
  std::map<std::string, size_t> fixed;
  for (const std::string& uri : now) {
    if (!curation::can_be_added(uri)) ++fixed[uri];
  }
  Reachable out;
  for (std::string& uri : wanted) {
    if (!curation::can_be_added(uri)) {
      size_t& left = fixed[uri];
      if (left == 0) {
        ++out.missing;
        continue;
      }
      --left;
    }
    out.uris.push_back(std::move(uri));
  }
  // Nothing that cannot come back is thrown away.
  for (const auto& [uri, left] : fixed) out.uris.insert(out.uris.end(), left, uri);
  return out;
}

std::string missing_sentence(size_t missing) {
  if (missing == 0) return {};
  return base::count_of(missing, "local file or nameless entry", "local files or nameless entries") +
         " cannot be put back by any app but Spotify's own.";
}

}  // namespace tools
