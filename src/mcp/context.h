// What a handler knows of the request that it serves. One CallContext per request; it lives until the handler's task
// has ended or was dropped. A dropped task is the cancellation: there is nothing to poll.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "json/value.h"
#include "mcp/principal.h"
#include "mcp/question.h"
#include "mcp/version.h"

namespace mcp {

// RFC 5424 severities, as far as MCP names them, least severe first.
enum class Severity { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };
std::string_view severity_name(Severity severity);
std::optional<Severity> parse_severity(std::string_view name);

class CallContext {
 public:
  // Sends one notification that belongs to this request, if the transport can carry one.
  using Notify = std::function<void(std::string_view method, json::Object params)>;
  using Ask = std::function<base::Task<base::Result<Answers>>(std::vector<Question> questions)>;

  CallContext(base::Loop& loop, Principal principal, Revision revision, base::Instant deadline);

  base::Loop& loop() const { return loop_; }
  const Principal& principal() const { return principal_; }
  Revision revision() const { return revision_; }
  Era era() const { return era_of(revision_); }
  // Absolute; handlers pass it on to what they await.
  base::Instant deadline() const { return deadline_; }
  // What the client declared: per request in the modern era, at initialize in the legacy era.
  const json::Object& client_capabilities() const { return client_capabilities_; }

  // notifications/progress. Ignored when the request carries no progressToken, when `progress` does not increase
  // (both eras: MUST increase), or once the handler has ended.
  void progress(double progress, std::optional<double> total = std::nullopt, std::string message = {});
  // Tells the client why nothing moves for a while: as progress that hardly counts, since both eras want it to grow.
  // For those who may outlive this context, such as a request that several calls wait for; afterwards it does nothing.
  // Empty where the client did not ask for progress.
  std::function<void(std::string message)> teller();
  // notifications/message: for protocols older than 2026-07-28, and there only if the client asked for it. Never
  // anything secret or personal.
  void log(Severity severity, json::Value data, std::string logger = {});

  // Lets go of the client's connection, which comes back later for the rest (2025-11-25, "polling"). For handlers that
  // take long; nothing where the protocol or the transport has no such thing.
  void let_go_of_connection() const {
    if (let_go_) let_go_();
  }

  // Answers the request with a task here, and goes on: the client asks for the result when it likes, and questions wait
  // for it there. False, and nothing happens, where the client or the tool has no tasks, or no more are allowed; then
  // the client waits for the answer as ever.
  bool go_on_as_task() { return become_task_ && become_task_(); }

  // Whether the client declared that it can answer this. Ask it first where the handler has another way.
  bool can_ask(const Question& question) const { return can_answer(client_capabilities_, revision_, question); }
  // Asks the client and waits. In the modern era the handler is dropped here and runs again from its start when the
  // client comes back; then this gives the answer at once. So a handler changes nothing before its last question.
  // kForbidden when the client cannot answer (the modern era ends the request instead), kCancelled when it refused
  // to deal with the request at all. A person's "decline" is an answer.
  base::Task<base::Result<json::Object>> ask(Question question);
  // Several at once, where the client may show them together.
  base::Task<base::Result<Answers>> ask_all(std::vector<Question> questions);

  void set_client_capabilities(json::Object capabilities) { client_capabilities_ = std::move(capabilities); }
  void set_deadline(base::Instant deadline) { deadline_ = deadline; }
  void set_notify(Notify notify) { notify_ = std::move(notify); }
  void set_progress(json::Value token, Notify notify);
  // Messages below `least` are dropped; nothing at all is sent before this is called.
  void set_log_level(Severity least) { log_level_ = least; }
  void set_let_go(std::function<void()> let_go) { let_go_ = std::move(let_go); }
  void set_ask(Ask ask) { ask_ = std::move(ask); }
  void set_become_task(std::function<bool()> become_task) { become_task_ = std::move(become_task); }

 private:
  base::Loop& loop_;
  Principal principal_;
  Revision revision_;
  base::Instant deadline_;
  json::Object client_capabilities_;
  std::optional<json::Value> progress_token_;
  std::optional<double> progress_so_far_;
  std::optional<double> progress_total_;
  // For tellers; made with the first of them, when this is where it stays.
  std::shared_ptr<CallContext*> self_;
  std::optional<Severity> log_level_;
  Notify notify_;
  std::function<void()> let_go_;
  Ask ask_;
  std::function<bool()> become_task_;
};

}  // namespace mcp
