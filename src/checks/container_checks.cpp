// A Dockerfile and a systemd unit.
#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/secrets.h"
#include "checks/unit_score.h"
#include "checks/words.h"

namespace checks {
namespace {

const std::vector<Instruction>& instructions_of(const Facts& facts) { return facts.dockerfile->instructions; }

std::string_view first_word(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  return trimmed.substr(0, trimmed.find_first_of(" \t"));
}

// Without the flags in front, such as --platform=linux/amd64.
std::string_view without_flags(std::string_view arguments) {
  std::string_view rest = base::trim(arguments);
  while (rest.starts_with("--")) rest = base::trim(rest.substr(std::min(rest.size(), rest.find_first_of(" \t"))));
  return rest;
}

// From the last FROM on.
std::span<const Instruction> final_stage(const Facts& facts) {
  const auto& all = instructions_of(facts);
  for (size_t i = all.size(); i > 0; --i) {
    if (all[i - 1].name == "FROM") return std::span(all).subspan(i - 1);
  }
  return all;
}

Outcome judge_base(const Facts& facts) {
  Texts floating;
  std::set<std::string> stages;
  for (const Instruction& each : instructions_of(facts)) {
    if (each.name != "FROM") continue;
    const std::string image(first_word(without_flags(each.arguments)));
    if (!stages.contains(image) && image != "scratch" && !is_pinned(image)) floating.push_back(image);
    const size_t as = base::to_lower_ascii(each.arguments).find(" as ");
    if (as != std::string::npos) stages.emplace(base::trim(std::string_view(each.arguments).substr(as + 4)));
  }
  return judge(floating.empty(),
               floating.empty() ? "Every base has a digest." : "Without a digest: " + sentence(floating));
}

Outcome judge_user(const Facts& facts) {
  std::string user;
  for (const Instruction& each : final_stage(facts)) {
    if (each.name == "USER") user = std::string(first_word(each.arguments));
  }
  if (user.empty()) return fail("There is no USER: it runs as root.");
  const auto number = base::parse_integer(std::string_view(user).substr(0, user.find(':')));
  if (!number) return fail(fmt::format("USER {} is a name: Kubernetes cannot tell that it is not root.", user));
  return judge(*number > 0, fmt::format("USER {}.", user));
}

// The names that ENV or ARG gives a value: of each NAME=value, or of the one in the old form "NAME value".
Texts names_in(const Instruction& each) {
  Texts names;
  for (std::string_view word : base::split(each.arguments, ' ')) {
    word = base::trim(word);
    const size_t equals = word.find('=');
    if (equals != std::string_view::npos) names.emplace_back(word.substr(0, equals));
  }
  const std::string_view first = first_word(each.arguments);
  if (!first.contains('=')) names.emplace_back(first);
  return names;
}

Outcome judge_secrets(const Facts& facts) {
  Texts found;
  for (const Instruction& each : instructions_of(facts)) {
    if (each.name == "ENV" || each.name == "ARG") {
      for (const std::string& name : names_in(each)) {
        if (is_secret_name(name) && !name.ends_with("_FILE")) found.push_back(fmt::format("{} {}", each.name, name));
      }
    }
    if (secret_shape(each.arguments)) found.push_back(fmt::format("line {}", each.line));
  }
  return judge(found.empty(),
               found.empty() ? "None was found." : "A secret would stay in the image: " + sentence(found));
}

Outcome judge_content(const Facts& facts) {
  const auto stage = final_stage(facts);
  const std::string base_image(stage.empty() ? "" : first_word(without_flags(stage.front().arguments)));
  const bool bare = base_image == "scratch" || base_image.contains("distroless");
  Texts bad;
  if (!bare)
    bad.push_back(
        fmt::format("the base {} brings a shell and a package manager", base_image.substr(0, base_image.find('@'))));
  for (const Instruction& each : stage) {
    for (const std::string_view tool : {"apt-get install", "apk add", "pip install", "yum install"}) {
      if (each.name == "RUN" && each.arguments.contains(tool))
        bad.push_back(fmt::format("line {} installs packages", each.line));
    }
  }
  return judge(bad.empty(), bad.empty() ? "The last stage brings neither." : sentence(bad));
}

Outcome judge_health(const Facts& facts) {
  const Instruction* last = nullptr;
  for (const Instruction& each : final_stage(facts)) {
    if (each.name == "HEALTHCHECK") last = &each;
  }
  if (last == nullptr) return fail("There is no HEALTHCHECK.");
  const size_t command = last->arguments.find("CMD");
  const std::string_view form =
      command == std::string::npos ? "" : base::trim(std::string_view(last->arguments).substr(command + 3));
  const bool own = form.starts_with('[') && form.contains("healthcheck");
  return judge(own, own ? "It runs `healthcheck` of this program."
                        : "It is not in the form [\"...\"], or runs another program.");
}

// Whether COPY or ADD takes the whole folder of the build, in either of its forms.
bool takes_everything(std::string_view arguments) {
  // Another stage is no folder of the build.
  if (arguments.contains("--from=")) return false;
  std::string plain(without_flags(arguments));
  std::erase_if(plain, [](char c) { return c == '[' || c == ']' || c == '"' || c == ','; });
  Texts words;
  for (const std::string_view word : base::split(plain, ' ')) {
    if (!base::trim(word).empty()) words.emplace_back(base::trim(word));
  }
  if (!words.empty()) words.pop_back();  // Where it goes.
  return std::ranges::any_of(words, [](const std::string& word) {
    return word == "." || word == "./" || word == "/" || word == "*" || word == "./*";
  });
}

Outcome judge_copies(const Facts& facts) {
  Texts bad;
  for (const Instruction& each : instructions_of(facts)) {
    if (each.name != "ADD" && each.name != "COPY") continue;
    if (each.name == "ADD" && (each.arguments.contains("http://") || each.arguments.contains("https://"))) {
      bad.push_back(fmt::format("line {} adds from an address", each.line));
    }
    if (!facts.dockerfile->has_ignore_list && takes_everything(each.arguments)) {
      bad.push_back(fmt::format("line {} copies everything", each.line));
    }
  }
  return judge(bad.empty(), bad.empty() ? "Each copy says what." : sentence(bad));
}

const Check kChecks[] = {
    {"CTR-01",
     "Base images are named by digest",
     Severity::kHigh,
     Subject::kDockerfile,
     {"A08", "A03", "GV.SC-07", "5.21", "CC9.2"},
     "Name the base as NAME@sha256:DIGEST.",
     judge_base},
    {"CTR-02",
     "The image runs as a numbered user that is not root",
     Severity::kCritical,
     Subject::kDockerfile,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "End with USER and a number above 0, such as USER 65532:65532.",
     judge_user},
    {"CTR-03",
     "No secret stays in the image",
     Severity::kCritical,
     Subject::kDockerfile,
     {"A02", "A04", "PR.AA-01", "5.17", "CC6.1"},
     "Remove it; give secrets as files when the container starts.",
     judge_secrets},
    {"CTR-04",
     "The image has no shell and no package manager",
     Severity::kMedium,
     Subject::kDockerfile,
     {"A05", "A02", "PR.PS-05", "8.19", "CC6.8"},
     "Let the last stage begin FROM scratch or a distroless base and copy the program into it.",
     judge_content},
    {"CTR-05",
     "The health check is our own, without a shell",
     Severity::kLow,
     Subject::kDockerfile,
     {"A04", "A06", "PR.IR-03", "8.14", "A1.2"},
     "Write HEALTHCHECK CMD [\"/usr/bin/spotify-mcp-server\", \"healthcheck\"].",
     judge_health},
    {"CTR-06",
     "What is copied is said",
     Severity::kMedium,
     Subject::kDockerfile,
     {"A08", "A03", "PR.PS-06", "8.31", "CC8.1"},
     "Copy files by name, or let .dockerignore begin with * and name what is let in.",
     judge_copies},
    {"SYS-01",
     "The unit is hardened",
     Severity::kMedium,
     Subject::kUnit,
     {"A05", "A02", "PR.PS-01", "8.9", "CC6.8"},
     "Set the directives that the evidence names in the section [Service].",
     judge_unit},
};

}  // namespace

std::span<const Check> container_checks() { return kChecks; }

}  // namespace checks
