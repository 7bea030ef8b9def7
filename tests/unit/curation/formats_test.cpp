// Lists of tracks as text: what others write is read, what we write comes back, and no cell is a formula.
#include "curation/formats.h"

#include <string>
#include <vector>

#include "curation/csv.h"

#include "tests/test.h"

namespace curation {
namespace {

Parsed parsed(Format format, std::string_view text) {
  auto result = parse(format, text);
  REQUIRE(result);
  return *std::move(result);
}

TEST_CASE("Exportify's CSV is read by the names of its columns") {
  const auto out =
      parsed(Format::kCsv,
             "\xEF\xBB\xBF\"Track URI\",\"Track Name\",\"Artist Name(s)\",\"Popularity\",\"Track Duration "
             "(ms)\",\"ISRC\"\r\n\"spotify:track:1\",\"A \"\"b\"\", c\nd\",\"Tin\\, Roof, Choir\",3,201000,"
             "\"XX1\"\r\n,,,,,\r\n");
  REQUIRE(out.rows.size() == 1);
  CHECK(out.skipped == 1);
  CHECK(out.rows[0] == Row{.uri = "spotify:track:1",
                           .title = "A \"b\", c\nd",
                           .artists = {"Tin, Roof", "Choir"},
                           .isrc = "XX1",
                           .duration_ms = 201'000});
  CHECK(guess("title;artist\nA;B") == Format::kCsv);
  CHECK(parsed(Format::kCsv, "title;artist\nA;B\n").rows[0].artists == std::vector<std::string>{"B"});
}

TEST_CASE("a cell that a spreadsheet would run is guarded, and reading takes the guard off") {
  for (const std::string title :
       {"=HYPERLINK(\"http://example.invalid\")", "+1", "-1", "@a", "'=x", "'", "''", "plain"}) {
    const std::string line = write_csv({.uri = "u", .title = title});
    INFO(line);
    CHECK_FALSE(line.contains(",\"="));
    CHECK_FALSE(line.contains(",\"+"));
    CHECK_FALSE(line.contains(",\"-"));
    CHECK_FALSE(line.contains(",\"@"));
    CHECK(parsed(Format::kCsv, csv_head() + line).rows[0].title == title);
  }
}

TEST_CASE("M3U has lengths, names and places") {
  const auto out =
      parsed(Format::kM3u,
             "#EXTM3U\n#EXTINF:201,Cellar Choir - Tin Roof\nspotify:track:1\n\n#EXTINF:-1 group=\"x\",Only "
             "A Title\n/music/x.mp3\nC:\\Music\\03. Cellar Choir - Low Tide.mp3\n");
  REQUIRE(out.rows.size() == 3);
  CHECK(out.rows[0] ==
        Row{.uri = "spotify:track:1", .title = "Tin Roof", .artists = {"Cellar Choir"}, .duration_ms = 201'000});
  CHECK(out.rows[1].title == "Only A Title");
  CHECK(out.rows[2].title == "Low Tide");
  CHECK(out.rows[2].artists == std::vector<std::string>{"Cellar Choir"});
}

TEST_CASE("JSON comes as an array, as an object with tracks, or line by line") {
  const std::string one = R"({"name":"Tin Roof","artists":["Choir"],"duration_ms":1})";
  for (const std::string& text :
       {"[" + one + ",\"Choir - Low Tide\",{}]", "{\"tracks\":[" + one + ",\"Choir - Low Tide\",7]}",
        one + "\n\"Choir - Low Tide\"\n\n{}"}) {
    INFO(text);
    const auto out = parsed(Format::kJson, text);
    REQUIRE(out.rows.size() == 2);
    CHECK(out.skipped == 1);
    CHECK(out.rows[0].title == "Tin Roof");
    CHECK(out.rows[1].title == "Low Tide");
  }
  CHECK(parse(Format::kJson, "{\"a\":1}\n{oops").error().message.contains("line 2"));
}

TEST_CASE("plain lines have an artist, a dash and a title, a number or a link") {
  const auto out = parsed(Format::kText,
                          "1. Choir - Tin Roof\r\n\n- Choir \u2013 Low Tide\nJust A Title\n"
                          "https://open.spotify.com/track/1\n");
  REQUIRE(out.rows.size() == 4);
  CHECK(out.rows[0].title == "Tin Roof");
  CHECK(out.rows[1].artists == std::vector<std::string>{"Choir"});
  CHECK(out.rows[2].title == "Just A Title");
  CHECK(out.rows[2].artists.empty());
  CHECK(out.rows[3].uri == "https://open.spotify.com/track/1");
}

TEST_CASE("the format is guessed from the first line") {
  CHECK(guess("#EXTM3U\nx") == Format::kM3u);
  CHECK(guess(" [1]") == Format::kJson);
  CHECK(guess(csv_head()) == Format::kCsv);
  CHECK(guess("Choir - One, Two\nChoir - Three") == Format::kText);
}

TEST_CASE("what cannot be read says why") {
  CHECK(parse(Format::kCsv, "a,b\n1,2").error().message.contains("names no known column"));
  CHECK(parse(Format::kCsv, "title\n\"open").error().message.contains("quoted cell"));
}

}  // namespace
}  // namespace curation
