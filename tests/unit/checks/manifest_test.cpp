// Manifests, Dockerfiles and units: the guide's own, hostile ones, and what makes a file no manifest.
#include "checks/manifest.h"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "checks/report.h"
#include "tests/unit/checks/fixtures.h"

#include "tests/test.h"

namespace checks {
namespace {

std::string guide(const char* name) {
  std::ifstream file(source_directory() / "tests/unit/checks/guide" / name);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(!text.empty());
  return text;
}

std::string status_of(const Report& report, std::string_view id) {
  for (const Finding& finding : report.findings) {
    if (finding.check->id == id) return std::string(status_name(finding.outcome.status));
  }
  return "none";
}

TEST_CASE("the guide's Dockerfile and manifest have the findings that they should have") {
  Facts facts;
  facts.now = kNow;
  facts.manifest = parse_manifest(guide("deployment.yaml")).value();
  facts.dockerfile = parse_dockerfile(guide("Dockerfile")).value();
  facts.unit = Fact<UnitFacts>::absent("No unit was given.");
  const auto report = make_report({.command = "k8s"}, facts, "0.1.0");
  REQUIRE(report);
  std::string found;
  for (const Finding& finding : report->findings) {
    found +=
        fmt::format("{} {}: {}\n", finding.check->id, status_name(finding.outcome.status), finding.outcome.evidence);
  }
  CHECK(found ==
        R"(CTR-01 fail: Without a digest: python:3.11-slim.
CTR-02 fail: USER spotify is a name: Kubernetes cannot tell that it is not root.
CTR-03 pass: None was found.
CTR-04 fail: the base python:3.11-slim brings a shell and a package manager, line 12 installs packages.
CTR-05 fail: It is not in the form ["..."], or runs another program.
CTR-06 fail: line 8 copies everything.
K8S-01 fail: Deployment/spotify-mcp-server: server has no runAsGroup above 0.
K8S-02 pass: No container can gain privileges.
K8S-03 pass: Every container drops all.
K8S-04 fail: Deployment/spotify-mcp-server: server has no seccompProfile.
K8S-05 pass: It is, in every container.
K8S-06 fail: Deployment/spotify-mcp-server: server uses the image spotify-mcp-server:latest without a digest.
K8S-07 fail: Deployment/spotify-mcp-server: server has no )"
        R"(limits.cpu, requests.cpu, limits.memory, requests.memory, )"
        R"(limits.ephemeral-storage, requests.ephemeral-storage.
K8S-08 fail: Deployment/spotify-mcp-server: automountServiceAccountToken is not false.
K8S-09 fail: There is no NetworkPolicy.
K8S-10 fail: Deployment/spotify-mcp-server: server has the secret SPOTIFY_CLIENT_ID in its environment.
K8S-11 pass: Nothing of the host is shared.
K8S-12 fail: Deployment/spotify-mcp-server: server has no startupProbe, livenessProbe, readinessProbe.
K8S-13 fail: Deployment/spotify-mcp-server: terminationGracePeriodSeconds is not 10 or more.
K8S-14 fail: Deployment/spotify-mcp-server: volume tmp has no sizeLimit.
K8S-15 fail: The manifest makes no namespace that enforces restricted.
K8S-16 pass: Nothing is public without TLS.
SYS-01 not_applicable: No unit was given.
)");
  CHECK(exit_code_of(*report) == 1);
}

TEST_CASE("a hostile manifest is refused at once, whatever it is") {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    laughs += fmt::format("a{0}: &a{0} [*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1}]\n", i, i - 1);
  }
  std::string many = "a:\n";
  for (int i = 0; i < 60'000; ++i) many += "- x\n";
  const std::string hostile[] = {laughs,
                                 many,
                                 "a: " + std::string(200, '[') + std::string(200, ']'),
                                 std::string(kManifestBytesMax + 1, ' '),
                                 "a: 1\na: 2\n",
                                 "a: *unknown\n",
                                 "- 1\n- 2\n",
                                 "\"unterminated",
                                 "{a: [}",
                                 "\xFF\xFE\xFD",
                                 std::string("a: \0b", 5),
                                 "? [complex, key]\n: 1\n",
                                 "",
                                 "---\n---\n"};
  for (const std::string& text : hostile) {
    const auto parsed = parse_manifest(text);
    INFO(text.substr(0, 40));
    CHECK(!parsed);
    if (!parsed) CHECK(parsed.error().code == base::Code::kInvalidArgument);
  }
  CHECK(!parse_manifest(std::string_view()));
}

TEST_CASE("scalars are read as Kubernetes reads them") {
  const auto facts = parse_manifest("kind: X\na: yes\nb: true\nc: 0400\nd: 10\ne: \"10\"\nf: ~\ng: 1.5\nh: -3\n");
  REQUIRE(facts);
  const json::Value& object = facts->objects.front();
  CHECK(*object.find("a") == json::Value("yes"));
  CHECK(*object.find("b") == json::Value(true));
  CHECK(*object.find("c") == json::Value(256));
  CHECK(*object.find("d") == json::Value(10));
  CHECK(*object.find("e") == json::Value("10"));
  CHECK(object.find("f")->is_null());
  CHECK(*object.find("g") == json::Value("1.5"));
  CHECK(*object.find("h") == json::Value(-3));
}

TEST_CASE("a list stands for its objects, and a pod is found in whatever makes it") {
  const auto facts = parse_manifest(
      "kind: List\nitems:\n- {kind: Pod, spec: {containers: []}}\n- {kind: CronJob, spec: {jobTemplate: {spec: "
      "{template: {spec: {hostNetwork: true}}}}}}\n- {kind: ConfigMap}\n");
  REQUIRE(facts);
  REQUIRE(facts->objects.size() == 3);
  CHECK(pod_of(facts->objects[0]) != nullptr);
  REQUIRE(pod_of(facts->objects[1]) != nullptr);
  CHECK(pod_of(facts->objects[1])->find("hostNetwork") != nullptr);
  CHECK(pod_of(facts->objects[2]) == nullptr);
}

TEST_CASE("a manifest that makes no pods is not applicable, and one without containers no pass") {
  Facts facts;
  facts.manifest = parse_manifest("kind: ConfigMap\n").value();
  CHECK(evaluate(*find_check("K8S-01"), facts).status == Status::kNotApplicable);
  facts.manifest = parse_manifest("kind: Pod\nspec: {}\n").value();
  CHECK(evaluate(*find_check("K8S-05"), facts).status == Status::kFail);
}

TEST_CASE("a way out to a port of its own is for peers with a name, in every policy of the manifest") {
  const auto judged = [](const std::string& rule) {
    const std::string policy = "kind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  policyTypes: [Ingress, Egress]\n";
    Facts facts;
    facts.manifest = parse_manifest(policy + "---\n" + policy + "  egress:\n  - " + rule + "\n").value();
    return evaluate(*find_check("K8S-09"), facts).status;
  };
  const std::string ports = "ports: [{port: 5432}]";
  for (const char* to : {"[{podSelector: {matchLabels: {app: db}}}]",
                         "[{namespaceSelector: {matchLabels: {name: db}}, podSelector: {matchLabels: {app: db}}}]",
                         "[{ipBlock: {cidr: 10.1.2.3/32}}]", "[{ipBlock: {cidr: \"fd00::1/128\"}}]"}) {
    CAPTURE(to);
    CHECK(judged("{to: " + std::string(to) + ", " + ports + "}") == Status::kPass);
  }
  for (const char* to : {"[]", "[{podSelector: {}}]", "[{namespaceSelector: {matchLabels: {name: db}}}]",
                         "[{ipBlock: {cidr: 10.0.0.0/8}}]", "[{ipBlock: {cidr: \"fd00::/32\"}}]",
                         "[{podSelector: {matchLabels: {app: db}}}, {ipBlock: {cidr: 0.0.0.0/0}}]"}) {
    CAPTURE(to);
    CHECK(judged("{to: " + std::string(to) + ", " + ports + "}") == Status::kFail);
  }
  CHECK(judged("{" + ports + "}") == Status::kFail);
  CHECK(judged("{to: [{podSelector: {matchLabels: {app: db}}}]}") == Status::kFail);
  CHECK(judged("{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 1, endPort: 9}]}") == Status::kFail);
  CHECK(judged("{ports: [{port: 443}]}") == Status::kPass);
}

TEST_CASE("a Dockerfile's lines go on, and its last stage is the one that counts") {
  const auto facts = parse_dockerfile("# a comment\nFROM a AS b\nRUN one \\\n  two\n\nfrom scratch\nUSER 7\n");
  REQUIRE(facts);
  REQUIRE(facts->instructions.size() == 4);
  CHECK(facts->instructions[1].arguments == "one  two");
  CHECK(facts->instructions[1].line == 3);
  CHECK(facts->instructions[2].name == "FROM");
  CHECK(!parse_dockerfile("no instruction of one"));
  CHECK(!parse_dockerfile("\xFF\xFF"));
}

TEST_CASE("a unit without a service is none") {
  CHECK(!parse_unit("x.socket", "[Socket]\nListenStream=1\n"));
  const auto unit = parse_unit("x.service", "[Service]\n# User=root\nUser = a\nUser=b\n[Install]\nUser=c\n");
  REQUIRE(unit);
  CHECK(unit->service.at("User") == std::vector<std::string>{"a", "b"});
  CHECK(status_of(*make_report({.command = "k8s"}, good_facts(), "1"), "SYS-01") == "pass");
}

}  // namespace
}  // namespace checks
