// What a server tells whoever keeps an audit trail: each call that runs a handler, each request that was turned away,
// each session. One seam for tools, resources, prompts and completions, in both eras.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "mcp/principal.h"
#include "mcp/version.h"

namespace mcp {

struct CallFacts {
  enum class Touch : uint8_t { kReads, kChanges };

  std::string method;  // "tools/call"
  std::string name;    // Of the tool or the prompt, or the URI or template of the resource: words of the server.
  Principal principal;
  Touch touch = Touch::kReads;
  // What the client sent, as JSON text: to be digested, never to be kept.
  std::string arguments;
};

// Destroyed without end(): the call was dropped, by its client or by its deadline.
class AuditedCall {
 public:
  virtual ~AuditedCall() = default;
  // Nothing: it succeeded. An error becomes the answer, although the handler has run.
  virtual base::Task<base::Result<void>> end(std::optional<base::Code> problem) = 0;
};

struct RefusedRequest {
  // kSession and kTask: the id of one that another principal opened. kState and kCursor: a requestState or a cursor
  // that was not made for this principal and this request, was changed, or is too old. kReplay: a requestState that
  // confirms a change, a second time. kScope: a call beyond the principal's scopes. kMalformed: no message of the
  // protocol.
  enum class Why : uint8_t {
    kHost,
    kOrigin,
    kLogin,
    kTooMany,
    kSession,
    kTask,
    kState,
    kReplay,
    kCursor,
    kScope,
    kMalformed,
  };

  Why why = Why::kHost;
  base::Code code = base::Code::kForbidden;
  std::string source;  // The peer's address.
  std::string value;   // Of the field that was refused: to be digested.
  std::string reason = {};   // Words of the authenticator, if it has any.
  Principal principal = {};  // Known but for kHost, kOrigin, kLogin and kTooMany.
};

class Auditor {
 public:
  virtual ~Auditor() = default;
  // Before the handler runs. An error is the answer, and it does not run.
  virtual base::Task<base::Result<std::unique_ptr<AuditedCall>>> begin(CallFacts facts) = 0;
  // Before the refusal is sent.
  virtual base::Task<void> refused(RefusedRequest request) = 0;
  virtual void session_opened(const Principal& principal, Revision revision) = 0;
  virtual void session_ended(const Principal& principal, Revision revision) = 0;
};

}  // namespace mcp
