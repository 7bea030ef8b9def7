// YAML by libyaml's event parser, as JSON. A hostile file costs no more than its bytes: anchors and aliases, the way in
// which a few lines become gigabytes, are refused.
#include "checks/manifest.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>
#include <utility>
#include <yaml.h>

#include "base/text.h"

namespace checks {
namespace {

constexpr size_t kDepthMax = 48;
constexpr size_t kValuesMax = 50'000;
constexpr size_t kDocumentsMax = 256;

class Parser {
 public:
  explicit Parser(std::string_view text) {
    ready_ = yaml_parser_initialize(&parser_) == 1;
    // libyaml reads bytes as unsigned char, and refuses an empty text that is nowhere.
    if (text.data() == nullptr) text = "";
    if (ready_)
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Parser() {
    drop();
    if (ready_) yaml_parser_delete(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  base::Result<yaml_event_type_t> next() {
    drop();
    if (!ready_ || yaml_parser_parse(&parser_, &event_) != 1) {
      return wrong(parser_.problem_mark.line, parser_.problem != nullptr ? "this is no YAML" : "there is no memory");
    }
    held_ = true;
    return event_.type;
  }
  base::Result<json::Value> value(size_t depth);
  size_t line() const { return event_.start_mark.line; }
  static std::unexpected<base::Error> wrong(size_t line, std::string_view why) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("Line {}: {}.", line + 1, why));
  }

 private:
  void drop() {
    if (held_) yaml_event_delete(&event_);
    held_ = false;
  }
  base::Result<json::Value> scalar() const;
  base::Result<json::Value> mapping(size_t depth);
  base::Result<json::Value> sequence(size_t depth);

  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool ready_ = false;
  bool held_ = false;
  size_t values_ = 0;
};

bool has_anchor(const yaml_event_t& event) {
  if (event.type == YAML_SCALAR_EVENT) return event.data.scalar.anchor != nullptr;
  if (event.type == YAML_SEQUENCE_START_EVENT) return event.data.sequence_start.anchor != nullptr;
  return event.type == YAML_MAPPING_START_EVENT && event.data.mapping_start.anchor != nullptr;
}

// A tag makes another value of a text.
bool has_tag(const yaml_event_t& event) {
  if (event.type == YAML_SCALAR_EVENT) return event.data.scalar.tag != nullptr;
  if (event.type == YAML_SEQUENCE_START_EVENT) return event.data.sequence_start.tag != nullptr;
  return event.type == YAML_MAPPING_START_EVENT && event.data.mapping_start.tag != nullptr;
}

// As the reader of Kubernetes has it, whose words are those of YAML 1.1: `hostNetwork: yes` is true there.
json::Value plain(std::string_view text) {
  constexpr std::string_view kNothing[] = {"", "~", "null", "Null", "NULL"};
  constexpr std::string_view kTrue[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"};
  constexpr std::string_view kFalse[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"};
  const auto is_of = [text](const auto& words) { return std::ranges::find(words, text) != std::end(words); };
  if (is_of(kNothing)) return nullptr;
  if (is_of(kTrue)) return true;
  if (is_of(kFalse)) return false;
  // An octal number of YAML 1.1, such as the mode of a file, begins with 0.
  if (text.size() > 1 && text.front() == '0' &&
      std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; })) {
    int64_t octal = 0;
    constexpr size_t kOctalDigitsMax = 12;
    for (const char c : text.substr(0, kOctalDigitsMax)) octal = octal * 8 + (c - '0');
    return octal;
  }
  if (const auto number = base::parse_integer(text)) return int64_t{*number};
  return text;
}

base::Result<json::Value> Parser::scalar() const {
  const auto& data = event_.data.scalar;
  const std::string_view text(reinterpret_cast<const char*>(data.value), data.length);
  if (data.style != YAML_PLAIN_SCALAR_STYLE) return json::Value(text);
  return plain(text);
}

base::Result<json::Value> Parser::mapping(size_t depth) {
  json::Object object;
  std::unordered_set<std::string> names;  // An object finds its members one by one.
  // Ends with the mapping, or with an error.
  while (true) {
    TRY(const yaml_event_type_t type, next());
    if (type == YAML_MAPPING_END_EVENT) return json::Value(std::move(object));
    if (type != YAML_SCALAR_EVENT) return wrong(line(), "a name has to be a text");
    if (has_anchor(event_)) return wrong(line(), "anchors are not read");
    if (has_tag(event_)) return wrong(line(), "tags are not read");
    std::string name(reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length);
    if (name == "<<") return wrong(line(), "merge keys are not read");
    if (!names.insert(name).second) return wrong(line(), "a name stands twice in one mapping");
    TRY([[maybe_unused]] const yaml_event_type_t ignored, next());
    TRY(json::Value member, value(depth + 1));
    object.append(std::move(name), std::move(member));
  }
}

base::Result<json::Value> Parser::sequence(size_t depth) {
  json::Array items;
  // Ends with the sequence, or with an error.
  while (true) {
    TRY(const yaml_event_type_t type, next());
    if (type == YAML_SEQUENCE_END_EVENT) return json::Value(std::move(items));
    TRY(json::Value item, value(depth + 1));
    items.push_back(std::move(item));
  }
}

// Of the event at hand.
base::Result<json::Value> Parser::value(size_t depth) {
  if (depth > kDepthMax) return wrong(line(), fmt::format("more than {} levels", kDepthMax));
  if (++values_ > kValuesMax) return wrong(line(), fmt::format("more than {} values", kValuesMax));
  if (has_anchor(event_) || event_.type == YAML_ALIAS_EVENT) return wrong(line(), "anchors and aliases are not read");
  if (has_tag(event_)) return wrong(line(), "tags are not read");
  if (event_.type == YAML_SCALAR_EVENT) return scalar();
  if (event_.type == YAML_MAPPING_START_EVENT) return mapping(depth);
  if (event_.type == YAML_SEQUENCE_START_EVENT) return sequence(depth);
  return wrong(line(), "this is no YAML");
}

// A list, of whatever kind, stands for its items. False for what is no object with a kind: nobody would know what it
// is. As deep as the value itself, which is bounded.
bool add_object(json::Value object, std::vector<json::Value>& objects) {
  const std::string_view kind = object.is_object() ? object.text_or_empty("kind") : std::string_view();
  if (kind.empty()) return false;
  const json::Value* items = object.find("items");
  if (!kind.ends_with("List") || items == nullptr || !items->is_array()) {
    objects.push_back(std::move(object));
    return true;
  }
  return std::ranges::all_of(items->array(), [&](const json::Value& item) { return add_object(item, objects); });
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

// "# escape=`": then a line goes on where this one ends.
bool is_escape_directive(std::string_view line) {
  if (!line.starts_with('#')) return false;
  const std::string lower = base::to_lower_ascii(base::trim(line.substr(1)));
  return lower.starts_with("escape") && base::trim(std::string_view(lower).substr(6)).starts_with('=');
}

// The words that end the here-documents of an instruction, such as "EOF" of `RUN <<EOF`; the first one is the last.
std::vector<std::string> here_documents(std::string_view line) {
  std::vector<std::string> ends;
  const std::string_view name = line.substr(0, line.find_first_of(" \t"));
  const std::string upper = upper_case(name);
  if (upper != "RUN" && upper != "COPY" && upper != "ADD") return ends;
  for (size_t at = line.find("<<"); at != std::string_view::npos; at = line.find("<<", at + 2)) {
    std::string_view word = line.substr(at + 2);
    word = word.substr(0, word.find_first_of(" \t"));
    if (word.starts_with('-')) word.remove_prefix(1);
    std::string end(word);
    std::erase_if(end, [](char c) { return c == '"' || c == '\''; });
    if (!end.empty() && !end.starts_with('<')) ends.push_back(std::move(end));
  }
  std::ranges::reverse(ends);
  return ends;
}

}  // namespace

base::Result<ManifestFacts> parse_manifest(std::string_view yaml) {
  if (yaml.size() > kManifestBytesMax) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("It is larger than {} bytes.", kManifestBytesMax));
  }
  Parser parser(yaml);
  ManifestFacts facts;
  // Ends with the stream, or with an error.
  while (true) {
    TRY(const yaml_event_type_t type, parser.next());
    if (type == YAML_STREAM_END_EVENT) break;
    if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT || type == YAML_DOCUMENT_END_EVENT)
      continue;
    TRY(json::Value object, parser.value(0));
    if (object.is_null()) continue;
    if (!add_object(std::move(object), facts.objects)) {
      return Parser::wrong(parser.line(), "a document has to be an object of Kubernetes, with a kind");
    }
    if (facts.objects.size() > kDocumentsMax) return Parser::wrong(parser.line(), "too many objects");
  }
  if (facts.objects.empty()) return base::fail(base::Code::kInvalidArgument, "There is no object in it.");
  return facts;
}

base::Result<DockerfileFacts> parse_dockerfile(std::string_view text) {
  if (text.size() > kManifestBytesMax || !base::is_valid_utf8(text)) {
    return base::fail(base::Code::kInvalidArgument, "It is too large, or no text.");
  }
  DockerfileFacts facts;
  std::string whole;
  std::vector<std::string> ends;
  size_t begin = 0;
  size_t number = 0;
  for (const std::string_view raw : base::split(text, '\n')) {
    ++number;
    std::string_view line = base::trim(raw);
    if (!ends.empty()) {
      if (line == ends.back()) ends.pop_back();
      continue;
    }
    if (is_escape_directive(line)) {
      return base::fail(base::Code::kInvalidArgument, fmt::format("Line {}: another escape is not read.", number));
    }
    if (line.starts_with('#')) continue;
    if (whole.empty()) begin = number;
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    whole.append(line);
    if (goes_on) {
      whole += ' ';
      continue;
    }
    const std::string_view done = base::trim(whole);
    if (!done.empty()) {
      const size_t end = std::min(done.size(), done.find_first_of(" \t"));
      facts.instructions.push_back({upper_case(done.substr(0, end)), std::string(base::trim(done.substr(end))), begin});
      ends = here_documents(done);
    }
    whole.clear();
  }
  if (!ends.empty()) {
    return base::fail(base::Code::kInvalidArgument, fmt::format("A here-document has no end: {}.", ends.back()));
  }
  // The end of the file ends an instruction too.
  if (const std::string_view last = base::trim(whole); !last.empty()) {
    const size_t end = std::min(last.size(), last.find_first_of(" \t"));
    facts.instructions.push_back({upper_case(last.substr(0, end)), std::string(base::trim(last.substr(end))), begin});
  }
  const bool builds =
      std::ranges::any_of(facts.instructions, [](const Instruction& each) { return each.name == "FROM"; });
  if (!builds) return base::fail(base::Code::kInvalidArgument, "There is no FROM in it: it is no Dockerfile.");
  return facts;
}

base::Result<UnitFacts> parse_unit(std::string_view name, std::string_view text) {
  if (text.size() > kManifestBytesMax || !base::is_valid_utf8(text)) {
    return base::fail(base::Code::kInvalidArgument, "It is too large, or no text.");
  }
  UnitFacts facts{.name = std::string(name), .service = {}};
  bool in_service = false;
  bool has_service = false;
  std::string whole;
  for (const std::string_view raw : base::split(text, '\n')) {
    const std::string_view piece = base::trim(raw);
    // Comments may stand between the lines of one value (systemd.syntax(7)).
    if (piece.starts_with('#') || piece.starts_with(';')) continue;
    whole.append(piece);
    if (whole.ends_with('\\')) {
      whole.back() = ' ';
      continue;
    }
    const std::string done = std::exchange(whole, {});
    const std::string_view line = base::trim(done);
    if (line.starts_with('[')) {
      in_service = line == "[Service]";
      has_service = has_service || in_service;
      continue;
    }
    const size_t equals = line.find('=');
    if (!in_service || equals == std::string_view::npos) continue;
    facts.service[std::string(base::trim(line.substr(0, equals)))].emplace_back(base::trim(line.substr(equals + 1)));
  }
  if (!has_service)
    return base::fail(base::Code::kInvalidArgument, "There is no [Service] in it: it is no unit of a service.");
  return facts;
}

const json::Value* look(const json::Value& value, std::string_view path) {
  const json::Value* at = &value;
  for (const std::string_view name : base::split(path, '/')) {
    at = at->find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

const json::Value* pod_of(const json::Value& object) {
  const std::string_view kind = object.text_or_empty("kind");
  if (kind == "Pod") return look(object, "spec");
  if (kind == "CronJob") return look(object, "spec/jobTemplate/spec/template/spec");
  if (kind == "PodTemplate") return look(object, "template/spec");
  for (const std::string_view maker :
       {"Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet", "ReplicationController"}) {
    if (kind == maker) return look(object, "spec/template/spec");
  }
  return nullptr;
}

std::string name_of(const json::Value& object) {
  const json::Value* metadata = object.find("metadata");
  return fmt::format("{}/{}", object.text_or_empty("kind"), metadata != nullptr ? metadata->text_or_empty("name") : "");
}

}  // namespace checks
