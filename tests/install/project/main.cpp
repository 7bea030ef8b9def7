// A server as another project would begin one, on the installed library.
#include <fmt/format.h>

#include "crypto/os_random.h"
#include "net/serve.h"
#include "os/system_clock.h"

struct Name {
  std::string name;
  static constexpr auto fields() { return schema::Fields{schema::required("name", &Name::name, "Whom to greet.")}; }
};
struct Greeting {
  std::string text;
  static constexpr auto fields() { return schema::Fields{schema::required("text", &Greeting::text)}; }
};

base::Task<base::Result<Greeting>> greet(mcp::CallContext&, Name name) { co_return Greeting{"Hello, " + name.name}; }

int main(int count, char**) {
  net::AsioLoop loop;
  const os::SystemClock clock;
  crypto::OsRandom random;
  base::NullLog log;
  mcp::Server server({loop, clock, random, log}, {.info = {.name = "greeter", .version = "1.0.0"}});
  server.add(mcp::tool<Name, Greeting>(
      {.name = "greet", .title = "Greet", .description = "Greets someone.", .effect = mcp::Effect::kRead}, greet));
  if (count < 2) return net::serve_stdio(loop, server) ? 0 : 1;
  // With an argument: over HTTP, on a free port.
  const auto tell = [](const std::string& url) { fmt::print(stderr, "listening on {}\n", url); };
  return net::serve_http(loop, server, 0, tell) ? 0 : 1;
}
