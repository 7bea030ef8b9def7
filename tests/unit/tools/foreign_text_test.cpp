// No word that somebody wrote on Spotify gets past the sanitiser: every text that Spotify can send is named here and
// poisoned, every tool is called, and every text of every answer is named here too. A text that is new on either side
// fails until somebody has said whose it is.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/text.h"
#include "tests/support/injections.h"
#include "tests/unit/tools/curation_bench.h"
#include "tests/unit/tools/every_call.h"
#include "tools/code_points.h"
#include "tools/prompts.h"
#include "tools/resources.h"

#include "tests/test.h"

namespace tools {
namespace {

using Names = std::set<std::string, std::less<>>;

// ------------------------------------------------------------------------------------ what the models hold as text

template <class T>
struct Leaves;
template <class T>
constexpr bool kIsSafe = false;  // Its reader lets nothing through that anybody could have written.
template <>
constexpr bool kIsSafe<bool> = true;
template <>
constexpr bool kIsSafe<int> = true;
template <>
constexpr bool kIsSafe<int64_t> = true;
template <>
constexpr bool kIsSafe<base::ForeignText> = true;  // Has no way out but the sanitiser.
template <>
constexpr bool kIsSafe<spotify::Word> = true;
template <>
constexpr bool kIsSafe<spotify::Link> = true;
template <>
constexpr bool kIsSafe<spotify::Uri> = true;
template <>
constexpr bool kIsSafe<spotify::UserId> = true;
template <>
constexpr bool kIsSafe<spotify::Actions> = true;
template <spotify::Kind kKind>
constexpr bool kIsSafe<spotify::Id<kKind>> = true;
template <class Traits>
constexpr bool kIsSafe<spotify::Opaque<Traits>> = true;

template <class T>
void collect(const std::string& path, Names& raw) {
  Leaves<T>::collect(path, raw);
}
template <class T>
struct Leaves {
  static void collect(const std::string& path, Names& raw) {
    if constexpr (schema::Described<T>) {
      T::fields().each([&](const auto& field) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*field.member)>;
        tools::collect<Member>(path + "." + std::string(field.name), raw);
      });
    } else if constexpr (std::is_same_v<T, std::string>) {
      raw.insert(path);
    } else {
      static_assert(kIsSafe<T>, "a model has a member of a new type: say here whether people write it");
    }
  }
};
template <class T>
struct Leaves<spotify::Maybe<T>> : Leaves<T> {};
template <class T>
struct Leaves<spotify::Several<T>> : Leaves<T> {};
template <class... T>
struct Leaves<std::variant<T...>> {
  static void collect(const std::string& path, Names& raw) { (tools::collect<T>(path, raw), ...); }
};

TEST_CASE("no model holds a text that is neither foreign nor of a closed grammar") {
  Names raw;
  collect<spotify::Page<spotify::Track>>("page", raw);
  collect<spotify::CursorPage<spotify::Artist>>("artists", raw);
  collect<spotify::CursorPage<spotify::PlayHistory>>("history", raw);
  collect<spotify::Album>("album", raw);
  collect<spotify::Show>("show", raw);
  collect<spotify::Episode>("episode", raw);
  collect<spotify::Audiobook>("audiobook", raw);
  collect<spotify::Playlist>("playlist", raw);
  collect<spotify::SavedTrack>("saved_track", raw);
  collect<spotify::SavedAlbum>("saved_album", raw);
  collect<spotify::SavedShow>("saved_show", raw);
  collect<spotify::SavedEpisode>("saved_episode", raw);
  collect<spotify::Me>("me", raw);
  collect<spotify::Device>("device", raw);
  collect<spotify::Playback>("playback", raw);
  collect<spotify::Queue>("queue", raw);
  // Cursors go into cursors of ours, encoded, or are read as numbers.
  CHECK(raw ==
        Names{"artists.cursors.after", "artists.cursors.before", "history.cursors.after", "history.cursors.before"});
}

// --------------------------------------------------------------------------------------------- what Spotify sends

// Members of Spotify's answers that hold words of people, wherever they stand.
const Names kForeign{"name", "display_name", "description", "html_description", "publisher", "label", "text", "genres"};
// Members that hold words, names and addresses of Spotify itself.
const Names kOfSpotify{
    "id",
    "uri",
    "href",
    "url",
    "spotify",
    "type",
    "snapshot_id",
    "album_type",
    "album_group",
    "release_date",
    "release_date_precision",
    "media_type",
    "languages",
    "language",
    "added_at",
    "played_at",
    "isrc",
    "ean",
    "upc",
    "reason",
    "next",
    "previous",
    "after",
    "before",
    "account_id",
    "repeat_state",
    "currently_playing_type",
    "edition",
    "copyrights",
    "context",
    "product",
    "country",
    "email",
    "access_token",
    "token_type",
    "scope",
    "refresh_token",
    "message",
    "markets",
    "available_markets",
    "primary_color",
    "preview_url",
    "audio_preview_url",
    "linked_from",
};

enum class Poison { kForeign, kEverything };

// Spotify, but whatever somebody could have written there is an attack.
class PoisonedSpotify final : public http::Client {
 public:
  PoisonedSpotify(http::Client& next, Poison poison, size_t first) : next_(next), poison_(poison), used_(first) {}

  base::Task<base::Result<http::Response>> send(http::Request request) override {
    auto response = co_await next_.send(std::move(request));
    if (!response || response->body.empty()) co_return response;
    auto body = json::parse(response->body);
    if (!body) co_return response;
    spoil(*body, "");
    response->body = json::write(*body);
    co_return response;
  }

  Names unknown;  // Members that hold text and are in neither list.
  Names poisoned;
  size_t used() const { return used_; }

 private:
  void spoil(json::Value& value, std::string_view name) {
    if (value.is_array()) {
      for (json::Value& each : value.array()) spoil(each, name);
    } else if (value.is_object()) {
      for (auto& [member, inner] : value.object()) spoil(inner, member);
    } else if (value.is_string()) {
      const bool foreign = kForeign.contains(name);
      if (!foreign && !kOfSpotify.contains(name)) unknown.emplace(name);
      if (!foreign && poison_ == Poison::kForeign) return;
      // Without ids, times and kinds there is nothing to answer with.
      static const Names kStructure{"id", "uri", "href", "snapshot_id"};
      if (kStructure.contains(name)) return;
      poisoned.emplace(name);
      value = attacks_[used_++ % attacks_.size()];
    }
  }

  http::Client& next_;
  Poison poison_;
  std::vector<std::string> attacks_ = test::injections();
  size_t used_;
};

// ------------------------------------------------------------------------------------------------ what we answer

// Members of our answers that hold words of people, sanitised. None of them is there in lockdown.
const Names kPresented{"name",      "artists", "album",        "owner", "description", "publisher", "authors",
                       "narrators", "genres",  "display_name", "title", "show",        "wanted"};

bool is_forbidden(char32_t c) {
  const bool joins = c == 0x200C || c == 0x200D || c == 0xFE0F;
  return !joins && ((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
                    c == 0xFEFF || c == 0xAD || c == 0x61C || (c >= 0xE0000 && c <= 0xE0FFF));
}

// Addresses that an answer may hold.
bool is_address_of_ours(std::string_view text) {
  constexpr std::array<std::string_view, 4> kOurs{"https://open.spotify.com/", "https://accounts.spotify.com/",
                                                  "http://127.0.0.1", "https://developer.spotify.com/"};
  if (std::ranges::any_of(kOurs, [&](std::string_view each) { return text.starts_with(each); })) return true;
  const std::string_view host = text.substr(0, text.find('/', 8));
  return host.starts_with("https://") && (host.ends_with(".scdn.co") || host.ends_with(".spotifycdn.com"));
}

void check_clean(std::string_view text) {
  INFO(text);
  CHECK(base::is_valid_utf8(text));
  std::string lines(text);
  std::erase_if(lines, [](char c) { return c == '\n' || c == '\r'; });  // Of files and lists that we write.
  CHECK_FALSE(base::has_control_characters(lines));
  const std::u32string points = decode(text);
  CHECK(std::ranges::none_of(points, is_forbidden));
  for (const std::string_view mark : {"](", "```", "<system", "</system", "<|im_", "[INST]", "<img", "<a href"}) {
    CHECK_FALSE(text.contains(mark));
  }
  CHECK_FALSE(text.contains("evil.example/p.png"));
  for (size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 1)) {
    const size_t begin = text.find_last_of(" \"(,\n", at);
    CHECK(is_address_of_ours(text.substr(begin == std::string_view::npos ? 0 : begin + 1)));
  }
}

void check_all(const json::Value& value) {
  if (value.is_string()) return check_clean(value.string());
  if (value.is_array()) {
    for (const json::Value& each : value.array()) check_all(each);
  } else if (value.is_object()) {
    for (const auto& [name, inner] : value.object()) check_all(inner);
  }
}

// The members that hold text in which the canary is found.
void find_canaries(const json::Value& value, std::string_view name, Names& found) {
  if (value.is_string() && value.string().contains(test::kCanary)) found.emplace(name);
  if (value.is_array()) {
    for (const json::Value& each : value.array()) find_canaries(each, name, found);
  } else if (value.is_object()) {
    for (const auto& [member, inner] : value.object()) find_canaries(inner, member, found);
  }
}

struct Poisoned {
  Poisoned(Poison poison, size_t first, Options options = {}) : bench(options), spotify(bench.http, poison, first) {
    bench.client = std::make_shared<spotify::Client>(
        spotify::Client::Services{spotify, bench.tokens, bench.gate, bench.loop, bench.loop, bench.random, bench.log},
        spotify::ClientOptions{});
    bench.login.current.display_name = base::ForeignText(test::injections().front());
    bench.services.on_suspicion = [this](const Suspicion& each) { heard.push_back(each); };
  }
  // What each tool says, the answer or the error.
  void each_answer(const std::function<void(const std::string&, const mcp::ToolResult&)>& look) {
    const Calls reads = every_reading_call(bench);
    const Calls changes = every_changing_call(bench);
    for (const Calls& calls : {reads, changes}) {
      for (const auto& [tool, arguments] : calls) {
        called.insert(tool);
        look(tool, bench.call(tool, arguments));
      }
    }
  }

  CurationBench bench;
  PoisonedSpotify spotify;
  std::vector<Suspicion> heard;
  Names called;
};

TEST_CASE("400 attacks through every text that Spotify sends, and every answer of every tool is clean") {
  Names foreign_out;
  size_t used = 0;
  size_t heard = 0;
  for (const Poison poison : {Poison::kForeign, Poison::kEverything, Poison::kForeign}) {
    Poisoned poisoned(poison, used);
    poisoned.each_answer([&](const std::string& tool, const mcp::ToolResult& result) {
      INFO(tool << ": " << Bench::text_of(result));
      check_clean(Bench::text_of(result));
      if (!result.structured) return;
      check_all(*result.structured);
      find_canaries(*result.structured, "", foreign_out);
    });
    CHECK(poisoned.spotify.unknown == Names{});
    for (const std::string& name : {"name", "display_name", "description", "text", "genres"}) {
      INFO(name);
      CHECK(poisoned.spotify.poisoned.contains(name));
    }
    for (const mcp::Tool& tool : poisoned.bench.tools) {
      INFO(tool.info.name);
      CHECK(poisoned.called.contains(tool.info.name));
    }
    for (const Suspicion& each : poisoned.heard) {
      INFO(each.subject);
      CHECK_FALSE(each.subject.contains(test::kCanary));
      CHECK_FALSE(each.signs.empty());
      CHECK((each.subject.starts_with("spotify:") || each.subject == "name" || each.subject == "local file"));
    }
    used = poisoned.spotify.used();
    heard += poisoned.heard.size();
  }
  CHECK(test::injections().size() == 400);
  CHECK(used > 2000);
  CHECK(heard > 1000);
  // Sentences name things in quotation marks, and files list them; all else is in its own member.
  for (const std::string& name : foreign_out) {
    INFO(name);
    CHECK((kPresented.contains(name) || name == "summary" || name == "content"));
  }
}

TEST_CASE("in lockdown no word that somebody wrote is in any answer of any tool, error included") {
  Poisoned poisoned(Poison::kForeign, 0, {.privacy = Privacy::kLockdown});
  poisoned.each_answer([](const std::string& tool, const mcp::ToolResult& result) {
    const std::string text = Bench::text_of(result);
    INFO(tool << ": " << text);
    CHECK_FALSE(text.contains(test::kCanary));
    CHECK_FALSE(text.contains("https://open.spotify.com/"));
  });
  CHECK(poisoned.spotify.poisoned.contains("name"));
  CHECK(poisoned.heard.empty());
}

TEST_CASE("in lockdown resources and completions hold no words either") {
  Poisoned poisoned(Poison::kForeign, 0, {.privacy = Privacy::kLockdown});
  Bench& bench = poisoned.bench;
  const auto context = [&] {
    return mcp::CallContext(bench.loop, {}, mcp::Revision::k2026_07_28, bench.loop.now() + bench.time_allowed);
  };
  for (const mcp::Resource& resource : resources_over(bench.tools).fixed) {
    auto call = context();
    const auto contents = bench.loop.run(resource.read(call, resource.uri, {}));
    REQUIRE(contents);
    CHECK_FALSE(contents->front().text.contains(test::kCanary));
  }
  for (const mcp::Prompt& prompt : prompts_over(bench.tools)) {
    if (!prompt.complete) continue;
    for (const mcp::PromptArgument& argument : prompt.arguments) {
      auto call = context();
      const auto values = bench.loop.run(prompt.complete(call, argument.name, "", {}));
      REQUIRE(values);
      for (const std::string& value : *values) CHECK_FALSE(value.contains(test::kCanary));
    }
  }
}

}  // namespace
}  // namespace tools
