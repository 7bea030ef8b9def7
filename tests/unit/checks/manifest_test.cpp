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
                                 "kind: Pod\n<<: {spec: {}}\n",
                                 "kind: Pod\nspec: {hostNetwork: !!bool \"yes\"}\n",
                                 "kind: Pod\n!!str spec: {}\n",
                                 "spec: {hostNetwork: true}\n",
                                 "kind: [Pod]\nspec: {hostNetwork: true}\n",
                                 "kind: List\nitems: [{spec: {hostNetwork: true}}]\n",
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
  const auto facts = parse_manifest(
      "kind: X\na: yes\ni: Off\nj: \"yes\"\nk: TRUE\nb: true\nc: 0400\nd: 10\ne: \"10\"\nf: ~\ng: 1.5\nh: -3\n");
  REQUIRE(facts);
  const json::Value& object = facts->objects.front();
  CHECK(*object.find("a") == json::Value(true));
  CHECK(*object.find("i") == json::Value(false));
  CHECK(*object.find("j") == json::Value("yes"));
  CHECK(*object.find("k") == json::Value(true));
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

// The one object, or several with "---" between them.
std::string judged(std::string_view id, std::string_view yaml) {
  Facts facts;
  auto manifest = parse_manifest(yaml);
  REQUIRE(manifest);
  facts.manifest = *std::move(manifest);
  return std::string(status_name(evaluate(*find_check(id), facts).status));
}

TEST_CASE("what a manifest says in another way is seen too") {
  // True as Kubernetes reads it.
  CHECK(judged("K8S-11", "kind: Pod\nspec: {hostNetwork: yes, containers: [{name: a}]}\n") == "fail");
  CHECK(judged("K8S-02",
               "kind: Pod\nspec: {containers: [{securityContext: {privileged: on, "
               "allowPrivilegeEscalation: false}}]}\n") == "fail");
  // In a container that starts before the others, in what makes pods under another name, in lists of lists.
  const std::string port = "{spec: {initContainers: [{ports: [{hostPort: 1}]}], containers: [{name: a}]}}";
  CHECK(judged("K8S-11", "kind: ReplicationController\nspec: {template: " + port + "}\n") == "fail");
  CHECK(judged("K8S-11", "kind: PodTemplate\ntemplate: " + port + "\n") == "fail");
  CHECK(judged("K8S-11", "kind: List\nitems: [{kind: DeploymentList, items: [{kind: Deployment, spec: {template: " +
                             port + "}}]}]\n") == "fail");
  CHECK(judged("K8S-12",
               "kind: Pod\nspec: {containers: [{startupProbe: {}, livenessProbe: {exec: {}}, "
               "readinessProbe: {exec: {}}}]}\n") == "fail");
  CHECK(judged("K8S-06", "kind: Pod\nspec: {containers: [{image: \"a@sha256:00\"}]}\n") == "fail");
  // Two that run at once share the volume.
  CHECK(judged("K8S-13",
               "kind: Deployment\nspec: {replicas: 2, strategy: {type: Recreate}, template: {spec: "
               "{terminationGracePeriodSeconds: 30, volumes: [{persistentVolumeClaim: {}}]}}}\n") == "fail");
}

TEST_CASE("secrets of a manifest are found wherever they are in the clear, or open to others") {
  const auto pod = [](std::string_view spec) { return fmt::format("kind: Pod\nspec: {{{}}}\n", spec); };
  const std::string own = "containers: [{name: a}], ";
  CHECK(judged("K8S-10", pod(own + "volumes: [{secret: {defaultMode: 0440}}]")) == "pass");
  CHECK(judged("K8S-10", pod(own + "volumes: [{secret: {defaultMode: 0440, items: [{mode: 0444}]}}]")) == "fail");
  CHECK(judged("K8S-10", pod(own + "volumes: [{projected: {defaultMode: 0400, sources: [{secret: {}}]}}]")) == "pass");
  CHECK(judged("K8S-10", pod(own + "volumes: [{projected: {sources: [{secret: {}}]}}]")) == "fail");
  const std::string shape = "BQ" + std::string(120, 'a');
  CHECK(judged("K8S-10", pod("containers: [{env: [{name: OTHER, value: " + shape + "}]}]")) == "fail");
  CHECK(judged("K8S-10", pod("containers: [{command: [a, " + shape + "]}]")) == "fail");
  const std::string map = "---\nkind: ConfigMap\nmetadata: {name: m}\ndata: ";
  CHECK(judged("K8S-10", pod("containers: [{name: a}]") + map + "{SPOTIFY_CLIENT_SECRET: fake}\n") == "fail");
  CHECK(judged("K8S-10", pod("containers: [{name: a}]") + map + "{config.json: \"" + shape + "\"}\n") == "fail");
  CHECK(judged("K8S-10", pod("containers: [{name: a}]") + map + "{SPOTIFY_CLIENT_SECRET_FILE: /run/s}\n") == "pass");
}

TEST_CASE("every network policy adds to what passes, and each namespace has to enforce") {
  const std::string closed =
      "kind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
  const auto with = [&closed](std::string_view spec) {
    return judged("K8S-09", closed + fmt::format("---\nkind: NetworkPolicy\nspec: {{{}}}\n", spec));
  };
  CHECK(judged("K8S-09", closed) == "pass");
  CHECK(with("podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 443}]}]") == "pass");
  CHECK(with("podSelector: {}, policyTypes: [Egress], egress: [{}]") == "fail");
  CHECK(with("podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, endPort: 65535}]}]") == "fail");
  CHECK(with("podSelector: {}, policyTypes: [Ingress], ingress: [{}]") == "fail");
  CHECK(judged("K8S-09",
               "kind: NetworkPolicy\nspec: {podSelector: {matchLabels: {app: other}}, policyTypes: [Ingress, "
               "Egress]}\n") == "fail");
  const std::string enforced =
      "kind: Namespace\nmetadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}\n";
  CHECK(judged("K8S-15", enforced) == "pass");
  CHECK(judged("K8S-15", enforced + "---\nkind: Namespace\nmetadata: {name: other}\n") == "fail");
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
    const std::string policy =
        "kind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n";
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
  // What stands in a here-document is no instruction, and the file may end within one.
  const auto here = parse_dockerfile("FROM a\nUSER root\nRUN <<-\"EOF\" cat <<X\nUSER 7\nEOF\nUSER 8\nX\nCMD a\\");
  REQUIRE(here);
  REQUIRE(here->instructions.size() == 4);
  CHECK(here->instructions[3].name == "CMD");
  // As many as a file can have.
  std::string many = "FROM a\nRUN ";
  for (int i = 0; i < 100'000; ++i) many += "<<a ";
  many += "\n";
  for (int i = 0; i < 100'000; ++i) many += "a\n";
  CHECK(parse_dockerfile(many + "USER 7")->instructions.back().name == "USER");
  CHECK(!parse_dockerfile("FROM a\nRUN <<EOF\nUSER 7\n"));
  CHECK(!parse_dockerfile("# Escape = `\nFROM a\n"));
  CHECK(!parse_dockerfile("no instruction of one"));
  CHECK(!parse_dockerfile("\xFF\xFF"));
}

TEST_CASE("what a Dockerfile says in another way is seen too") {
  const auto judged_file = [](std::string_view id, std::string_view lines) {
    Facts facts;
    facts.dockerfile = parse_dockerfile(lines).value();
    return std::string(status_name(evaluate(*find_check(id), facts).status));
  };
  const std::string pinned = "FROM --platform=linux/amd64 a@sha256:" + std::string(64, '0') + "\n";
  CHECK(judged_file("CTR-01", pinned) == "pass");
  CHECK(judged_file("CTR-01", "FROM a@sha256:0\n") == "fail");
  CHECK(judged_file("CTR-03", pinned + "ENV A=1 SPOTIFY_CLIENT_SECRET=fake\n") == "fail");
  CHECK(judged_file("CTR-03", pinned + "ENV SPOTIFY_CLIENT_SECRET fake\n") == "fail");
  CHECK(judged_file("CTR-03", pinned + "ENV SPOTIFY_CLIENT_SECRET_FILE=/run/s A=1\n") == "pass");
  const std::string healthy = "HEALTHCHECK CMD [\"/usr/bin/spotify-mcp-server\", \"healthcheck\"]\n";
  CHECK(judged_file("CTR-05", pinned + healthy) == "pass");
  CHECK(judged_file("CTR-05", pinned + healthy + "HEALTHCHECK NONE\n") == "fail");
  for (const char* copies :
       {"COPY . /app", "COPY ./ /app", "ADD . /app", "COPY [\".\", \"/app\"]", "COPY a ./* /app"}) {
    INFO(copies);
    CHECK(judged_file("CTR-06", pinned + copies + "\n") == "fail");
  }
  CHECK(judged_file("CTR-06", pinned + "COPY --from=build . .\nCOPY a .\n") == "pass");
}

TEST_CASE("a unit's values go on over lines, and a command with all rights is weak") {
  const auto unit = parse_unit("x.service", "[Service]\nEnvironment=A=\\\n# between\nNoNewPrivileges=yes\nUser=a\n");
  REQUIRE(unit);
  CHECK(!unit->service.contains("NoNewPrivileges"));
  CHECK(unit->service.at("User").back() == "a");
  Facts facts = good_facts();
  CHECK(evaluate(*find_check("SYS-01"), facts).status == Status::kPass);
  facts.unit->service["ExecStart"] = {"@-/usr/bin/a"};
  CHECK(evaluate(*find_check("SYS-01"), facts).status == Status::kPass);
  facts.unit->service["ExecStartPre"] = {"-+/bin/a"};
  CHECK(evaluate(*find_check("SYS-01"), facts).status == Status::kFail);
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
