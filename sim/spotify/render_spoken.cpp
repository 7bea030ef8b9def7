// Podcasts and audiobooks.
#include <fmt/format.h>

#include "sim/spotify/render_parts.h"

namespace sim::spotify {
namespace {

std::string as_html(std::string_view text) {
  std::string html;
  for (const char c : text) {
    if (c == '&') html += "&amp;";
    else if (c == '<') html += "&lt;";
    else if (c == '>') html += "&gt;";
    else if (c == '\n') html += "<br/>";
    else html += c;
  }
  return fmt::format("<p>{}</p>", html);
}

// As far as it was played here; of the rest some things were begun and some finished, always the same ones.
void add_resume_point(json::Object& object, const View& view, std::string_view id, Index index, int duration) {
  if (!view.resume_points) return;
  int64_t position = index % 5 == 3 ? duration : index % 7 == 2 ? duration / 3 : 0;
  if (view.player != nullptr) {
    position = view.player->heard_ms(fmt::format("spotify:episode:{}", id), view.now).value_or(position);
  }
  const bool finished = position >= duration;
  object.append("resume_point", json::Object{{"fully_played", finished}, {"resume_position_ms", position}});
}

json::Array people(const std::vector<std::string>& names) {
  json::Array list;
  for (const std::string& name : names) list.emplace_back(json::Object{{"name", name}});
  return list;
}

json::Object page_over_ids(std::string_view href, const std::vector<Index>& all,
                           json::Object (*render)(const View&, Index), const View& view) {
  const Window window{50, 0};
  json::Array items;
  for (size_t i = 0; i < window.end(all.size()); ++i) items.emplace_back(render(view, all[i]));
  return page_of(href, window, all.size(), std::move(items));
}

}  // namespace

json::Object render_simplified_show(const View& view, Index index) {
  const Show& show = view.catalogue.shows[index];
  json::Object object{{"copyrights", json::Array()},
                      {"description", show.description},
                      {"html_description", as_html(show.description)},
                      {"explicit", show.is_explicit}};
  add_identity(object, "show", "shows", show.id);
  object.append("images", render_images("ab6765630000ba8a", show.id));
  object.append("is_externally_hosted", false);
  object.append("languages", json::Array{show.language});
  object.append("media_type", "audio");
  object.append("name", show.name);
  object.append("total_episodes", static_cast<int64_t>(show.episodes.size()));
  if (view.is_legacy()) {
    object.append("publisher", show.publisher);
    object.append("available_markets", legacy_markets());
  }
  return object;
}

json::Object render_show(const View& view, Index index) {
  const Show& show = view.catalogue.shows[index];
  json::Object object = render_simplified_show(view, index);
  object.append("episodes", page_over_ids(fmt::format("{}/shows/{}/episodes", kApiUrl, show.id), show.episodes,
                                          render_simplified_episode, view));
  return object;
}

json::Object render_simplified_episode(const View& view, Index index) {
  const Episode& episode = view.catalogue.episodes[index];
  const std::string& language = view.catalogue.shows[episode.show].language;
  json::Object object{{"audio_preview_url", nullptr},
                      {"description", episode.description},
                      {"html_description", as_html(episode.description)},
                      {"duration_ms", episode.duration_ms},
                      {"explicit", episode.is_explicit}};
  add_identity(object, "episode", "episodes", episode.id);
  object.append("images", render_images("ab6765630000ba8a", episode.id));
  object.append("is_externally_hosted", false);
  object.append("is_playable", true);
  object.append("language", language);
  object.append("languages", json::Array{language});
  object.append("name", episode.name);
  object.append("release_date", episode.released.text);
  object.append("release_date_precision", episode.released.precision);
  add_resume_point(object, view, episode.id, index, episode.duration_ms);
  return object;
}

json::Object render_episode(const View& view, Index index) {
  json::Object object = render_simplified_episode(view, index);
  object.append("show", render_simplified_show(view, view.catalogue.episodes[index].show));
  return object;
}

json::Object render_simplified_audiobook(const View& view, Index index) {
  const Audiobook& book = view.catalogue.audiobooks[index];
  json::Object object{{"authors", people(book.authors)},
                      {"copyrights", json::Array()},
                      {"description", book.description},
                      {"html_description", as_html(book.description)},
                      {"edition", "Unabridged"},
                      {"explicit", book.is_explicit}};
  add_identity(object, "audiobook", "audiobooks", book.id);
  // Real answers name the show behind the book.
  object.set("external_urls", json::Object{{"spotify", fmt::format("https://open.spotify.com/show/{}", book.id)}});
  object.set("uri", fmt::format("spotify:show:{}", book.id));
  object.append("images", render_images("ab676663000022a8", book.id));
  object.append("is_externally_hosted", false);
  object.append("languages", json::Array{book.language});
  object.append("media_type", "audio");
  object.append("name", book.name);
  object.append("narrators", people(book.narrators));
  object.append("total_chapters", static_cast<int64_t>(book.chapters.size()));
  if (view.is_legacy()) {
    object.append("publisher", book.publisher);
    object.append("available_markets", legacy_markets());
  }
  return object;
}

json::Object render_audiobook(const View& view, Index index) {
  const Audiobook& book = view.catalogue.audiobooks[index];
  json::Object object = render_simplified_audiobook(view, index);
  object.append("chapters", page_over_ids(fmt::format("{}/audiobooks/{}/chapters", kApiUrl, book.id),
                                          book.chapters, render_simplified_chapter, view));
  return object;
}

json::Object render_simplified_chapter(const View& view, Index index) {
  const Chapter& chapter = view.catalogue.chapters[index];
  const Audiobook& book = view.catalogue.audiobooks[chapter.audiobook];
  json::Object object{{"audio_preview_url", nullptr},
                      {"chapter_number", chapter.number},
                      {"description", ""},
                      {"html_description", ""},
                      {"duration_ms", chapter.duration_ms},
                      {"explicit", book.is_explicit}};
  add_identity(object, "chapter", "chapters", chapter.id);
  object.set("external_urls",
             json::Object{{"spotify", fmt::format("https://open.spotify.com/episode/{}", chapter.id)}});
  object.set("uri", fmt::format("spotify:episode:{}", chapter.id));
  object.append("images", render_images("ab676663000022a8", book.id));
  object.append("languages", json::Array{book.language});
  object.append("name", chapter.name);
  object.append("release_date", chapter.released.text);
  object.append("release_date_precision", chapter.released.precision);
  // Chapters lack it without a market, unlike episodes.
  add_playability(object, view, false);
  add_resume_point(object, view, chapter.id, index, chapter.duration_ms);
  if (view.is_legacy()) object.append("available_markets", legacy_markets());
  return object;
}

json::Object render_chapter(const View& view, Index index) {
  json::Object object = render_simplified_chapter(view, index);
  object.append("audiobook", render_simplified_audiobook(view, view.catalogue.chapters[index].audiobook));
  return object;
}

}  // namespace sim::spotify
