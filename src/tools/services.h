// What the tools are given. The composition root makes one Services and keeps it for as long as any tool may run.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "mcp/principal.h"
#include "spotify/client.h"
#include "tools/desk.h"
#include "tools/login.h"
#include "tools/sign.h"

namespace tools {

// kLockdown: answers hold ids, URIs, numbers and states, and no word that somebody wrote on Spotify.
enum class Privacy { kFull, kLockdown };

struct Options {
  Privacy privacy = Privacy::kFull;
  // A whole result, the text twin included. Lists are cut to it, and say so.
  size_t answer_bytes_max = size_t{32} * 1024;
  // Spotify carries a player command out some time after it took it. The state is read after the first wait, and once
  // more after the second.
  std::chrono::milliseconds first_look{250};
  std::chrono::milliseconds second_look{900};
};

struct Services {
  // Shared, so that a client that is replaced at a logout lives until the calls that use it have ended.
  std::function<std::shared_ptr<spotify::Client>(const mcp::Principal&)> client_for;
  Login& login;
  const base::Clock& clock;
  Desk& desk;
  Options options = {};
  // The permissions that the offered tools need, known once they were selected.
  std::vector<std::string> wanted_scopes = {};
  // Told of foreign text that looks like an attempt to lead a model; may be empty.
  SuspicionHeard on_suspicion = nullptr;
  // Which tools are offered; none named: all of them. Answers send nobody to another one.
  std::set<std::string, std::less<>> offered = {};

  bool offers(std::string_view tool) const { return offered.empty() || offered.contains(tool); }
};

}  // namespace tools
