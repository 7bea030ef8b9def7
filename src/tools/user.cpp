// The toolset "user": the account and what its owner likes.
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/answers.h"
#include "tools/arguments.h"
#include "tools/list.h"
#include "tools/make.h"
#include "tools/present.h"

namespace tools {

enum class TopType { kTrack, kArtist };

}  // namespace tools

template <>
struct schema::EnumNames<tools::TopType> {
  static constexpr std::array kNames{std::pair{tools::TopType::kTrack, std::string_view("track")},
                                     std::pair{tools::TopType::kArtist, std::string_view("artist")}};
};

namespace tools {
namespace {

struct MeAnswer {
  std::string id;
  std::optional<std::string> account_id{};
  std::optional<std::string> name{};
  std::optional<std::string> country{};
  std::optional<std::string> product{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("id", &MeAnswer::id),           schema::optional("account_id", &MeAnswer::account_id),
        schema::optional("name", &MeAnswer::name),       schema::optional("country", &MeAnswer::country),
        schema::optional("product", &MeAnswer::product),
    };
  }
};

std::optional<std::string> word(const spotify::Maybe<spotify::Word>& value) {
  return value ? text_of(*value) : std::nullopt;
}

base::Task<base::Result<MeAnswer>> get_me(const Services& services, mcp::CallContext& context, schema::Empty) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto me, co_await client->me(call_of(context)));
  const Presenter presenter(services);
  co_return MeAnswer{.id = std::string(me.id.text()),
                     .account_id = word(me.account_id),
                     .name = presenter.name(me.display_name),
                     .country = word(me.country),
                     .product = word(me.product)};
}

struct TopArguments {
  TopType type = TopType::kTrack;
  spotify::TimeRange time_range = spotify::TimeRange::kMedium;
  Limit limit{20};
  std::optional<CursorText> cursor;
  std::optional<Detail> detail;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("type", &TopArguments::type),
        schema::defaulted("time_range", &TopArguments::time_range, "About 4 weeks, 6 months or a year."),
        schema::defaulted("limit", &TopArguments::limit, kAboutLimit),
        schema::optional("cursor", &TopArguments::cursor, kAboutCursor),
        schema::optional("detail", &TopArguments::detail, kAboutDetail),
    };
  }
};

base::Task<base::Result<List>> get_top_items(const Services& services, mcp::CallContext& context,
                                             TopArguments arguments) {
  const ListKey key(services, context, "get_top_items",
                    {schema::enum_name(arguments.type), schema::enum_name(arguments.time_range)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  const Presenter presenter(services, detail_of(arguments.detail));
  const auto to_item = [&](const auto& each) { return presenter.item(each); };
  if (arguments.type == TopType::kTrack) {
    CO_TRY(const auto page, co_await client->top_tracks(arguments.time_range, request, call_of(context)));
    co_return list_of(page, request.limit, key, services.options.answer_bytes_max, to_item);
  }
  CO_TRY(const auto page, co_await client->top_artists(arguments.time_range, request, call_of(context)));
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max, to_item);
}

struct FollowedArguments {
  Limit limit{20};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("limit", &FollowedArguments::limit, kAboutLimit),
        schema::optional("cursor", &FollowedArguments::cursor, kAboutCursor),
    };
  }
};

base::Task<base::Result<List>> get_followed_artists(const Services& services, mcp::CallContext& context,
                                                    FollowedArguments arguments) {
  const ListKey key(services, context, "get_followed_artists", {});
  std::optional<spotify::ArtistId> after;
  if (arguments.cursor) {
    CO_TRY(const json::Object place, key.place_of(*arguments.cursor));
    const json::Value* id = place.find("a");
    const auto parsed = id != nullptr && id->is_string()
                            ? spotify::ArtistId::parse(id->string())
                            : base::Result<spotify::ArtistId>(std::unexpected(invalid_cursor()));
    if (!parsed) co_return std::unexpected(invalid_cursor());
    after = *parsed;
  }
  const auto client = services.client_for(context.principal());
  const int limit = static_cast<int>(arguments.limit.value());
  CO_TRY(const auto page, co_await client->followed_artists(limit, after, call_of(context)));
  const Presenter presenter(services);
  List answer;
  if (page.total) answer.total = *page.total;
  answer.skipped = page.items.skipped;
  for (const spotify::Artist& artist : page.items) {
    if (auto item = presenter.item(artist)) {
      answer.items.push_back(*std::move(item));
    } else {
      ++answer.skipped;
    }
  }
  if (page.cursors && page.cursors->after)
    answer.next_cursor = key.cursor_at(json::Object{{"a", *page.cursors->after}});
  std::vector<std::string> uris;
  for (const Item& item : answer.items) uris.push_back(item.uri);
  fit(answer, services.options.answer_bytes_max, [&](size_t n) {
    const auto last = n == 0 ? std::nullopt : std::optional(spotify::ArtistId::parse(uris[n - 1]));
    return last && *last ? key.cursor_at(json::Object{{"a", (*last)->text()}}) : std::string();
  });
  co_return answer;
}

}  // namespace

std::vector<mcp::Tool> user_tools(const Services& services) {
  return {
      make(services,
           {.name = "get_me",
            .title = "Account",
            .description = "The logged-in account.",
            .effect = mcp::Effect::kRead,
            .toolset = "user"},
           &get_me),
      make(services,
           {.name = "get_top_items",
            .title = "Top tracks or artists",
            .description = "What the user listens to most, best first.",
            .effect = mcp::Effect::kRead,
            .toolset = "user",
            .scopes = {"user-top-read"}},
           &get_top_items),
      make(services,
           {.name = "get_followed_artists",
            .title = "Followed artists",
            .description = "Artists the user follows.",
            .effect = mcp::Effect::kRead,
            .toolset = "user",
            .scopes = {"user-follow-read"}},
           &get_followed_artists),
  };
}

}  // namespace tools
