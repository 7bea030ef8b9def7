// The person: profile, top items, followed artists, recent plays.
#include <fmt/format.h>

#include <algorithm>

#include "sim/spotify/call.h"
#include "sim/spotify/handlers.h"

namespace sim::spotify {
namespace {

Answer<size_t> time_range(const Call& call) {
  const std::string_view range = call.parameter("time_range").value_or("medium_term");
  if (range == "short_term") return 0U;
  if (range == "medium_term") return 1U;
  if (range == "long_term") return 2U;
  return refuse(400, "Invalid time range");
}

// Links of cursor pages carry what the call had, with other cursors.
std::string cursor_link(const Call& call, int64_t limit, std::string_view name, std::string_view value) {
  http::Parameters parameters;
  for (const auto& [known, given] : call.query) {
    if (known != "limit" && known != "after" && known != "before") parameters.emplace_back(known, given);
  }
  parameters.emplace_back("limit", fmt::format("{}", limit));
  if (!name.empty()) parameters.emplace_back(name, value);
  return fmt::format("{}{}?{}", kApiUrl, call.path, http::encode_query(parameters));
}

}  // namespace

Reply get_me(Call& call) {
  const User& user = call.user();
  json::Object me = render_user_reference(user.id);
  me.append("account_id", user.account_id);
  me.append("display_name", user.display_name ? json::Value(*user.display_name) : json::Value());
  me.append("images", render_images("ab6775700000ee85", user.id));
  if (!call.is_dev2026()) {
    me.append("followers", json::Object{{"href", nullptr}, {"total", 3}});
    if (call.has_scope("user-read-private")) {
      me.append("country", user.country);
      me.append("product", user.product == Product::kPremium ? "premium" : "free");
      me.append("explicit_content", json::Object{{"filter_enabled", false}, {"filter_locked", false}});
    }
    if (call.has_scope("user-read-email")) me.append("email", user.email);
  }
  return json_response(200, std::move(me));
}

Reply get_top_artists(Call& call) {
  TRY(const size_t range, time_range(call));
  TRY(const Window shown, window(call));
  const View view = call.view();
  return json_response(200, page_over(call, shown, call.user().top_artists[range],
                                      [&](Index i) { return render_artist(view, i); }));
}

Reply get_top_tracks(Call& call) {
  TRY(const size_t range, time_range(call));
  TRY(const Window shown, window(call));
  const View view = call.view();
  return json_response(200, page_over(call, shown, call.user().top_tracks[range],
                                      [&](Index i) { return render_track(view, i); }));
}

Reply get_following(Call& call) {
  if (call.parameter("type") != "artist") return refuse(400, "Invalid type");
  TRY(const int64_t limit, integer_parameter(call, "limit", 20, 1, 50));
  const auto& followed = call.user().followed_artists.items();
  auto from = followed.begin();
  if (const auto after = call.parameter("after")) {
    const auto last = std::ranges::find(followed, *after, &Saved::id);
    if (last != followed.end()) from = last + 1;
  }
  const View view = call.view();
  json::Array items;
  auto at = from;
  for (; at != followed.end() && static_cast<int64_t>(items.size()) < limit; ++at) {
    if (const auto artist = call.catalogue().find(Kind::kArtist, at->id)) {
      items.emplace_back(render_artist(view, *artist));
    }
  }
  const bool has_more = at != followed.end();
  const std::string cursor = has_more ? (at - 1)->id : "";
  json::Object artists{{"href", cursor_link(call, limit, "", "")}, {"limit", limit}};
  artists.append("next", has_more ? json::Value(cursor_link(call, limit, "after", cursor)) : json::Value());
  artists.append("cursors", json::Object{{"after", has_more ? json::Value(cursor) : json::Value()}});
  artists.append("total", static_cast<int64_t>(followed.size()));
  artists.append("items", std::move(items));
  return json_response(200, json::Object{{"artists", std::move(artists)}});
}

Reply get_recently_played(Call& call) {
  constexpr int64_t kReach = 50;
  TRY(const int64_t limit, integer_parameter(call, "limit", 20, 1, 50));
  if (call.parameter("after") && call.parameter("before")) {
    return refuse(400, "after and before cannot both be given");
  }
  TRY(const int64_t after, integer_parameter(call, "after", -1, 0, INT64_MAX));
  TRY(const int64_t before, integer_parameter(call, "before", INT64_MAX, 0, INT64_MAX));
  call.user().player.advance(call.now);
  const auto& history = call.user().player.history();
  const View view = call.view();
  json::Array items;
  std::optional<base::Wall> newest;
  base::Wall oldest;
  bool has_more = false;
  int64_t seen = 0;
  for (auto play = history.rbegin(); play != history.rend() && seen < kReach; ++play, ++seen) {
    if (play->played_at.unix_ms <= after || play->played_at.unix_ms >= before) continue;
    if (static_cast<int64_t>(items.size()) == limit) {
      has_more = true;
      break;
    }
    if (!newest) newest = play->played_at;
    oldest = play->played_at;
    items.emplace_back(json::Object{{"track", render_playable(view, play->uri)},
                                    {"played_at", to_rfc3339_ms(play->played_at)},
                                    {"context", render_context(play->context_uri)}});
  }
  const std::string next = fmt::format("{}", oldest.unix_ms);
  json::Object body{{"items", std::move(items)}};
  body.append("next", has_more ? json::Value(cursor_link(call, limit, "before", next)) : json::Value());
  body.append("cursors", newest ? json::Value(json::Object{{"after", fmt::format("{}", newest->unix_ms)},
                                                           {"before", next}})
                                : json::Value());
  body.append("limit", limit);
  body.append("href", cursor_link(call, limit, "", ""));
  return json_response(200, std::move(body));
}

}  // namespace sim::spotify
