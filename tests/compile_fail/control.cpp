// expect: compiles
// The allowed uses of the same types. When this file is refused, the refusals of the others prove nothing.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/foreign_text.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/secret.h"
#include "crypto/constant_time.h"
#include "crypto/key.h"
#include "http/message.h"
#include "json/value.h"

base::Secret moved(base::Secret secret) { return secret; }
base::Secret cloned(const base::Secret& secret) { return secret.clone(); }
bool compared(const base::Secret& a, const base::Secret& b) { return crypto::equal(a, b); }
std::string revealed(const base::Secret& secret) { return fmt::format("Bearer {}", secret.reveal()); }
base::Field field(const std::string& text) { return base::Field("name", text); }
void log_event(base::Log& log, int rows) { log.event(base::Level::kInfo, "cache.swept", {{"rows", rows}}); }
json::Value value(const std::string& text) { return json::Value(text); }
json::Value of_object(bool flag) { return json::Object{{"flag", flag}, {"text", "x"}, {"nothing", nullptr}}; }
bool same(const base::ForeignText& a, const base::ForeignText& b) { return a == b; }
crypto::Key taken(crypto::Key key) { return key; }
base::Task<void> wait(base::Loop& loop) { co_await base::sleep_for(loop, std::chrono::seconds(1)); }
base::Task<void> forward(base::Task<void> task) { co_await std::move(task); }
bool expired(base::Instant now, base::Instant deadline) { return now > deadline; }
