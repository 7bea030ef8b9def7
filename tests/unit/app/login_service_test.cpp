#include "app/login_service.h"

#include <utility>

#include "config/settings.h"
#include "tests/unit/app/login_bench.h"

#include "tests/test.h"

namespace {

using app::Answer;
using app::LoginBench;
using base::Code;

app::LoginOptions pasted() {
  app::LoginOptions options;
  options.answer = Answer::kPasted;
  return options;
}

std::string state_in(const std::string& url) {
  const auto query = http::parse_query(http::split_target(url).query);
  REQUIRE(query);
  return std::string(http::find_parameter(*query, "state").value_or(""));
}

}  // namespace

TEST_CASE("a pasted answer logs in, and counts once") {
  LoginBench bench(pasted());
  const tools::PendingLogin pending = bench.begin();
  CHECK(!pending.completes_itself);
  const std::string address = bench.visit(pending.url);
  const auto status = bench.complete(address);
  REQUIRE(status);
  CHECK(status->logged_in);
  CHECK(status->user_id == std::string(sim::spotify::kDefaultUser));
  CHECK(bench.logged_in());
  CHECK(bench.exchanges() == 1);
  const auto again = bench.complete(address);
  REQUIRE(!again);
  CHECK(again.error().code == Code::kInvalidArgument);
  CHECK(bench.exchanges() == 1);
  CHECK(bench.logged_in());
}

TEST_CASE("nonsense and a state of another login change nothing, the true answer still counts") {
  LoginBench bench(pasted());
  const tools::PendingLogin pending = bench.begin();
  const std::string address = bench.visit(pending.url);
  for (const std::string& wrong :
       {std::string("nonsense"), std::string("http://127.0.0.1/callback"), pending.url,
        std::string("http://127.0.0.1/callback?code=AQ-fake&state=forged"),
        std::string("http://127.0.0.1/callback?error=access_denied&state=forged"), "https://example.org/?" + address}) {
    CAPTURE(wrong);
    const auto refused = bench.complete(wrong);
    REQUIRE(!refused);
    CHECK(refused.error().code == Code::kInvalidArgument);
    CHECK(refused.error().message.find("forged") == std::string::npos);
  }
  CHECK(bench.exchanges() == 0);
  CHECK(!bench.logged_in());
  CHECK(bench.complete(address));
}

TEST_CASE("a denial ends the login, stores nothing and repeats no word of the answer") {
  LoginBench bench(pasted());
  bench.simulator.set_consent(sim::spotify::Consent::kDeny);
  const tools::PendingLogin pending = bench.begin();
  const auto denied = bench.complete(bench.visit(pending.url));
  REQUIRE(!denied);
  CHECK(denied.error().code == Code::kForbidden);
  CHECK(denied.error().message.find("denied in the browser") != std::string::npos);
  CHECK(bench.exchanges() == 0);
  CHECK(!bench.logged_in());
  CHECK(bench.run(bench.login.wait(bench.owner)).error().message == "No login is waiting.");
}

TEST_CASE("a login waits 300 seconds, and one that nobody completes ends with the way out") {
  CHECK(LoginBench(pasted()).begin().valid_for == std::chrono::seconds(300));
  CHECK(std::chrono::minutes(config::Security{}.session_timeout_minutes.value()) == app::kLoginLasts);
  app::LoginOptions options = pasted();
  options.lasts = std::chrono::seconds(0);
  LoginBench bench(std::move(options));
  const auto begun = bench.begin();
  const std::string address = bench.visit(begun.url);
  const auto ended = bench.run(bench.login.wait(bench.owner));
  REQUIRE(!ended);
  CHECK((ended.error().code == Code::kDeadline || ended.error().message == "No login is waiting."));
  CHECK(!bench.complete(address));
  CHECK(bench.exchanges() == 0);
}

namespace {

base::Task<void> complete_and_count(LoginBench* bench, std::string address, int* good) {
  const auto completed = co_await bench->login.complete(bench->owner, std::move(address));
  if (completed) ++*good;
}

base::Task<int> complete_at_once(LoginBench* bench, std::vector<std::string> addresses) {
  int good = 0;
  base::TaskGroup group(bench->loop);
  for (std::string& address : addresses) group.spawn(complete_and_count(bench, std::move(address), &good));
  co_await group.join();
  co_return good;
}

}  // namespace

TEST_CASE("of a hundred logins at once the newest alone waits, and of a hundred answers to it one counts") {
  LoginBench bench(pasted());
  std::vector<std::string> addresses;
  for (int i = 0; i < 100; ++i) addresses.push_back(bench.visit(bench.begin().url));
  const std::string newest = addresses.back();
  addresses.pop_back();
  CHECK(bench.run(complete_at_once(&bench, addresses)) == 0);
  CHECK(bench.exchanges() == 0);
  CHECK(bench.run(complete_at_once(&bench, std::vector<std::string>(100, newest))) == 1);
  CHECK(bench.exchanges() == 1);
  CHECK(bench.logged_in());
}

TEST_CASE("a newer login takes the place of the one that waits") {
  LoginBench bench(pasted());
  const std::string first = bench.begin().url;
  const tools::PendingLogin second = bench.begin();
  CHECK(state_in(first) != state_in(second.url));
  CHECK(bench.complete(bench.visit(first)).error().code == Code::kInvalidArgument);
  CHECK(bench.complete(bench.visit(second.url)));
}

TEST_CASE("the listener takes the browser's answer on loopback, once, and then is gone") {
  LoginBench bench;
  const tools::PendingLogin pending = bench.begin();
  CHECK(pending.completes_itself);
  CHECK(pending.redirect_uri.starts_with("http://127.0.0.1:"));
  const std::string address = bench.visit(pending.url);
  CHECK(address.starts_with(pending.redirect_uri + "?"));
  const http::Response page = bench.fetch(address);
  CHECK(page.status == 200);
  CHECK(page.body.find("Logged in") != std::string::npos);
  CHECK(!page.headers.find("Set-Cookie"));
  CHECK(page.headers.find("Content-Security-Policy").value_or("").starts_with("default-src 'none'"));
  CHECK(bench.logged_in());
  CHECK(bench.exchanges() == 1);
  CHECK(!bench.complete(address));
}

TEST_CASE("a stranger at the listener gets a page that tells nothing, and the login goes on") {
  LoginBench bench;
  const tools::PendingLogin pending = bench.begin();
  const http::Response forged = bench.fetch(pending.redirect_uri + "?code=AQ-fake&state=%3Cscript%3E");
  CHECK(forged.status == 400);
  CHECK(forged.body.find("script>") == std::string::npos);
  CHECK(forged.body.find(state_in(pending.url_elsewhere)) == std::string::npos);
  CHECK(bench.fetch(pending.redirect_uri + "/other").status == 404);
  const http::Response posted = bench.fetch(pending.redirect_uri, http::Method::kPost);
  CHECK(posted.status == 405);
  CHECK(posted.headers.find("Allow") == "GET");
  CHECK(bench.exchanges() == 0);
  CHECK(bench.fetch(bench.visit(pending.url)).status == 200);
}

namespace {

// A login that its own browser has begun, up to the address on which it ended.
struct BegunLogin {
  LoginBench bench;
  tools::PendingLogin pending = bench.begin();
  std::string address = bench.visit(pending.url);
  const std::string cookie = bench.cookie;

  // The address in a browser that sends these cookies.
  int with(const std::string& cookies) {
    bench.cookie = cookies;
    return bench.fetch(address).status;
  }
  std::string reason() const {
    std::string last;
    for (const audit::Entry& each : bench.trail.entries) {
      if (each.event == audit::Event::kLoginForeign) last = each.reason;
    }
    return last;
  }
};

}  // namespace

// Whoever begins a login and leaves its last step to somebody else's browser would be answered with that person's
// account: the browser that ends a login has to be the one that began it.
TEST_CASE("cve_2026_27124: the answer of a login in another browser is refused, told, and the login goes on") {
  BegunLogin login;
  const std::string name = login.cookie.substr(0, login.cookie.find('='));
  CHECK(login.with("") == 400);
  CHECK(login.reason() == "another browser");
  CHECK(login.with(name + "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") == 400);
  CHECK(login.reason() == "a cookie of another login");
  CHECK(login.with("x" + login.cookie) == 400);
  CHECK(login.with(login.cookie + "; " + login.cookie) == 400);
  CHECK(login.reason() == "a cookie twice");
  CHECK(login.with(login.cookie + "; " + name + "=other") == 400);
  CHECK(login.bench.exchanges() == 0);
  CHECK(!login.bench.logged_in());
  CHECK(login.with("theirs=1; " + login.cookie) == 200);
  CHECK(login.bench.exchanges() == 1);
}

TEST_CASE("workers_open_redirect: nothing that a browser brings to the listener is where it is sent") {
  LoginBench bench;
  const tools::PendingLogin pending = bench.begin();
  const std::string start = pending.url.substr(0, pending.url.find('?'));
  const std::string origin = start.substr(0, start.find('/', std::string_view("http://").size()));
  for (const std::string aim :
       {"https://evil.example", "https://evil.example/", "//evil.example", "///evil.example", "/%5cevil.example",
        "%5c%5cevil.example", "https:evil.example", "https:/evil.example", "http://127.0.0.1@evil.example",
        "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1.evil.example/callback", "javascript:alert(1)",
        "data:text/html,x", "%2f%2fevil.example", "%0d%0aLocation:%20https://evil.example", "%0aSet-Cookie:%20a=b",
        "http://localhost/callback", "http://[::1]/callback", "file:///etc/passwd", "spotify:track:1",
        "https://evil.example%23@127.0.0.1", "https://evil.example%2f@127.0.0.1", "/", ".", "..", "%2e%2e%2f%2e%2e",
        "?next=https://evil.example", "%23https://evil.example", "//127.0.0.1%5c@evil.example",
        "https://evil.example/%2e%2e"}) {
    CAPTURE(aim);
    for (const std::string& asked :
         {pending.redirect_uri + "?redirect_uri=" + aim,
          pending.redirect_uri + "?error=access_denied&state=x&next=" + aim,
          pending.redirect_uri + "?code=AQ-fake&state=" + aim, start + "?return_to=" + aim, origin + "/" + aim}) {
      CAPTURE(asked);
      const http::Response response = bench.fetch(asked);
      CHECK(response.status >= 400);
      CHECK(!response.headers.find("Location"));
      CHECK(!response.headers.find("Set-Cookie"));
      CHECK(response.body.find("evil.example") == std::string::npos);
    }
  }
  CHECK(bench.exchanges() == 0);
  // The one address that it ever sends a browser to is that of the accounts service.
  const http::Response begun = bench.fetch(pending.url);
  CHECK(begun.status == 302);
  CHECK(begun.headers.find("Location") == pending.url_elsewhere);
}

TEST_CASE("attack: the answer of a login a second time, with everything that belongs to it") {
  BegunLogin login;
  CHECK(login.with(login.cookie) == 200);
  CHECK(!login.bench.complete(login.address));
  CHECK(login.bench.exchanges() == 1);
}

TEST_CASE("attack: an answer before the person has opened the login") {
  LoginBench bench;
  const tools::PendingLogin pending = bench.begin();
  const std::string address = bench.visit(pending.url_elsewhere);
  CHECK(bench.fetch(address).status == 400);
  CHECK(bench.exchanges() == 0);
  CHECK(bench.fetch(bench.visit(pending.url)).status == 200);
}

TEST_CASE("attack: the address of a login is opened by a second browser, or guessed, or looked at ahead") {
  LoginBench bench;
  const tools::PendingLogin pending = bench.begin();
  bench.more_headers = {"Sec-Purpose: prefetch"};
  CHECK(bench.fetch(pending.url).status == 400);
  bench.more_headers.clear();
  CHECK(bench.fetch(pending.url.substr(0, pending.url.find('?'))).status == 400);
  CHECK(bench.fetch(pending.url + "x").status == 400);
  const std::string address = bench.visit(pending.url);
  const std::string cookie = std::exchange(bench.cookie, "");
  const http::Response second = bench.fetch(pending.url);
  CHECK(second.status == 400);
  CHECK(!second.headers.find("Location"));
  CHECK(!second.headers.find("Set-Cookie"));
  // The first may go back and open it again.
  bench.cookie = cookie;
  const http::Response again = bench.fetch(pending.url);
  CHECK(again.status == 302);
  CHECK(!again.headers.find("Set-Cookie"));
  CHECK(bench.fetch(address).status == 200);
}

TEST_CASE("attack: a web page whose name leads to the listener") {
  LoginBench bench;
  std::vector<std::string> misdirected;
  int visits = 0;
  const auto answered = [&visits](http::Request) -> base::Task<base::Result<std::string>> {
    ++visits;
    co_return "yours";
  };
  const auto listener = app::CallbackListener::open(
      bench.loop, bench.log, {},
      {.start_path = "/login",
       .started = nullptr,
       .answered = answered,
       .misdirected = [&misdirected](std::string host) { misdirected.push_back(std::move(host)); }});
  REQUIRE(listener);
  const auto status = [&](std::string_view host) {
    http::Request request;
    request.target = "/callback?code=AQ-fake&state=s";
    if (!host.empty()) request.headers.add("Host", host);
    return bench.run((*listener)->handle(std::move(request))).status;
  };
  CHECK(status("attacker.example") == 403);
  CHECK(status("127.0.0.1.attacker.example") == 403);
  CHECK(status("") == 403);
  CHECK(visits == 0);
  CHECK(misdirected.size() == 3);
  CHECK(status("127.0.0.1:" + std::to_string(*(*listener)->address().port())) == 200);
  CHECK(visits == 1);
}

TEST_CASE("the cookie of a login is for its paths, hidden from scripts, and lives as long as the login") {
  LoginBench bench;
  const http::Response begun = bench.fetch(bench.begin().url);
  CHECK(begun.headers.count("Set-Cookie") == 2);
  const std::string cookie(begun.headers.find("Set-Cookie").value_or(""));
  CHECK(cookie.contains("; Max-Age=300; Path=/callback; HttpOnly; SameSite=Lax"));
  CHECK(cookie.find(';') - cookie.find('=') - 1 == 43);
  CHECK(begun.headers.find("Referrer-Policy") == "no-referrer");
  CHECK(begun.headers.find("Cache-Control") == "no-store");
}

TEST_CASE("a code that Spotify refuses is no login") {
  LoginBench bench(pasted());
  const tools::PendingLogin pending = bench.begin();
  const auto refused = bench.complete("http://127.0.0.1/callback?code=AQ-fake&state=" + state_in(pending.url));
  REQUIRE(!refused);
  CHECK(refused.error().message.find("AQ-fake") == std::string::npos);
  CHECK(bench.exchanges() == 1);
  CHECK(!bench.logged_in());
}

TEST_CASE("logging out forgets receipts and snapshots, and nobody else's") {
  LoginBench bench(pasted());
  for (const char* who : {"owner", "other"}) {
    store::Kept kept{.id = "r1", .kind = "receipt", .subject = "list", .label = "before", .at = {}, .content = "x"};
    REQUIRE(bench.run(bench.archive.put(who, std::move(kept))));
  }
  REQUIRE(bench.run(bench.login.logout(bench.owner)));
  CHECK(!*bench.run(bench.archive.get(bench.owner.id, "r1")));
  CHECK(*bench.run(bench.archive.get("other", "r1")));
}

TEST_CASE("logging out forgets the grant, also when there is none") {
  LoginBench bench(pasted());
  CHECK(!bench.run(bench.login.logout(bench.owner))->was_logged_in);
  const tools::PendingLogin pending = bench.begin();
  REQUIRE(bench.complete(bench.visit(pending.url)));
  CHECK(bench.run(bench.login.logout(bench.owner))->was_logged_in);
  CHECK(!bench.logged_in());
}
