// What our listener answers on the wire, and the certificates of both sides.
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/words.h"

namespace checks {
namespace {

const ProbeFact* find_probe(const Facts& facts, std::string_view name) {
  const auto found = facts.listener->probes.find(name);
  return found == facts.listener->probes.end() ? nullptr : &found->second;
}

Outcome unasked(std::string_view name) { return error(fmt::format("The probe {} did not run.", name)); }

// Passes when the answer has one of these statuses.
Outcome expect_status(const Facts& facts, std::string_view name, std::initializer_list<int> good) {
  const ProbeFact* probe = find_probe(facts, name);
  if (probe == nullptr) return unasked(name);
  return judge(std::ranges::find(good, probe->status) != good.end(),
               probe->status == 0 ? "The connection was closed without an answer."
                                  : fmt::format("The answer was {}.", probe->status));
}

bool has_field(const ProbeFact& probe, std::string_view field) {
  return base::to_lower_ascii(probe.head).contains(fmt::format("\r\n{}:", field));
}

Outcome judge_names(const Facts& facts) {
  const ProbeFact* host = find_probe(facts, "host");
  const ProbeFact* origin = find_probe(facts, "origin");
  if (host == nullptr || origin == nullptr) return unasked("host");
  const bool good = host->status >= 400 && host->status < 500 && origin->status == 403;
  return judge(good, fmt::format("A foreign name got {}, a foreign web page {}.", host->status, origin->status));
}

Outcome judge_token(const Facts& facts) {
  const ProbeFact* probe = find_probe(facts, "no_token");
  if (probe == nullptr) return unasked("no_token");
  if (probe->status != 401) return fail(fmt::format("Without a token the answer was {}.", probe->status));
  if (!has_field(*probe, "www-authenticate")) return fail("401 came without WWW-Authenticate.");
  if (facts.auth_server && !probe->head.contains("resource_metadata"))
    return fail("The challenge has no resource_metadata.");
  return pass("401 with a challenge.");
}

Outcome judge_framing(const Facts& facts) {
  size_t asked = 0;
  Texts accepted;
  for (const auto& [name, probe] : facts.listener->probes) {
    if (!name.starts_with("framing.")) continue;
    ++asked;
    const bool refused = probe.status == 0 || (probe.status >= 400 && probe.status < 600);
    if (!refused || !probe.closed) accepted.push_back(name.substr(name.find('.') + 1));
  }
  if (asked == 0) return unasked("framing");
  return judge(accepted.empty(), accepted.empty()
                                     ? fmt::format("All {} were refused, and the connection closed.", asked)
                                     : "Not refused, or not closed: " + sentence(accepted));
}

Outcome judge_sizes(const Facts& facts) {
  const ProbeFact* body = find_probe(facts, "body_large");
  const ProbeFact* head = find_probe(facts, "head_large");
  const ProbeFact* deep = find_probe(facts, "deep_json");
  if (body == nullptr || head == nullptr || deep == nullptr) return unasked("body_large");
  return judge(
      body->status == 413 && head->status == 431 && (deep->status == 400 || deep->status == 401),
      fmt::format("A large body got {}, a large head {}, deep JSON {}.", body->status, head->status, deep->status));
}

Outcome judge_methods(const Facts& facts) {
  Texts accepted;
  size_t asked = 0;
  for (const std::string_view name : {"trace", "put", "connect"}) {
    const ProbeFact* probe = find_probe(facts, name);
    if (probe == nullptr) return unasked(name);
    ++asked;
    const bool refused = probe->status == 405 || probe->status == 501 || probe->status == 400 || probe->status == 0;
    if (!refused) accepted.push_back(fmt::format("{} got {}", name, probe->status));
  }
  return judge(accepted.empty(), accepted.empty() ? fmt::format("All {} were refused.", asked) : sentence(accepted));
}

Outcome judge_headers(const Facts& facts) {
  const ProbeFact* probe = find_probe(facts, "health");
  if (probe == nullptr) return unasked("health");
  Texts missing;
  for (const std::string_view field : {"x-content-type-options", "cache-control", "content-type"}) {
    if (!has_field(*probe, field)) missing.emplace_back(field);
  }
  return judge(missing.empty(), missing.empty() ? "They are there." : "Missing: " + sentence(missing));
}

Outcome judge_silence(const Facts& facts) {
  for (const auto& [name, probe] : facts.listener->probes) {
    if (has_field(probe, "server") || has_field(probe, "x-powered-by")) return fail("A field names the software.");
    for (const std::string_view trace : {"terminate called", ".cpp:", "std::", "at 0x", "Traceback"}) {
      if (probe.status >= 400 && probe.body.contains(trace)) return fail("An error shows what is inside.");
    }
  }
  return pass("No answer names the software or shows what is inside.");
}

Outcome judge_slow(const Facts& facts) {
  constexpr int64_t kSecondsMax = 30;
  const ProbeFact* probe = find_probe(facts, "slow_head");
  if (probe == nullptr) return unasked("slow_head");
  const int64_t limit = facts.listener->slow_header_limit_seconds;
  return judge(probe->closed && limit <= kSecondsMax,
               probe->closed ? fmt::format("A head that never ends is given up after at most {} s.", limit)
                             : "The connection stayed open.");
}

Outcome judge_hidden(const Facts& facts) {
  const ProbeFact* admin = find_probe(facts, "admin");
  const ProbeFact* metrics = find_probe(facts, "metrics");
  if (admin == nullptr || metrics == nullptr) return unasked("admin");
  return judge(admin->status >= 400 && metrics->status >= 400,
               fmt::format("/status got {}, /metrics {}.", admin->status, metrics->status));
}

Outcome judge_mismatch(const Facts& facts) {
  const ProbeFact* probe = find_probe(facts, "header_mismatch");
  if (probe == nullptr) return unasked("header_mismatch");
  return judge(probe->status == 400 && probe->body.contains("-32020"),
               fmt::format("The answer was {}.", probe->status));
}

// A public certificate lives 200 days or less, so a threshold in days alone would always or never be reached.
bool has_to_be_renewed(const Facts& facts, const CertificateFacts& certificate) {
  const std::chrono::milliseconds life = certificate.not_after - certificate.not_before;
  const std::chrono::milliseconds left = certificate.not_after - facts.now;
  return left <= std::max<std::chrono::milliseconds>(std::chrono::days(7), life / 3);
}

// Empty: it proves who shows it.
std::string flaw_of(const CertificateFacts& certificate) {
  if (!certificate.about.empty()) return fmt::format("{}: {}", certificate.host, certificate.about);
  if (!certificate.chain_holds) return certificate.host + ": no chain to a trusted authority.";
  if (!certificate.name_matches) return certificate.host + ": it is for another name.";
  if (!certificate.key_matches) return certificate.host + ": the key is not of the certificate.";
  return {};
}

Outcome judge_certificate(const Facts& facts) {
  const CertificateFacts& certificate = *facts.certificate;
  const std::string flaw = flaw_of(certificate);
  if (!flaw.empty()) return fail(flaw);
  return judge(!has_to_be_renewed(facts, certificate),
               fmt::format("{}: it is good until {}.", certificate.host, day(certificate.not_after)));
}

// Spotify renews its certificates and nobody here can, so one that ends soon is worth a look and no finding.
Outcome judge_spotify(const Facts& facts) {
  Texts seen;
  std::string skipped;
  bool ends_soon = false;
  for (const CertificateFacts& certificate : *facts.spotify_tls) {
    if (!certificate.unreached.empty()) {
      skipped = "Skipped: " + certificate.unreached;
      continue;
    }
    if (const std::string flaw = flaw_of(certificate); !flaw.empty()) return fail(flaw);
    const std::string until =
        fmt::format("{}: {}, good until {}", certificate.host, certificate.protocol, day(certificate.not_after));
    if (certificate.not_after <= facts.now) return fail(until + ".");
    ends_soon = ends_soon || has_to_be_renewed(facts, certificate);
    seen.push_back(until);
  }
  if (!skipped.empty()) return not_applicable(fmt::format("{} {}", skipped, sentence(seen)));
  return ends_soon ? warn(sentence(seen)) : pass(sentence(seen));
}

Outcome judge_versions(const Facts& facts) {
  const CertificateFacts& has = *facts.certificate;
  if (has.protocol.empty()) return fail("No version of TLS could be agreed on: " + has.about);
  if (!has.weak.empty()) return fail("Accepted: " + sentence(has.weak));
  return pass(
      fmt::format("{} is spoken; nothing older than TLS 1.2, no cipher without forward secrecy and "
                  "authenticated encryption is accepted.",
                  has.protocol));
}

const Check kChecks[] = {
    {"NET-01",
     "Spotify's servers prove who they are",
     Severity::kHigh,
     Subject::kSpotifyTls,
     {"A02", "A04", "PR.DS-02", "8.21", "CC6.7"},
     "Find out who stands between; update the package ca-certificates.",
     judge_spotify},
    {"NET-02",
     "Our certificate is good for long enough",
     Severity::kHigh,
     Subject::kCertificate,
     {"A02", "A04", "PR.DS-02", "8.24", "CC6.7"},
     "Renew what server.tls_certificate names, with its whole chain and for every name in server.allowed_hosts. For an "
     "authority of your own give --ca FILE.",
     judge_certificate},
    {"NET-03",
     "Our listener speaks no old TLS and no weak cipher",
     Severity::kHigh,
     Subject::kCertificate,
     {"A02", "A04", "PR.DS-02", "8.24", "CC6.7"},
     "Do not use this build; report it.",
     judge_versions},
    {"NET-04",
     "Our client refuses servers that cannot prove who they are",
     Severity::kCritical,
     Subject::kSelfTests,
     {"A02", "A04", "PR.DS-02", "8.24", "CC6.7"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return judge_self_test(facts, "NET-04"); }},
    {"NET-05",
     "A foreign name and a foreign web page are refused",
     Severity::kCritical,
     Subject::kListener,
     {"A01", "A01", "PR.IR-01", "8.26", "CC6.6"},
     "Remove the names that are not yours from server.allowed_hosts and server.allowed_origins.",
     judge_names},
    {"NET-06",
     "A request without a token is refused",
     Severity::kCritical,
     Subject::kListener,
     {"A07", "A07", "PR.AA-03", "8.5", "CC6.1"},
     "Set server.auth to local.",
     judge_token},
    {"NET-07",
     "Ambiguous framing is refused",
     Severity::kHigh,
     Subject::kListener,
     {"A05", "A05", "PR.IR-01", "8.26", "CC6.6"},
     "Do not use this build; report it.",
     judge_framing},
    {"NET-08",
     "What is too large or too deep is refused",
     Severity::kHigh,
     Subject::kListener,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Do not use this build; report it.",
     judge_sizes},
    {"NET-09",
     "Methods that nobody needs are refused",
     Severity::kMedium,
     Subject::kListener,
     {"A05", "A02", "PR.IR-01", "8.26", "CC6.6"},
     "Do not use this build; report it.",
     judge_methods},
    {"NET-10",
     "A web form cannot reach MCP",
     Severity::kCritical,
     Subject::kListener,
     {"A01", "A01", "PR.AA-05", "8.26", "CC6.6"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return expect_status(facts, "text_plain", {415}); }},
    {"NET-11",
     "Answers carry the fields that browsers need",
     Severity::kMedium,
     Subject::kListener,
     {"A05", "A02", "PR.PS-01", "8.26", "CC6.6"},
     "Do not use this build; report it.",
     judge_headers},
    {"NET-12",
     "Answers tell nothing of the inside",
     Severity::kLow,
     Subject::kListener,
     {"A05", "A10", "PR.PS-01", "8.12", "CC6.6"},
     "Do not use this build; report it.",
     judge_silence},
    {"NET-13",
     "A token in the address is refused",
     Severity::kHigh,
     Subject::kListener,
     {"A07", "A07", "PR.DS-02", "8.5", "CC6.1"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return expect_status(facts, "token_in_query", {400, 401}); }},
    {"NET-14",
     "Addresses of the inner network are never connected",
     Severity::kCritical,
     Subject::kSelfTests,
     {"A10", "A01", "PR.IR-01", "8.20", "CC6.6"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return judge_self_test(facts, "NET-14"); }},
    {"NET-15",
     "Our client follows no redirect",
     Severity::kHigh,
     Subject::kSelfTests,
     {"A10", "A01", "PR.DS-02", "8.21", "CC6.7"},
     "Do not use this build; report it.",
     [](const Facts& facts) { return judge_self_test(facts, "NET-15"); }},
    {"NET-16",
     "A head that never ends is given up",
     Severity::kMedium,
     Subject::kListener,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Do not use this build; report it.",
     judge_slow},
    {"NET-17",
     "Administration and metrics cannot be reached there",
     Severity::kCritical,
     Subject::kListener,
     {"A05", "A02", "PR.AA-05", "8.22", "CC6.6"},
     "Do not use this build; report it.",
     judge_hidden},
    {"NET-18",
     "Fields that contradict the body are refused",
     Severity::kHigh,
     Subject::kListener,
     {"A08", "A08", "PR.IR-01", "8.26", "CC6.6"},
     "Do not use this build; report it.",
     judge_mismatch},
};

}  // namespace

std::span<const Check> network_checks() { return kChecks; }

}  // namespace checks
