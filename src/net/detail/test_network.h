// What a test puts in the place of the name service and of the internet, so that names can lead to loopback and move
// between two requests. No setting and no command makes one, and no other folder of the program may include this.
#pragma once

#include <functional>
#include <string>
#include <sys/socket.h>

namespace net {

struct TestNetwork {
  // The addresses of a name, such as "127.0.0.2,127.0.0.1", asked before each request on the I/O thread.
  std::function<std::string(const std::string& name)> addresses;
  // Which addresses stand for the internet.
  std::function<bool(const sockaddr&)> is_public;
};

}  // namespace net
