#include "http/address.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace http {
namespace {

constexpr size_t kBits = 128;
constexpr size_t kMappedBits = 96;
constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<uint32_t> parse_decimal(std::string_view text, uint32_t most) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  uint32_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(digit - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

std::optional<std::array<uint8_t, 4>> parse_four(std::string_view text) {
  const auto parts = base::split(text, '.');
  std::array<uint8_t, 4> bytes{};
  if (parts.size() != bytes.size()) return std::nullopt;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto part = parse_decimal(parts[i], 255);
    if (!part) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(*part);
  }
  return bytes;
}

// The groups of one side of "::", of which only the very last may be an IPv4 address.
std::optional<std::vector<uint8_t>> parse_groups(std::string_view text, bool may_end_in_four) {
  std::vector<uint8_t> bytes;
  if (text.empty()) return bytes;
  const auto groups = base::split(text, ':');
  for (size_t i = 0; i < groups.size(); ++i) {
    if (may_end_in_four && i + 1 == groups.size() && groups[i].contains('.')) {
      const auto four = parse_four(groups[i]);
      if (!four) return std::nullopt;
      bytes.insert(bytes.end(), four->begin(), four->end());
      continue;
    }
    if (groups[i].empty() || groups[i].size() > 4) return std::nullopt;
    uint32_t value = 0;
    for (const char digit : base::to_lower_ascii(groups[i])) {
      const size_t at = std::string_view("0123456789abcdef").find(digit);
      if (at == std::string_view::npos) return std::nullopt;
      value = value * 16 + static_cast<uint32_t>(at);
    }
    bytes.push_back(static_cast<uint8_t>(value >> 8));
    bytes.push_back(static_cast<uint8_t>(value));
  }
  return bytes;
}

std::optional<AddressBytes> parse_six(std::string_view text) {
  const size_t gap = text.find("::");
  const bool has_gap = gap != std::string_view::npos;
  const auto head = parse_groups(text.substr(0, gap), !has_gap);
  const auto tail = parse_groups(has_gap ? text.substr(gap + 2) : std::string_view(), true);
  if (!head || !tail) return std::nullopt;
  AddressBytes bytes{};
  const size_t known = head->size() + tail->size();
  // A gap stands for one group of zeros at least.
  if (has_gap ? known > bytes.size() - 2 : known != bytes.size()) return std::nullopt;
  std::ranges::copy(*head, bytes.begin());
  std::ranges::copy_backward(*tail, bytes.end());
  return bytes;
}

// "192.0.2.7:4711", "[2001:db8::1]:4711" and "[2001:db8::1]" without what surrounds the address.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    return close == std::string_view::npos ? std::string_view() : text.substr(1, close - 1);
  }
  return std::ranges::count(text, ':') == 1 ? text.substr(0, text.find(':')) : text;
}

bool is_in(const AddressBytes& address, std::span<const std::string> blocks) {
  return std::ranges::any_of(blocks, [&](const std::string& each) {
    const auto block = AddressBlock::parse(each);
    return block && block->contains(address);
  });
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  if (text.contains(':')) return parse_six(text);
  const auto four = parse_four(text);
  if (!four) return std::nullopt;
  AddressBytes bytes = kMapped;
  std::ranges::copy_backward(*four, bytes.end());
  return bytes;
}

std::optional<AddressBlock> AddressBlock::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto network = parse_address(text.substr(0, slash));
  if (!network) return std::nullopt;
  AddressBlock block;
  block.network_ = *network;
  block.bits_ = kBits;
  if (slash != std::string_view::npos) {
    const bool six = text.contains(':');
    const auto bits = parse_decimal(text.substr(slash + 1), six ? kBits : kBits - kMappedBits);
    if (!bits) return std::nullopt;
    block.bits_ = *bits + (six ? 0 : kMappedBits);
  }
  for (size_t bit = block.bits_; bit < kBits; ++bit) {
    if ((block.network_[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return block;
}

bool AddressBlock::contains(const AddressBytes& address) const {
  const size_t whole = bits_ / 8;
  if (!std::equal(network_.begin(), network_.begin() + static_cast<std::ptrdiff_t>(whole), address.begin())) {
    return false;
  }
  if (bits_ % 8 == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff00 >> (bits_ % 8));
  return ((network_[whole] ^ address[whole]) & mask) == 0;
}

bool is_in(std::string_view address, std::span<const std::string> blocks) {
  const auto parsed = parse_address(address);
  return parsed && is_in(*parsed, blocks);
}

std::string client_behind(std::string_view peer, std::string_view chain, std::span<const std::string> proxies) {
  std::string client(peer);
  const auto hops = base::split(chain, ',');
  for (size_t i = hops.size(); i > 0 && is_in(client, proxies); --i) {
    const std::string_view hop = without_port(base::trim(hops[i - 1]));
    if (!parse_address(hop)) break;
    client = hop;
  }
  return client;
}

std::string chain_of_forwarded(std::string_view forwarded) {
  std::string chain;
  std::string hop = "unknown";
  bool quoted = false;
  std::string token;
  const auto end_token = [&] {
    const std::string_view pair = base::trim(token);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && base::equals_ignoring_case(pair.substr(0, equals), "for")) {
      hop = pair.substr(equals + 1);
    }
    token.clear();
  };
  const auto end_hop = [&] {
    end_token();
    chain += chain.empty() ? hop : "," + hop;
    hop = "unknown";
  };
  for (const char c : forwarded) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ';') {
      end_token();
    } else if (!quoted && c == ',') {
      end_hop();
    } else {
      // Inside quotes a comma belongs to no address, and would split one in two.
      token += quoted && c == ',' ? '?' : c;
    }
  }
  end_hop();
  return chain;
}

}  // namespace http
