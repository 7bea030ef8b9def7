// What a sentence calls the things that a call is about: the question to the person whether something may be taken away
// has to say what.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "mcp/context.h"
#include "spotify/client.h"
#include "tools/services.h"

namespace tools {

// So many are named; the others are counted.
inline constexpr size_t kSpokenMax = 3;

// `"A", "B" and "C"`, or `"A", "B", "C" and 4 more`: of `all` things the names of the first. Nothing for no names.
std::string listed(const std::vector<std::string>& names, size_t all);

// The names of the first of these (URIs of any kind), as `listed` takes them. One request for each that is not in the
// cache; what cannot be read, and everything in lockdown, is called by its URI.
base::Task<std::string> spoken_of(const Services& services, mcp::CallContext& context,
                                  std::shared_ptr<spotify::Client> client, std::vector<std::string> uris);

}  // namespace tools
