// The toolset "podcasts": shows, episodes and audiobooks, and how far the user has listened.
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
namespace {

constexpr std::string_view kAboutId = "Id, URI or link.";

struct ShowArguments {
  spotify::ShowId show_id;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("show_id", &ShowArguments::show_id, kAboutId),
        schema::optional("market", &ShowArguments::market, kAboutMarket),
    };
  }
};

struct ShowAnswer {
  std::string uri;
  std::optional<std::string> name{};
  std::optional<std::string> publisher{};
  std::optional<std::string> description{};
  std::optional<std::vector<std::string>> languages{};
  std::optional<bool> is_explicit{};
  std::optional<int64_t> episodes{};
  std::optional<std::string> media_type{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = ShowAnswer;
    return schema::Fields{
        schema::required("uri", &Self::uri),
        schema::optional("name", &Self::name),
        schema::optional("publisher", &Self::publisher),
        schema::optional("description", &Self::description),
        schema::optional("languages", &Self::languages),
        schema::optional("explicit", &Self::is_explicit),
        schema::optional("episodes", &Self::episodes),
        schema::optional("media_type", &Self::media_type),
        schema::optional("url", &Self::url),
    };
  }
};

base::Task<base::Result<ShowAnswer>> get_show(const Services& services, mcp::CallContext& context,
                                              ShowArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto show, co_await client->show(arguments.show_id, arguments.market, call_of(context)));
  const Presenter presenter(services);
  ShowAnswer answer{.uri = arguments.show_id.uri()};
  answer.name = presenter.name(show.name, answer.uri);
  answer.publisher = presenter.name(show.publisher, answer.uri);
  answer.description = presenter.description(show.description, answer.uri);
  answer.languages = texts_of(show.languages);
  answer.is_explicit = only_if(true, show.is_explicit);
  answer.episodes = number(show.total_episodes);
  answer.media_type = text_of(show.media_type);
  answer.url = presenter.link(arguments.show_id.url());
  co_return answer;
}

struct EpisodesArguments {
  spotify::ShowId show_id;
  Limit limit{20};
  std::optional<CursorText> cursor;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    using Self = EpisodesArguments;
    return schema::Fields{
        schema::required("show_id", &Self::show_id, kAboutId),
        schema::defaulted("limit", &Self::limit, kAboutLimit),
        schema::optional("cursor", &Self::cursor, kAboutCursor),
        schema::optional("market", &Self::market, kAboutMarket),
    };
  }
};

base::Task<base::Result<List>> get_show_episodes(const Services& services, mcp::CallContext& context,
                                                 EpisodesArguments arguments) {
  const ListKey key(services, context, "get_show_episodes", {arguments.show_id.text(), text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page,
         co_await client->show_episodes(arguments.show_id, request, arguments.market, call_of(context)));
  const Presenter presenter(services);
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const auto& episode) { return presenter.item(episode); });
}

struct EpisodeArguments {
  spotify::EpisodeId episode_id;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("episode_id", &EpisodeArguments::episode_id, kAboutId),
        schema::optional("market", &EpisodeArguments::market, kAboutMarket),
    };
  }
};

struct EpisodeAnswer {
  std::string uri;
  std::optional<std::string> name{};
  std::optional<Reference> show{};
  std::optional<std::string> description{};
  std::optional<std::string> released{};
  std::optional<int64_t> duration_ms{};
  std::optional<int64_t> resume_ms{};
  std::optional<bool> is_played{};
  std::optional<bool> is_explicit{};
  std::optional<bool> is_playable{};
  std::optional<std::string> restriction{};
  std::optional<std::vector<std::string>> languages{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = EpisodeAnswer;
    return schema::Fields{
        schema::required("uri", &Self::uri),
        schema::optional("name", &Self::name),
        schema::optional("show", &Self::show),
        schema::optional("description", &Self::description),
        schema::optional("released", &Self::released),
        schema::optional("duration_ms", &Self::duration_ms),
        schema::optional("resume_ms", &Self::resume_ms),
        schema::optional("played", &Self::is_played),
        schema::optional("explicit", &Self::is_explicit),
        schema::optional("playable", &Self::is_playable),
        schema::optional("restriction", &Self::restriction),
        schema::optional("languages", &Self::languages),
        schema::optional("url", &Self::url),
    };
  }
};

base::Task<base::Result<EpisodeAnswer>> get_episode(const Services& services, mcp::CallContext& context,
                                                    EpisodeArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto episode, co_await client->episode(arguments.episode_id, arguments.market, call_of(context)));
  const Presenter presenter(services);
  EpisodeAnswer answer{.uri = arguments.episode_id.uri()};
  answer.name = presenter.name(episode.name, answer.uri);
  if (episode.show && episode.show->id) {
    answer.show = Reference{episode.show->id->uri(), presenter.name(episode.show->name, episode.show->id->uri())};
  }
  answer.description = presenter.description(episode.description, answer.uri);
  answer.released = text_of(episode.release_date);
  answer.duration_ms = number(episode.duration_ms);
  answer.resume_ms = resume_of(episode);
  answer.is_played = played_of(episode);
  answer.is_explicit = only_if(true, episode.is_explicit);
  answer.is_playable = only_if(false, episode.is_playable);
  if (episode.restrictions) answer.restriction = text_of(episode.restrictions->reason);
  answer.languages = texts_of(episode.languages);
  answer.url = presenter.link(arguments.episode_id.url());
  co_return answer;
}

struct SavedArguments {
  Limit limit{20};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    return schema::Fields{
        schema::defaulted("limit", &SavedArguments::limit, kAboutLimit),
        schema::optional("cursor", &SavedArguments::cursor, kAboutCursor),
    };
  }
};

base::Task<base::Result<List>> get_saved_shows(const Services& services, mcp::CallContext& context,
                                               SavedArguments arguments) {
  const ListKey key(services, context, "get_saved_shows", {});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->saved_shows(request, call_of(context)));
  const Presenter presenter(services);
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const spotify::SavedShow& saved) { return presenter.item(saved.show, saved.added_at); });
}

struct SavedEpisodesArguments : SavedArguments {
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return SavedArguments::fields() +
           schema::Fields{schema::optional("market", &SavedEpisodesArguments::market, kAboutMarket)};
  }
};

base::Task<base::Result<List>> get_saved_episodes(const Services& services, mcp::CallContext& context,
                                                  SavedEpisodesArguments arguments) {
  const ListKey key(services, context, "get_saved_episodes", {text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->saved_episodes(request, arguments.market, call_of(context)));
  const Presenter presenter(services);
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const spotify::SavedEpisode& saved) { return presenter.item(saved.episode, saved.added_at); });
}

struct AudiobookArguments {
  spotify::AudiobookId audiobook_id;
  std::optional<spotify::Market> market;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("audiobook_id", &AudiobookArguments::audiobook_id, kAboutId),
        schema::optional("market", &AudiobookArguments::market, kAboutMarket),
    };
  }
};

struct AudiobookAnswer {
  std::string uri;
  std::optional<std::string> name{};
  std::optional<std::vector<std::string>> authors{};
  std::optional<std::vector<std::string>> narrators{};
  std::optional<std::string> publisher{};
  std::optional<std::string> description{};
  std::optional<std::string> edition{};
  std::optional<std::vector<std::string>> languages{};
  std::optional<bool> is_explicit{};
  std::optional<int64_t> chapters{};
  std::optional<std::string> url{};

  static constexpr auto fields() {
    using Self = AudiobookAnswer;
    return schema::Fields{
        schema::required("uri", &Self::uri),
        schema::optional("name", &Self::name),
        schema::optional("authors", &Self::authors),
        schema::optional("narrators", &Self::narrators),
        schema::optional("publisher", &Self::publisher),
        schema::optional("description", &Self::description),
        schema::optional("edition", &Self::edition),
        schema::optional("languages", &Self::languages),
        schema::optional("explicit", &Self::is_explicit),
        schema::optional("chapters", &Self::chapters),
        schema::optional("url", &Self::url),
    };
  }
};

base::Task<base::Result<AudiobookAnswer>> get_audiobook(const Services& services, mcp::CallContext& context,
                                                        AudiobookArguments arguments) {
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto book, co_await client->audiobook(arguments.audiobook_id, arguments.market, call_of(context)));
  const Presenter presenter(services);
  AudiobookAnswer answer{.uri = arguments.audiobook_id.uri()};
  answer.name = presenter.name(book.name, answer.uri);
  answer.authors = presenter.names(book.authors, answer.uri);
  answer.narrators = presenter.names(book.narrators, answer.uri);
  answer.publisher = presenter.name(book.publisher, answer.uri);
  answer.description = presenter.description(book.description, answer.uri);
  answer.edition = text_of(book.edition);
  answer.languages = texts_of(book.languages);
  answer.is_explicit = only_if(true, book.is_explicit);
  answer.chapters = number(book.total_chapters);
  answer.url = presenter.link(arguments.audiobook_id.url());
  co_return answer;
}

struct ChaptersArguments : AudiobookArguments {
  Limit limit{20};
  std::optional<CursorText> cursor;

  static constexpr auto fields() {
    return AudiobookArguments::fields() + schema::Fields{
                                              schema::defaulted("limit", &ChaptersArguments::limit, kAboutLimit),
                                              schema::optional("cursor", &ChaptersArguments::cursor, kAboutCursor),
                                          };
  }
};

base::Task<base::Result<List>> get_audiobook_chapters(const Services& services, mcp::CallContext& context,
                                                      ChaptersArguments arguments) {
  const ListKey key(services, context, "get_audiobook_chapters",
                    {arguments.audiobook_id.text(), text_of(arguments.market)});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page,
         co_await client->audiobook_chapters(arguments.audiobook_id, request, arguments.market, call_of(context)));
  const Presenter presenter(services);
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const auto& chapter) { return presenter.item(chapter); });
}

base::Task<base::Result<List>> get_saved_audiobooks(const Services& services, mcp::CallContext& context,
                                                    SavedArguments arguments) {
  const ListKey key(services, context, "get_saved_audiobooks", {});
  CO_TRY(const int offset, key.offset_of(arguments.cursor));
  const spotify::PageRequest request{.limit = static_cast<int>(arguments.limit.value()), .offset = offset};
  const auto client = services.client_for(context.principal());
  CO_TRY(const auto page, co_await client->saved_audiobooks(request, call_of(context)));
  const Presenter presenter(services);
  co_return list_of(page, request.limit, key, services.options.answer_bytes_max,
                    [&](const auto& book) { return presenter.item(book); });
}

mcp::ToolInfo entry(std::string name, std::string title, std::string description, std::vector<std::string> scopes) {
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .effect = mcp::Effect::kRead,
          .toolset = "podcasts",
          .scopes = std::move(scopes)};
}

}  // namespace

std::vector<mcp::Tool> podcast_tools(const Services& services) {
  const std::string position = "user-read-playback-position";
  const std::string library = "user-library-read";
  return {
      make(services, entry("get_show", "Podcast", "One podcast: what it is about, how many episodes.", {}), &get_show),
      make(services,
           entry("get_show_episodes", "Episodes of a podcast",
                 "Episodes, newest first, and how far each was listened to.", {position}),
           &get_show_episodes),
      make(services,
           entry("get_episode", "Episode", "One episode: what it is about, and where the user stopped listening.",
                 {position}),
           &get_episode),
      make(services,
           entry("get_saved_shows", "Saved podcasts", "Podcasts that the user saved, newest first.", {library}),
           &get_saved_shows),
      make(services,
           entry("get_saved_episodes", "Saved episodes", "Episodes that the user saved, newest first.",
                 {library, position}),
           &get_saved_episodes),
      make(
          services,
          entry("get_audiobook", "Audiobook", "One audiobook: authors, narrators, chapters. Not in every country.", {}),
          &get_audiobook),
      make(services,
           entry("get_audiobook_chapters", "Chapters of an audiobook",
                 "Chapters in order, and how far each was listened to.", {position}),
           &get_audiobook_chapters),
      make(services, entry("get_saved_audiobooks", "Saved audiobooks", "Audiobooks that the user saved.", {library}),
           &get_saved_audiobooks),
  };
}

}  // namespace tools
