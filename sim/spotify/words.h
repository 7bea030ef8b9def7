// The words from which the catalogue is built, and the texts that other people might have written. Everything is
// invented. Titles hold what real ones hold (punctuation, several scripts, emoji); playlist names and descriptions
// also hold what an attacker would write, since they reach a language model through the server under test.
#pragma once

#include <span>
#include <string_view>

namespace sim::spotify::words {

using List = std::span<const std::string_view>;

List adjectives();
List nouns();
List verbs();
List places();
List first_names();
List last_names();
List genres();
List labels();
// Whole names that a template would not give.
List odd_artists();
List odd_tracks();
List odd_albums();
List podcast_topics();
List podcast_forms();
List book_subjects();
List languages();
List playlist_moods();

struct Hostile {
  std::string_view name;
  std::string_view description;
};
std::span<const Hostile> hostile_playlists();

}  // namespace sim::spotify::words
