#include "keys/pkcs11.h"

#include <array>
#include <dlfcn.h>
#include <fmt/format.h>
#include <optional>
#include <p11-kit/pkcs11.h>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

namespace keys {
namespace {

using base::Code;
using base::fail;
using base::Result;

// What the token computes the code of. Another text would be another master key.
constexpr std::string_view kMessage = "spotify-mcp/master-key/1";
constexpr size_t kLabelBytes = 32;

std::unexpected<base::Error> failed(std::string_view what, CK_RV code) {
  return fail(Code::kUnavailable, fmt::format("The token failed: {}. See whether its own tools can use it.", what),
              fmt::format("{}: CKR {:#x}", what, code));
}

// PKCS#11 takes texts without const.
CK_BYTE* bytes_of(std::string& text) { return reinterpret_cast<CK_BYTE*>(text.data()); }

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, void* value, size_t size) {
  return {.type = type, .pValue = value, .ulValueLen = size};
}

// A module that is loaded and initialised, and one session on the token.
class Session {
 public:
  static Result<Session> open(const Token& token, const base::Secret& pin);
  ~Session();
  Session(Session&& other) noexcept
      : library_(std::exchange(other.library_, nullptr)),
        functions_(std::exchange(other.functions_, nullptr)),
        handle_(std::exchange(other.handle_, std::nullopt)) {}
  Session& operator=(Session&&) = delete;

  // The secret key of that label, or nothing.
  Result<std::optional<CK_OBJECT_HANDLE>> find(std::string label) const;
  Result<crypto::Key> code_under(CK_OBJECT_HANDLE key) const;
  Result<void> generate(std::string label) const;

 private:
  Session() = default;
  Result<void> load(const std::string& module);
  Result<CK_SLOT_ID> slot_of(const std::string& label) const;
  Result<void> log_in(CK_SLOT_ID slot, const base::Secret& pin);

  void* library_ = nullptr;
  CK_FUNCTION_LIST* functions_ = nullptr;
  std::optional<CK_SESSION_HANDLE> handle_;
};

Session::~Session() {
  if (handle_) functions_->C_CloseSession(*handle_);
  if (functions_ != nullptr) functions_->C_Finalize(nullptr);
  if (library_ != nullptr) ::dlclose(library_);
}

Result<Session> Session::open(const Token& token, const base::Secret& pin) {
  Session session;
  TRY_VOID(session.load(token.module));
  TRY(const CK_SLOT_ID slot, session.slot_of(token.label));
  TRY_VOID(session.log_in(slot, pin));
  return session;
}

Result<void> Session::load(const std::string& module) {
  library_ = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList list = nullptr;
  if (library_ != nullptr) list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library_, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (list == nullptr || list(&functions) != CKR_OK || functions == nullptr) {
    return fail(Code::kUnavailable,
                fmt::format("SPOTIFY_MCP_PKCS11_MODULE: {} is no PKCS#11 module that can be loaded.", module));
  }
  const CK_RV code = functions->C_Initialize(nullptr);
  if (code != CKR_OK) return failed("its module does not start", code);
  functions_ = functions;
  return {};
}

Result<CK_SLOT_ID> Session::slot_of(const std::string& label) const {
  constexpr CK_ULONG kSlotsMax = 64;
  std::array<CK_SLOT_ID, kSlotsMax> slots{};
  CK_ULONG count = slots.size();
  const CK_RV code = functions_->C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (code != CKR_OK) return failed("it lists no tokens", code);
  std::vector<CK_SLOT_ID> found;
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (functions_->C_GetTokenInfo(slots[i], &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
    std::string_view name(reinterpret_cast<const char*>(info.label), kLabelBytes);
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    if (label.empty() || name == label) found.push_back(slots[i]);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(Code::kNotFound, "There is no such token. Plug it in, and see SPOTIFY_MCP_PKCS11_TOKEN.");
  }
  return fail(Code::kInvalidArgument,
              fmt::format("There are {} tokens. Say which, by its label: SPOTIFY_MCP_PKCS11_TOKEN.", found.size()));
}

Result<void> Session::log_in(CK_SLOT_ID slot, const base::Secret& pin) {
  CK_SESSION_HANDLE handle = 0;
  const CK_RV opened = functions_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &handle);
  if (opened != CKR_OK) return failed("it opens no session", opened);
  handle_ = handle;
  std::string copy(pin.reveal());
  const CK_RV code = functions_->C_Login(handle, CKU_USER, bytes_of(copy), copy.size());
  const base::Secret wiped(std::move(copy));
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE || code == CKR_PIN_INVALID) {
    return fail(Code::kForbidden,
                "The token refused the PIN. See SPOTIFY_MCP_PKCS11_PIN_FILE; a token locks after a few wrong ones.");
  }
  if (code == CKR_PIN_LOCKED) return fail(Code::kForbidden, "The token has locked its PIN. Unlock it with its tools.");
  return failed("it takes no PIN", code);
}

Result<std::optional<CK_OBJECT_HANDLE>> Session::find(std::string label) const {
  CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
  std::array wanted{attribute(CKA_CLASS, &kind, sizeof kind), attribute(CKA_LABEL, label.data(), label.size())};
  const CK_RV begun = functions_->C_FindObjectsInit(*handle_, wanted.data(), wanted.size());
  if (begun != CKR_OK) return failed("it looks for no key", begun);
  std::array<CK_OBJECT_HANDLE, 2> found{};
  CK_ULONG count = 0;
  const CK_RV code = functions_->C_FindObjects(*handle_, found.data(), found.size(), &count);
  functions_->C_FindObjectsFinal(*handle_);
  if (code != CKR_OK) return failed("it finds no key", code);
  if (count > 1) {
    return fail(Code::kConflict,
                fmt::format("The token has more than one key {}. Remove the one that is not ours.", label));
  }
  return count == 0 ? std::optional<CK_OBJECT_HANDLE>() : std::optional(found.front());
}

Result<crypto::Key> Session::code_under(CK_OBJECT_HANDLE key) const {
  CK_MECHANISM mechanism{.mechanism = CKM_SHA256_HMAC, .pParameter = nullptr, .ulParameterLen = 0};
  const CK_RV begun = functions_->C_SignInit(*handle_, &mechanism, key);
  if (begun != CKR_OK) return failed("its key computes no HMAC-SHA-256", begun);
  std::string message(kMessage);
  std::string code(crypto::Key::kBytes, '\0');
  CK_ULONG size = code.size();
  const CK_RV signed_code = functions_->C_Sign(*handle_, bytes_of(message), message.size(), bytes_of(code), &size);
  const base::Secret bytes(std::move(code));
  if (signed_code != CKR_OK || size != crypto::Key::kBytes) return failed("its key computes nothing", signed_code);
  return crypto::Key::from_bytes(bytes.reveal());
}

Result<void> Session::generate(std::string label) const {
  CK_MECHANISM mechanism{.mechanism = CKM_GENERIC_SECRET_KEY_GEN, .pParameter = nullptr, .ulParameterLen = 0};
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ULONG size = crypto::Key::kBytes;
  std::array properties{attribute(CKA_LABEL, label.data(), label.size()), attribute(CKA_TOKEN, &yes, sizeof yes),
                        attribute(CKA_PRIVATE, &yes, sizeof yes),         attribute(CKA_SENSITIVE, &yes, sizeof yes),
                        attribute(CKA_EXTRACTABLE, &no, sizeof no),       attribute(CKA_SIGN, &yes, sizeof yes),
                        attribute(CKA_VALUE_LEN, &size, sizeof size)};
  CK_OBJECT_HANDLE key = 0;
  const CK_RV code = functions_->C_GenerateKey(*handle_, &mechanism, properties.data(), properties.size(), &key);
  if (code != CKR_OK) return failed("it makes no key", code);
  return {};
}

}  // namespace

Result<crypto::Key> read_token(const Token& token, const base::Secret& pin) {
  TRY(const Session session, Session::open(token, pin));
  TRY(const auto key, session.find(token.key));
  if (key) return session.code_under(*key);
  return fail(Code::kNotFound,
              fmt::format("The token has no key {}. Make it with: spotify-mcp-server keys init", token.key));
}

Result<void> make_token_key(const Token& token, const base::Secret& pin) {
  TRY(const Session session, Session::open(token, pin));
  TRY(const auto key, session.find(token.key));
  if (key) return fail(Code::kConflict, fmt::format("The token has a key {} already.", token.key));
  return session.generate(token.key);
}

}  // namespace keys
