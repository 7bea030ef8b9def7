#include "tools/desk.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/constant_time.h"
#include "crypto/hmac.h"

namespace tools {
namespace {

constexpr std::chrono::minutes kTicketLasts{15};
constexpr size_t kIdLetters = 12;
// 128 bits of the code are more than anybody tries in a quarter of an hour.
constexpr size_t kCodeDigits = 32;
// The same of the code of a cursor.
constexpr size_t kCursorCodeBytes = 16;

}  // namespace

Desk::Desk(Services services) : services_(services) { keys_.push_back(crypto::Key::generate(services.random)); }

std::string Desk::new_id(std::string_view prefix) const {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id(prefix);
  for (size_t i = 0; i < kIdLetters; ++i) id += kLetters[services_.random.below(kLetters.size())];
  return id;
}

std::shared_ptr<Reading> Desk::reading(const std::string& key, const std::string& snapshot, int total) {
  const auto found = std::ranges::find(readings_, key, &Held::key);
  if (found != readings_.end()) {
    readings_.splice(readings_.begin(), readings_, found);
    const Reading& known = *readings_.front().reading;
    const bool is_same = !snapshot.empty() && known.snapshot == snapshot && known.total == total;
    if (is_same) return readings_.front().reading;
    readings_.pop_front();
  }
  readings_.push_front({key, std::make_shared<Reading>(Reading{.snapshot = snapshot, .total = total})});
  const auto entries = [&] {
    size_t sum = 0;
    for (const Held& held : readings_) sum += static_cast<size_t>(held.reading->total);
    return sum;
  };
  while (readings_.size() > 1 && entries() > kEntriesMax) readings_.pop_back();
  return readings_.front().reading;
}

// A moment in the future is none: the clock was set back.
bool Desk::is_recent(const Begun& begun) const {
  const auto age = now() - begun.at;
  return age >= std::chrono::milliseconds(0) && age < kRecent;
}

std::optional<Begun> Desk::find_making(const std::string& principal, const std::string& name) const {
  for (const Begun& each : begun_) {
    if (each.principal == principal && each.name == name && is_recent(each)) return each;
  }
  return std::nullopt;
}

void Desk::note_making(Begun begun) {
  std::erase_if(begun_, [&](const Begun& each) {
    return !is_recent(each) || (each.principal == begun.principal && each.name == begun.name);
  });
  begun_.push_back(std::move(begun));
}

void Desk::forget_making(const std::string& principal, const std::string& name) {
  std::erase_if(begun_, [&](const Begun& each) { return each.principal == principal && each.name == name; });
}

void Desk::set_keys(std::vector<crypto::Key> keys) {
  ENSURE(!keys.empty());
  keys_ = std::move(keys);
}

std::string Desk::sign(const crypto::Key& key, std::string_view deed, int64_t until_s) {
  crypto::HmacSha256 code(key);
  code.update(fmt::format("ticket {} ", until_s));
  code.update(deed);
  return fmt::format("{}-{}", until_s, crypto::to_hex(code.finish()).substr(0, kCodeDigits));
}

std::string Desk::ticket_for(std::string_view deed) const {
  return sign(keys_.front(), deed, (now() + kTicketLasts).unix_ms / 1000);
}

base::Wall Desk::ticket_end() const { return now() + kTicketLasts; }

bool Desk::is_good(std::string_view ticket, std::string_view deed) const {
  const auto until = base::parse_integer(ticket.substr(0, ticket.find('-')));
  if (!until || *until < now().unix_ms / 1000) return false;
  return std::ranges::any_of(keys_,
                             [&](const crypto::Key& key) { return crypto::equal(ticket, sign(key, deed, *until)); });
}

// Another first word than a ticket's, so that neither is ever taken for the other.
std::string Desk::sign_cursor(const crypto::Key& key, std::string_view text) {
  crypto::HmacSha256 code(key);
  code.update("cursor ");
  code.update(text);
  const auto digest = code.finish();
  return crypto::base64url_encode(crypto::ByteView(digest).text().substr(0, kCursorCodeBytes));
}

std::string Desk::cursor_code(std::string_view text) const { return sign_cursor(keys_.front(), text); }

bool Desk::is_cursor_code(std::string_view code, std::string_view text) const {
  return std::ranges::any_of(keys_,
                             [&](const crypto::Key& key) { return crypto::equal(code, sign_cursor(key, text)); });
}

}  // namespace tools
