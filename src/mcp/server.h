// The MCP server: what it offers, and the one dispatcher behind every transport and both eras. It has no connection and
// keeps nothing of one: a transport hands it one request at a time, each with the revision that it speaks and the
// principal behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/random.h"
#include "crypto/bound_text.h"
#include "crypto/key.h"
#include "mcp/auditor.h"
#include "mcp/channel.h"
#include "mcp/context.h"
#include "mcp/era.h"
#include "mcp/events.h"
#include "mcp/header_params.h"
#include "mcp/message.h"
#include "mcp/prompt.h"
#include "mcp/request_state.h"
#include "mcp/resource.h"
#include "mcp/run.h"
#include "mcp/session.h"
#include "mcp/tool.h"

namespace mcp {

// Who the server says it is.
struct Implementation {
  std::string name;
  std::string title = {};
  std::string version;
};

// Whether handlers may send log messages to clients. Deprecated since 2026-07-28; off unless something needs it.
enum class Logging { kOff, kOn };

struct ServerOptions {
  Implementation info;
  // How to use the server, for the model.
  std::string instructions = {};
  size_t page_size = 100;
  // For how long a modern client may reuse a list.
  std::chrono::milliseconds list_ttl{300'000};
  base::Duration call_deadline = std::chrono::seconds(60);
  // While a handler waits for an answer of a legacy client; a modern one has RequestStates::kLifetime.
  base::Duration answer_deadline = std::chrono::minutes(5);
  size_t calls_max = 256;       // Handlers that run at once; a call beyond them is told to come back.
  size_t listens_max = 10'000;  // Open subscriptions/listen streams.
  // After so long a listen stream ends with its result, and its client may open another one; 0: it stays.
  base::Duration listen_life{0};
  // Tasks, running and ended, that are kept at once; beyond them a call stays a call. Fewer than calls_max, so that
  // tasks do not take the place of every call.
  size_t tasks_max = 128;
  size_t tasks_per_principal_max = 32;
  // From its beginning a task has this long, and its result is there until then.
  base::Duration task_life = std::chrono::minutes(10);
  base::Duration task_poll = std::chrono::seconds(1);  // How often a client should ask for it.
  Logging logging = Logging::kOff;
  // Tools that a principal may not see are neither listed nor callable.
  std::function<bool(const Tool&, const Principal&)> visible = nullptr;
  // Seal requestState and bind cursors: the first seals, each opens (see RequestStates). Instances that serve the same
  // clients share them, and `spent_states` with them; empty is one random key.
  std::vector<crypto::Key> state_keys = {};
  // Remembers which states that confirm a change were used. Null: this process does. It must outlive the server.
  SpentStates* spent_states = nullptr;
  // Hears of every call, refusal and session, where there is one. It must outlive the server and its sessions.
  Auditor* auditor = nullptr;
};

// What the server is handed. All of it must outlive the server.
struct Services {
  base::Loop& loop;
  const base::Clock& clock;
  base::Random& random;
  base::Log& log;
};

// One request, as a transport hands it over.
struct Incoming {
  Call call;
  Revision revision;
  Principal principal;
  json::Object client_capabilities;
  std::optional<Severity> log_level;
  std::optional<json::Value> progress_token;
  std::shared_ptr<Session> session;  // Legacy only.
  Channel* channel = nullptr;        // Must outlive the task that handles it.
  // Instead of the answer's own members: these, ready to be sent.
  std::shared_ptr<const std::string> written{};

  static Incoming modern(ModernCall modern, Principal principal, Channel* channel);
  // `principal` is the one of the session, as this request has shown it.
  static Incoming legacy(Call call, Principal principal, std::shared_ptr<Session> session, Channel* channel);
};

struct Reply {
  std::string text;       // One encoded response.
  int http_status = 200;  // Other than 200 only where the modern binding asks for it.
};

class Server {
 public:
  Server(Services services, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before the first request. What find_flaw has something to say of, and a name that is taken, end the program with
  // that sentence: they are bugs, and show at the first start.
  void add(Tool tool);
  void add(Prompt prompt);
  void add(Resource resource);
  void add(ResourceTemplate resource);
  // Around every tool call, the first one outermost.
  void use(ToolMiddleware middleware);
  // At any time: as ServerOptions::state_keys, and at least one.
  void set_state_keys(std::vector<crypto::Key> keys) {
    cursors_ = crypto::BoundTexts(keys);
    states_.set_keys(std::move(keys));
  }
  // Of calls that begin from now on.
  void set_call_deadline(base::Duration deadline) { options_.call_deadline = deadline; }

  // Answers one request; never fails. Dropping the task cancels the request. The server must outlive the task.
  // `initialize` is not among the methods: see open_session.
  base::Task<Reply> handle(Incoming incoming);

  // A legacy handshake: the session, and the result that tells the client of it.
  struct Opened {
    std::shared_ptr<Session> session;
    json::Object result;
  };
  std::expected<Opened, RpcError> open_session(const Call& initialize, Principal principal);

  // The check of a modern tools/call's Mcp-Param-* headers against its arguments. Of a tool that this principal may not
  // see there is nothing to check, so that no refusal tells of it.
  std::optional<RpcError> find_header_error(const Call& call, const Principal& principal,
                                            const http::Headers& headers) const;

  // Tells listening clients.
  void publish(const Event& event) { events_.publish(event); }
  // For whom somebody listens to a resource now, so that nothing is watched for nobody. `changed` is called whenever
  // that may have become different, on the loop, and must not call back into the server before it returns.
  std::vector<Principal> audience_of(std::string_view uri) const { return events_.audience_of(uri); }
  void set_interest_changed(std::function<void()> changed) { events_.set_interest_changed(std::move(changed)); }
  // Ends all listen streams with their result. The server goes on answering.
  void close_listens();

  base::Loop& loop() const { return services_.loop; }
  base::Random& random() const { return services_.random; }
  base::Log& log() const { return services_.log; }
  Auditor* auditor() const { return options_.auditor; }
  const Implementation& info() const { return options_.info; }

 private:
  friend struct Methods;

  struct Failure {
    RpcError error;
    int http_status = 200;
    // Of a handle that is not the caller's, or not this call's: the auditor hears of it.
    std::optional<RefusedRequest::Why> refused = std::nullopt;
  };
  using Answer = std::expected<json::Object, Failure>;
  struct Method;
  struct ToolEntry {
    Tool tool;
    std::vector<HeaderParam> header_params;
  };
  class Asker;
  class Job;
  class ListenStream;
  template <class T>
  using Outcome = std::expected<T, Answer>;

  static const Method* find_method(std::string_view name, Era era);
  static Failure invalid_params(std::string message, std::optional<RefusedRequest::Why> refused = std::nullopt);
  Failure method_not_found(const Incoming& incoming) const;
  Reply finish(const Incoming& incoming, Answer answer) const;
  // The auditor is told of a handle that was refused.
  base::Task<void> tell(const Incoming& incoming, RefusedRequest::Why why) const;
  json::Object capabilities(Revision revision) const;
  json::Object describe_self(Revision revision) const;

  Answer discover(Incoming& incoming);
  Answer ping(Incoming& incoming);
  Answer list_tools(Incoming& incoming);
  Answer list_prompts(Incoming& incoming);
  Answer list_resources(Incoming& incoming);
  Answer list_templates(Incoming& incoming);
  Answer set_log_level(Incoming& incoming);
  Answer subscribe(Incoming& incoming);
  Answer unsubscribe(Incoming& incoming);
  Answer get_task(Incoming& incoming);
  Answer update_task(Incoming& incoming);
  Answer cancel_task(Incoming& incoming);
  base::Task<Answer> call_tool(Incoming& incoming);
  base::Task<Answer> get_prompt(Incoming& incoming);
  base::Task<Answer> read_resource(Incoming& incoming);
  base::Task<Answer> complete(Incoming& incoming);
  base::Task<Answer> listen(Incoming& incoming);

  template <class Items, class NameOf>
  Answer list(const Incoming& incoming, std::string_view member, const Items& items, NameOf name_of) const;
  void add_freshness(json::Object& result, const Incoming& incoming, std::chrono::milliseconds ttl) const;
  bool is_private(const Incoming& incoming) const;
  std::string purpose_of_cursor(const Incoming& incoming, std::string_view member) const;
  bool is_visible(const Tool& tool, const Principal& principal) const;
  SpentStates& spent_states() { return options_.spent_states != nullptr ? *options_.spent_states : own_spent_states_; }
  const ToolEntry* find_tool(std::string_view name) const;
  base::Task<ToolResult> step(size_t index, const Tool& tool, CallContext& context, json::Value arguments);
  // Runs what `begin` starts under the deadline, with questions to the client answered. The failure is the answer that
  // ends the request instead.
  template <class T>
  base::Task<Outcome<T>> run(Incoming& incoming, CallContext& context, std::optional<CallFacts> facts,
                             std::move_only_function<base::Task<T>()> begin, Job* job = nullptr);
  // What the auditor is told of this call; nothing without an auditor.
  std::optional<CallFacts> facts_of(const Incoming& incoming, const std::string& name, CallFacts::Touch touch) const;
  CallContext context_for(const Incoming& incoming) const;

  static base::Task<Answer> answered(Answer answer);
  base::Task<Answer> run_tool(Incoming& incoming, const ToolEntry& entry, Job* job);
  bool offers_tasks() const;
  static bool declares_tasks(const Incoming& incoming);
  static Failure missing_tasks_extension();
  // The end of a call that needs a task, by a client that has none.
  static Answer refuse_without_tasks(const Incoming& incoming);
  base::Task<Answer> call_as_job(Incoming incoming, const ToolEntry& entry);
  base::Task<void> drive(std::shared_ptr<Job> job, const ToolEntry& entry);
  std::expected<Job*, Failure> find_task(const Incoming& incoming);
  void forget_task(const std::string& id);

  Services services_;
  ServerOptions options_;
  crypto::BoundTexts cursors_;
  RequestStates states_;
  MemorySpentStates own_spent_states_;
  Events events_;
  std::string modern_tail_;  // The _meta of every modern result, as text.
  std::deque<ToolEntry> tools_;
  std::deque<Prompt> prompts_;
  std::deque<Resource> resources_;
  std::deque<ResourceTemplate> templates_;
  std::unordered_map<std::string_view, const ToolEntry*> tools_by_name_;
  std::vector<ToolMiddleware> middleware_;
  size_t calls_ = 0;
  std::map<uint64_t, base::Completion<bool>::Setter> listens_;
  uint64_t next_listen_ = 1;
  std::map<std::string, std::shared_ptr<Job>> tasks_;
  base::TaskGroup jobs_;  // Last: what runs in it uses everything above.
};

}  // namespace mcp
