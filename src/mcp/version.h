// The protocol revisions that this core speaks. A revision is a value that travels with a request; nothing assumes one.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace mcp {

enum class Revision { k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

// Legacy revisions begin with `initialize` and may have a session; the modern one is stateless.
enum class Era { kLegacy, kModern };

inline constexpr std::array kAllRevisions{Revision::k2024_11_05, Revision::k2025_03_26, Revision::k2025_06_18,
                                          Revision::k2025_11_25, Revision::k2026_07_28};
inline constexpr Revision kLatestLegacy = Revision::k2025_11_25;

std::string_view revision_name(Revision revision);
std::optional<Revision> parse_revision(std::string_view name);
constexpr Era era_of(Revision revision) {
  return revision == Revision::k2026_07_28 ? Era::kModern : Era::kLegacy;
}

}  // namespace mcp
