// The way back to the client beside the answer itself: where notifications and, in the legacy era, requests of ours go.
// A transport gives one to each request that it hands over.
#pragma once

#include <string>

namespace mcp {

class Channel {
 public:
  virtual ~Channel() = default;
  // One encoded message. It never blocks and never re-enters its caller; a client that is gone or does not read loses
  // it.
  virtual void send(std::string message) = 0;
  // False where nothing can be sent, such as to a client that takes no event stream.
  virtual bool is_open() const = 0;
  // Ends the client's connection while the request goes on; the client comes back for what follows. Nothing where the
  // transport has no such thing.
  virtual void let_go() {}
};

}  // namespace mcp
