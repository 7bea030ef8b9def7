#include "schema/fields.h"

#include "json/parse.h"

#include "tests/test.h"

namespace {

enum class Colour { kRed, kBlue };

}  // namespace

template <>
struct schema::EnumNames<Colour> {
  static constexpr std::array kNames{std::pair{Colour::kRed, std::string_view("red")},
                                     std::pair{Colour::kBlue, std::string_view("blue")}};
};

namespace {

struct Inner {
  int64_t number = 0;

  static constexpr auto fields() { return schema::Fields{schema::required("number", &Inner::number)}; }
};

struct Sample {
  schema::Text<1, 5> name;
  std::optional<Colour> colour;
  schema::Bounded<1, 50> limit{20};
  schema::List<Inner, 0, 2> inners;

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("name", &Sample::name, "A name."),
        schema::optional("colour", &Sample::colour),
        schema::defaulted("limit", &Sample::limit),
        schema::defaulted("inners", &Sample::inners),
    };
  }
};

std::string problems(std::string_view text, schema::Mode mode = schema::Mode::kStrict) {
  const auto parsed = schema::parse<Sample>(json::parse(text).value(), mode, "It");
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("what is right is read, and a default is the member's initialiser") {
  const auto value = json::parse(R"({"name":"abc","colour":"blue","inners":[{"number":1}]})").value();
  const auto parsed = schema::parse<Sample>(value, schema::Mode::kStrict, "It");
  REQUIRE(parsed);
  CHECK(parsed->name.value() == "abc");
  CHECK(parsed->colour == Colour::kBlue);
  CHECK(parsed->limit.value() == 20);
  CHECK(parsed->inners.items().front().number == 1);
}

TEST_CASE("all problems come at once, each with its place") {
  const std::string all = problems(R"({"name":"","limit":51,"inners":[{"number":1.5}],"color":1})");
  CHECK(all.find("name must be 1 to 5 characters long") != std::string::npos);
  CHECK(all.find("limit must be from 1 to 50") != std::string::npos);
  CHECK(all.find("inners/0/number must be an integer, not a number") != std::string::npos);
  CHECK(all.find("color is not known; did you mean colour?") != std::string::npos);
}

TEST_CASE("a name that is not known leads to those that were meant") {
  struct Named {
    int64_t playlist_id = 0;
    int64_t range_start = 0;
    int64_t range_length = 0;
    int64_t uris = 0;

    static constexpr auto fields() {
      return schema::Fields{
          schema::defaulted("playlist_id", &Named::playlist_id),
          schema::defaulted("range_start", &Named::range_start),
          schema::defaulted("range_length", &Named::range_length),
          schema::defaulted("uris", &Named::uris, "", "songs track_ids"),
      };
    }
  };
  const auto said = [](std::string_view text) {
    return schema::parse<Named>(json::parse(text).value(), schema::Mode::kStrict, "It").error().message;
  };
  CHECK(said(R"({"Songs":1})") == "Songs is not known; did you mean uris?");
  CHECK(said(R"({"track_ids":1})") == "track_ids is not known; did you mean uris?");
  CHECK(said(R"({"track_uris":1})") == "track_uris is not known; did you mean uris?");
  CHECK(said(R"({"id":1})") == "id is not known; did you mean playlist_id?");
  CHECK(said(R"({"playlistId":1})") == "playlistId is not known; did you mean playlist_id?");
  CHECK(said(R"({"range":1})") == "range is not known; did you mean range_start or range_length?");
  CHECK(said(R"({"urus":1})") == "urus is not known; did you mean uris?");
  CHECK(said(R"({"colour":1})") == "colour is not known; known are: playlist_id, range_start, range_length, uris.");
  CHECK(said(R"({"_":1})").contains("known are"));
}

TEST_CASE("one where a list is meant is told to stand in brackets") {
  CHECK(problems(R"({"name":"a","inners":"x"})") ==
        "inners must be an array, not a string; put it in brackets, even if it is only one.");
}

TEST_CASE("strict refuses null and what is missing, tolerant takes null for absent and ignores the unknown") {
  CHECK(problems("{}") == "name is required.");
  CHECK(problems(R"({"name":"a","colour":null})").find("leave it out") != std::string::npos);
  CHECK(problems(R"({"name":"a","colour":null,"limit":null,"more":1})", schema::Mode::kTolerant).empty());
  CHECK(problems("[]") == "It must be an object, not an array.");
  CHECK(problems(R"({"name":"a","inners":[{"number":1},{"number":1},{"number":1}]})").find("0 to 2 items") !=
        std::string::npos);
}

TEST_CASE("control characters and bad lengths are counted in code points") {
  CHECK(problems(R"({"name":"\u0007"})").find("control characters") != std::string::npos);
  CHECK(problems(R"({"name":"ééééé"})").empty());
  CHECK(problems(R"({"name":"éééééé"})").find("1 to 5") != std::string::npos);
}

TEST_CASE("the schema says the limits that the parser enforces") {
  const json::Object schema = schema::json_schema<Sample>();
  const json::Value* properties = schema.find("properties");
  REQUIRE(properties != nullptr);
  CHECK(properties->find("name")->find("maxLength")->integer() == 5);
  CHECK(properties->find("limit")->find("maximum")->integer() == 50);
  CHECK(properties->find("limit")->find("default")->integer() == 20);
  CHECK(properties->find("colour")->find("enum")->array().size() == 2);
  CHECK(schema.find("required")->array().size() == 1);
  CHECK(schema.find("additionalProperties")->boolean() == false);
}

TEST_CASE("an empty optional is left out when it is written") {
  Sample sample;
  sample.name = schema::Text<1, 5>("a");
  const json::Value written = schema::to_json(sample);
  CHECK(written.find("colour") == nullptr);
  CHECK(written.find("limit")->integer() == 20);
}
