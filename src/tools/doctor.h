// What is wrong, and how to mend it: one finding for each thing that was looked at.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "mcp/context.h"
#include "schema/fields.h"
#include "tools/needs.h"
#include "tools/services.h"

namespace tools {

enum class Level { kOk, kWarning, kProblem };

}  // namespace tools

template <>
struct schema::EnumNames<tools::Level> {
  static constexpr std::array kNames{std::pair{tools::Level::kOk, std::string_view("ok")},
                                     std::pair{tools::Level::kWarning, std::string_view("warning")},
                                     std::pair{tools::Level::kProblem, std::string_view("problem")}};
};

namespace tools {

struct Finding {
  std::string check;
  Level level = Level::kOk;
  std::string finding{};
  std::optional<std::string> fix{};  // Unless all is well.

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("check", &Finding::check),
        schema::required("level", &Finding::level),
        schema::required("finding", &Finding::finding),
        schema::optional("fix", &Finding::fix),
    };
  }
};

struct DoctorAnswer {
  std::string summary;
  bool healthy = true;  // No problem; there may be warnings.
  std::vector<Finding> findings{};

  static constexpr auto fields() {
    return schema::Fields{
        schema::required("summary", &DoctorAnswer::summary),
        schema::required("healthy", &DoctorAnswer::healthy),
        schema::required("findings", &DoctorAnswer::findings),
    };
  }
};

// What the kind of the app is, and which tools it therefore cannot have, each named once with the operation that it
// lacks.
std::vector<Finding> regime_findings(const base::Result<spotify::Regime>& regime, std::span<const Need> needs);

base::Task<base::Result<DoctorAnswer>> doctor(const Services& services, mcp::CallContext& context, schema::Empty none);

}  // namespace tools
