#include "notes.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "mcp/ask.h"

namespace notes {
namespace {

using base::Result;
using base::Task;
using mcp::CallContext;

struct Note {
  schema::Text<1, 40> name;
  schema::Text<1, 2000, schema::Lines::kMany> text;

  static constexpr auto fields() {
    return schema::Fields{schema::required("name", &Note::name, "What the note is called. An old one is replaced."),
                          schema::required("text", &Note::text, "What it says.")};
  }
};

struct Total {
  int64_t notes = 0;

  static constexpr auto fields() { return schema::Fields{schema::required("notes", &Total::notes)}; }
};

Task<Result<Total>> write_note(mcp::Server& server, Notes& notes, Note note) {
  const std::string uri = "notes://note/" + note.name.value();
  const bool is_new = notes.insert_or_assign(note.name.value(), note.text.value()).second;
  server.publish({is_new ? mcp::Event::Kind::kResourcesChanged : mcp::Event::Kind::kResourceUpdated, uri});
  co_return Total{static_cast<int64_t>(notes.size())};
}

void add_write_note(mcp::Server& server, Notes& notes) {
  server.add(mcp::tool<Note, Total>({.name = "write_note",
                                     .title = "Write a note",
                                     .description = "Keeps a text under a name. Gives the number of notes.",
                                     .effect = mcp::Effect::kWrite,
                                     .world = mcp::World::kClosed},
                                    [&server, &notes](CallContext&, Note note) {
                                      return write_note(server, notes, std::move(note));
                                    }));
}

struct Search {
  schema::Text<1, 100> words;
  schema::Bounded<1, 50> limit{10};

  static constexpr auto fields() {
    return schema::Fields{schema::required("words", &Search::words, "What the notes should contain."),
                          schema::defaulted("limit", &Search::limit, "How many notes at most.")};
  }
};

struct Found {
  std::vector<std::string> names;

  static constexpr auto fields() { return schema::Fields{schema::required("names", &Found::names)}; }
};

// Looks through one note at a time, as if each were far away. `now` is a copy: other calls may change the notes while
// this one waits.
Task<Result<Found>> find_notes(CallContext& context, Notes now, Search search) {
  Found found;
  double seen = 0;
  if (now.size() > 100) context.go_on_as_task();
  for (const auto& [name, text] : now) {
    co_await base::sleep_for(context.loop(), std::chrono::milliseconds(5));
    context.progress(++seen, static_cast<double>(now.size()), name);
    if (text.contains(search.words.value())) found.names.push_back(name);
    if (std::ssize(found.names) == search.limit.value()) break;
  }
  context.log(mcp::Severity::kInfo, json::Object{{"seen", seen}}, "search");
  co_return found;
}

struct Name {
  schema::Text<1, 40> name;

  static constexpr auto fields() {
    return schema::Fields{schema::required("name", &Name::name, "What the note is called.")};
  }
};

struct Confirmation {
  bool sure = false;

  static constexpr auto fields() {
    return schema::Fields{schema::required("sure", &Confirmation::sure, "Whether it may go for good.")};
  }
};

Task<Result<Total>> delete_note(CallContext& context, Notes& notes, Name name) {
  if (!notes.contains(name.name.value())) {
    co_return base::fail(base::Code::kNotFound, "There is no such note. find_notes lists those that there are.");
  }
  CO_TRY(const auto given, co_await mcp::ask_form<Confirmation>(context, "confirm", "Delete this note?"));
  if (!given || !given->sure) co_return base::fail(base::Code::kCancelled, "The person kept the note.");
  notes.erase(name.name.value());
  co_return Total{static_cast<int64_t>(notes.size())};
}

Task<Result<std::vector<std::string>>> complete_name(const Notes& notes, std::string typed) {
  std::vector<std::string> names;
  for (const auto& [name, text] : notes) {
    if (name.starts_with(typed)) names.push_back(name);
  }
  co_return names;
}

mcp::Complete completion(const Notes& notes) {
  return [&notes](CallContext&, std::string, std::string typed, std::map<std::string, std::string>) {
    return complete_name(notes, std::move(typed));
  };
}

Task<Result<mcp::PromptResult>> summarise(const Notes& notes, std::string name) {
  const auto note = notes.find(name);
  if (note == notes.end()) co_return base::fail(base::Code::kNotFound, "There is no such note.");
  mcp::PromptResult result{.description = "A short form of one note.", .messages = {}};
  result.messages.push_back({"user", mcp::Content::text("Say this in one sentence:\n\n" + note->second)});
  co_return result;
}

void add_prompt(mcp::Server& server, const Notes& notes) {
  server.add(mcp::Prompt{.name = "summarise",
                         .title = "Summarise a note",
                         .description = "Asks for one sentence about a note.",
                         .arguments = {{.name = "name", .description = "Which note.", .required = true}},
                         .get = [&notes](CallContext&, std::map<std::string, std::string> arguments) {
                           return summarise(notes, std::move(arguments["name"]));
                         },
                         .complete = completion(notes)});
}

using Contents = std::vector<mcp::ResourceContents>;

Task<Result<Contents>> read_index(const Notes& notes, std::string uri) {
  std::string list;
  for (const auto& [name, text] : notes) list += name + "\n";
  co_return Contents{{.uri = std::move(uri), .mime_type = "text/plain", .text = std::move(list)}};
}

Task<Result<Contents>> read_note(const Notes& notes, std::string uri, std::string name) {
  const auto note = notes.find(name);
  if (note == notes.end()) co_return Contents();  // The client hears that there is no such resource.
  co_return Contents{{.uri = std::move(uri), .mime_type = "text/plain", .text = note->second}};
}

void add_resources(mcp::Server& server, const Notes& notes) {
  server.add(mcp::Resource{.uri = "notes://index",
                           .name = "index",
                           .title = "All notes",
                           .description = "The names of all notes, one on a line.",
                           .mime_type = "text/plain",
                           .read = [&notes](CallContext&, std::string uri, std::map<std::string, std::string>) {
                             return read_index(notes, std::move(uri));
                           }});
  server.add(mcp::ResourceTemplate{
      .uri_template = "notes://note/{name}",
      .name = "note",
      .title = "A note",
      .description = "What one note says.",
      .mime_type = "text/plain",
      .read = [&notes](CallContext&, std::string uri, std::map<std::string, std::string> variables) {
        return read_note(notes, std::move(uri), std::move(variables["name"]));
      },
      .complete = completion(notes)});
}

Task<mcp::ToolResult> measure(base::Log& log, CallContext& context, std::string tool,
                              Task<mcp::ToolResult> running) {
  const base::Instant begin = context.loop().now();
  mcp::ToolResult result = co_await std::move(running);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(context.loop().now() - begin);
  log.event(base::Level::kInfo, "tool.called", {{"tool", tool}, {"took_ms", int64_t{took.count()}}});
  co_return result;
}

Task<mcp::ToolResult> refuse(base::Error error) { co_return mcp::ToolResult::failure(error); }

void add_middleware(mcp::Server& server, Access access) {
  server.use([&log = server.log()](const mcp::Tool& tool, CallContext& context, json::Value arguments, auto next) {
    return measure(log, context, tool.info.name, next(std::move(arguments)));
  });
  server.use([access](const mcp::Tool& tool, CallContext&, json::Value arguments, auto next) {
    if (access == Access::kReadWrite || tool.info.effect == mcp::Effect::kRead) return next(std::move(arguments));
    return refuse({base::Code::kForbidden, "The notes are read-only here.", {}, std::nullopt});
  });
}

}  // namespace

void offer(mcp::Server& server, Notes& notes, Access access) {
  add_middleware(server, access);
  add_write_note(server, notes);
  server.add(mcp::tool<Search, Found>(
      {.name = "find_notes",
       .title = "Find notes",
       .description = "Gives the names of the notes that contain some words.",
       .effect = mcp::Effect::kRead,
       .world = mcp::World::kClosed,
       .tasks = mcp::Tasks::kOffered},
      [&notes](CallContext& context, Search search) { return find_notes(context, notes, std::move(search)); }));
  server.add(mcp::tool<Name, Total>(
      {.name = "delete_note",
       .title = "Delete a note",
       .description = "Deletes one note, after the person has agreed.",
       .effect = mcp::Effect::kDestroy,
       .world = mcp::World::kClosed},
      [&notes](CallContext& context, Name name) { return delete_note(context, notes, std::move(name)); }));
  add_prompt(server, notes);
  add_resources(server, notes);
}

}  // namespace notes
