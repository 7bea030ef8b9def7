// A record of the trail as a line of text: canonical JSON of ASCII characters, in one order of members, and nothing in
// it that could begin another line or steer a terminal.
//
//   {"seq":7,"epoch":0,"time":"2026-11-24T19:20:00.123Z","event":"call.begun","severity":"info","user":"h:...",
//    "source":"stdio","request":{...},"status":"ok","reason":"","mac":"..."}
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/entry.h"
#include "crypto/bytes.h"
#include "crypto/hmac.h"
#include "crypto/key.h"

namespace audit {

// What is mixed into the pseudonym of a user: random, and kept apart from the trail. Once it is erased nobody can tell
// whose records they are, whatever keys they have, and the chain stays as it is. Empty: nothing is mixed in.
using UserSalt = std::function<std::string(std::string_view user)>;

// Digests of what must not be written, under a key of this installation. One thread at a time.
class Pseudonyms {
 public:
  explicit Pseudonyms(const crypto::Key& key, UserSalt salt = nullptr) : mac_(key), salt_(std::move(salt)) {}
  // "h:" and 22 characters of base64url: the first 128 bits of the HMAC.
  std::string of(std::string_view text);
  // The same for a user's id, of which there are few that come again and again.
  const std::string& of_user(std::string_view id);
  // Asks for the salt of a user again: it may have been erased.
  void look_again() { last_user_pseudonym_.clear(); }

 private:
  crypto::HmacSha256 mac_;
  UserSalt salt_;
  std::string last_user_;
  std::string last_user_pseudonym_;
};

// The record up to its code, without a line end: what the chain and the code cover.
std::string write_body(const Entry& entry, uint64_t seq, uint64_t epoch, Pseudonyms& pseudonyms);
// Appends the whole line, with its LF.
void append_line(std::string& out, std::string_view body, const crypto::Digest& mac);

// What the verifier needs of a line, without parsing the rest.
struct Head {
  uint64_t seq = 0;
  uint64_t epoch = 0;
  std::string_view body;
  std::string_view mac;  // As text.
};
// `line` without its LF. Nothing when it does not begin and end as a record does.
std::optional<Head> read_head(std::string_view line);

// A code as it stands in a record: base64url without padding.
std::string mac_text(const crypto::Digest& mac);
std::optional<crypto::Digest> parse_mac(std::string_view text);

// A JSON string literal in ASCII: controls, quotes and everything beyond ASCII are escaped, and bytes that are no UTF-8
// become \ufffd. Texts of more than 1,024 bytes are cut, and say so.
void append_escaped(std::string& out, std::string_view text);

}  // namespace audit
