#include "sim/spotify/seeded.h"

#include <algorithm>

#include "base/check.h"

namespace sim::spotify {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace

uint64_t Seeded::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

uint32_t Seeded::below(uint32_t bound) {
  ENSURE(bound > 0);
  return static_cast<uint32_t>(((next() >> 32) * bound) >> 32);
}

int Seeded::between(int low, int high) {
  ENSURE(low <= high);
  return low + static_cast<int>(below(static_cast<uint32_t>(high - low + 1)));
}

std::string_view Seeded::pick(std::span<const std::string_view> words) {
  return words[below(static_cast<uint32_t>(words.size()))];
}

void SeededRandom::fill(std::span<std::byte> out) {
  uint64_t bits = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) bits = seeded_.next();
    out[i] = static_cast<std::byte>(bits >> (8 * (i % 8)));
  }
}

uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3ULL;
  return hash;
}

std::string catalogue_id(uint64_t seed, std::string_view kind, uint32_t n) {
  Seeded seeded(seed ^ fnv1a(kind) ^ (uint64_t{n} * 0xD1342543DE82EF95ULL));
  std::string id(22, '0');
  id[0] = kBase62[seeded.below(8)];
  for (size_t i = 1; i < id.size(); ++i) id[i] = kBase62[seeded.below(62)];
  return id;
}

std::string random_base62(base::Random& random, size_t length) {
  std::string text(length, '0');
  for (char& c : text) c = kBase62[random.below(62)];
  return text;
}

std::string random_id(base::Random& random) {
  std::string id = random_base62(random, 22);
  id[0] = kBase62[random.below(8)];
  return id;
}

bool is_base62_id(std::string_view text) {
  return text.size() == 22 &&
         std::ranges::all_of(text, [](char c) { return kBase62.find(c) != std::string_view::npos; });
}

}  // namespace sim::spotify
