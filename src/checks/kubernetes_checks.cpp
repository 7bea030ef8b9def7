// Kubernetes objects: the rules of Pod Security "restricted", and what the guide asks beside them.
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "checks/facts.h"
#include "checks/secrets.h"
#include "checks/words.h"

namespace checks {
namespace {

const std::vector<json::Value>& objects_of(const Facts& facts) { return facts.manifest->objects; }

bool is_true(const json::Value* value) { return value != nullptr && value->is_boolean() && value->boolean(); }
bool is_false(const json::Value* value) { return value != nullptr && value->is_boolean() && !value->boolean(); }
std::string text_of(const json::Value* value) { return value != nullptr && value->is_string() ? value->string() : ""; }

// What one pod, or one container of it, is asked; a text is what is wrong.
using PodRule = std::function<std::string(const json::Value& pod, const json::Value& object)>;
using ContainerRule = std::function<std::string(const json::Value& container, const json::Value& pod)>;

Outcome each_pod(const Facts& facts, const PodRule& rule, std::string_view good) {
  Texts bad;
  size_t pods = 0;
  for (const json::Value& object : objects_of(facts)) {
    const json::Value* pod = pod_of(object);
    if (pod == nullptr) continue;
    ++pods;
    if (const std::string wrong = rule(*pod, object); !wrong.empty())
      bad.push_back(fmt::format("{}: {}", name_of(object), wrong));
  }
  if (pods == 0) return not_applicable("No object of the manifest makes pods.");
  return judge(bad.empty(), bad.empty() ? std::string(good) : sentence(bad));
}

Outcome each_container(const Facts& facts, const ContainerRule& rule, std::string_view good) {
  return each_pod(
      facts,
      [&rule](const json::Value& pod, const json::Value&) {
        Texts bad;
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
          const json::Value* containers = pod.find(list);
          if (containers == nullptr || !containers->is_array()) continue;
          for (const json::Value& container : containers->array()) {
            if (const std::string wrong = rule(container, pod); !wrong.empty()) {
              bad.push_back(fmt::format("{} {}", container.text_or_empty("name"), wrong));
            }
          }
        }
        const json::Value* own = pod.find("containers");
        if (own == nullptr || !own->is_array() || own->array().empty()) bad.emplace_back("has no containers");
        return bad.empty() ? std::string() : fmt::format("{}", fmt::join(bad, "; "));
      },
      good);
}

// A setting of the container, or of its pod where the container says nothing.
const json::Value* inherited(const json::Value& container, const json::Value& pod, std::string_view name) {
  const json::Value* own = look(container, fmt::format("securityContext/{}", name));
  return own != nullptr ? own : look(pod, fmt::format("securityContext/{}", name));
}

std::string user_problem(const json::Value& container, const json::Value& pod) {
  if (!is_true(inherited(container, pod, "runAsNonRoot"))) return "may run as root: runAsNonRoot is not true";
  for (const std::string_view name : {"runAsUser", "runAsGroup"}) {
    const json::Value* id = inherited(container, pod, name);
    if (id == nullptr || !id->is_integer() || id->integer() <= 0) return fmt::format("has no {} above 0", name);
  }
  return {};
}

std::string capability_problem(const json::Value& container, const json::Value&) {
  const json::Value* dropped = look(container, "securityContext/capabilities/drop");
  const bool all =
      dropped != nullptr && dropped->is_array() && std::ranges::any_of(dropped->array(), [](const json::Value& each) {
        return each.is_string() && each.string() == "ALL";
      });
  if (!all) return "does not drop ALL capabilities";
  const json::Value* added = look(container, "securityContext/capabilities/add");
  return added != nullptr && added->is_array() && !added->array().empty() ? "adds capabilities" : "";
}

std::string seccomp_problem(const json::Value& container, const json::Value& pod) {
  const json::Value* profile = inherited(container, pod, "seccompProfile");
  const std::string type = profile != nullptr ? std::string(profile->text_or_empty("type")) : "";
  return type == "RuntimeDefault" || type == "Localhost" ? "" : "has no seccompProfile";
}

std::string image_problem(const json::Value& container, const json::Value&) {
  const std::string_view image = container.text_or_empty("image");
  return image.contains("@sha256:") ? "" : fmt::format("uses the image {} without a digest", image);
}

std::string resource_problem(const json::Value& container, const json::Value&) {
  Texts missing;
  for (const std::string_view what : {"cpu", "memory", "ephemeral-storage"}) {
    if (look(container, fmt::format("resources/limits/{}", what)) == nullptr)
      missing.push_back(fmt::format("limits.{}", what));
    if (look(container, fmt::format("resources/requests/{}", what)) == nullptr)
      missing.push_back(fmt::format("requests.{}", what));
  }
  return missing.empty() ? std::string() : fmt::format("has no {}", fmt::join(missing, ", "));
}

std::string secret_problem(const json::Value& container, const json::Value& pod) {
  const json::Value* variables = container.find("env");
  if (variables != nullptr && variables->is_array()) {
    for (const json::Value& variable : variables->array()) {
      const std::string name(variable.text_or_empty("name"));
      if (look(variable, "valueFrom/secretKeyRef") != nullptr)
        return fmt::format("has the secret {} in its environment", name);
      if (is_secret_name(name) && !name.ends_with("_FILE") && !variable.text_or_empty("value").empty()) {
        return fmt::format("has the secret {} in its environment, in the clear", name);
      }
    }
  }
  const json::Value* sources = container.find("envFrom");
  if (sources != nullptr && sources->is_array()) {
    for (const json::Value& source : sources->array()) {
      if (source.find("secretRef") != nullptr) return "has a whole secret in its environment";
    }
  }
  const json::Value* arguments = container.find("args");
  if (arguments != nullptr && arguments->is_array()) {
    for (const json::Value& argument : arguments->array()) {
      if (argument.is_string() && secret_shape(argument.string())) return "has a secret in its arguments";
    }
  }
  const json::Value* volumes = pod.find("volumes");
  if (volumes != nullptr && volumes->is_array()) {
    for (const json::Value& volume : volumes->array()) {
      const json::Value* mode = look(volume, "secret/defaultMode");
      if (volume.find("secret") != nullptr &&
          (mode == nullptr || !mode->is_integer() || (mode->integer() & 0337) != 0)) {
        return fmt::format("has the secret volume {} with a mode wider than 0440", volume.text_or_empty("name"));
      }
    }
  }
  return {};
}

std::string host_problem(const json::Value& pod, const json::Value&) {
  for (const std::string_view name : {"hostNetwork", "hostPID", "hostIPC"}) {
    if (is_true(pod.find(name))) return fmt::format("{} is true", name);
  }
  const json::Value* volumes = pod.find("volumes");
  if (volumes != nullptr && volumes->is_array()) {
    for (const json::Value& volume : volumes->array()) {
      if (volume.find("hostPath") != nullptr)
        return fmt::format("volume {} is a hostPath", volume.text_or_empty("name"));
    }
  }
  const json::Value* containers = pod.find("containers");
  if (containers == nullptr || !containers->is_array()) return {};
  for (const json::Value& container : containers->array()) {
    const json::Value* ports = container.find("ports");
    if (ports == nullptr || !ports->is_array()) continue;
    for (const json::Value& port : ports->array()) {
      if (port.find("hostPort") != nullptr) return "a hostPort is open";
    }
  }
  return {};
}

std::string probe_problem(const json::Value& container, const json::Value&) {
  Texts missing;
  for (const std::string_view name : {"startupProbe", "livenessProbe", "readinessProbe"}) {
    const json::Value* probe = container.find(name);
    if (probe == nullptr) {
      missing.emplace_back(name);
    } else if (const auto* host = look(*probe, "httpGet/host"); host != nullptr) {
      return fmt::format("has a {} that names a host", name);
    }
  }
  return missing.empty() ? std::string() : fmt::format("has no {}", fmt::join(missing, ", "));
}

std::string drain_problem(const json::Value& pod, const json::Value& object) {
  constexpr int64_t kGraceMin = 10;  // Five seconds more than a server takes to drain.
  const json::Value* grace = pod.find("terminationGracePeriodSeconds");
  if (grace == nullptr || !grace->is_integer() || grace->integer() < kGraceMin) {
    return fmt::format("terminationGracePeriodSeconds is not {} or more", kGraceMin);
  }
  const json::Value* volumes = pod.find("volumes");
  bool keeps = false;
  if (volumes != nullptr && volumes->is_array()) {
    for (const json::Value& volume : volumes->array()) keeps = keeps || volume.find("persistentVolumeClaim") != nullptr;
  }
  const bool deployment = object.text_or_empty("kind") == "Deployment";
  if (deployment && keeps && text_of(look(object, "spec/strategy/type")) != "Recreate") {
    return "two pods would share the database while it is replaced: strategy is not Recreate";
  }
  return {};
}

Outcome judge_volumes(const Facts& facts) {
  return each_pod(
      facts,
      [](const json::Value& pod, const json::Value&) -> std::string {
        const json::Value* volumes = pod.find("volumes");
        if (volumes == nullptr || !volumes->is_array()) return {};
        for (const json::Value& volume : volumes->array()) {
          const json::Value* scratch = volume.find("emptyDir");
          if (scratch != nullptr && scratch->find("sizeLimit") == nullptr)
            return fmt::format("volume {} has no sizeLimit", volume.text_or_empty("name"));
        }
        return {};
      },
      "Every emptyDir has a sizeLimit.");
}

// Pods that are named by their labels, or one address.
bool is_narrow(const json::Value& peer) {
  const json::Value* labels = look(peer, "podSelector/matchLabels");
  if (labels != nullptr && labels->is_object() && !labels->object().empty()) return true;
  const std::string block = text_of(look(peer, "ipBlock/cidr"));
  return block.ends_with(block.contains(':') ? "/128" : "/32");
}

// DNS and 443 may be anywhere; another port, such as a database's, is for peers that are named.
std::string egress_problem(const json::Value& rule) {
  const json::Value* ports = rule.find("ports");
  if (ports == nullptr || !ports->is_array() || ports->array().empty()) return " lets everything leave.";
  const json::Value* peers = rule.find("to");
  const bool named = peers != nullptr && peers->is_array() && !peers->array().empty() &&
                     std::ranges::all_of(peers->array(), is_narrow);
  for (const json::Value& port : ports->array()) {
    const json::Value* number = port.find("port");
    const bool is_number = number != nullptr && number->is_integer() && port.find("endPort") == nullptr;
    const bool known = is_number && (number->integer() == 53 || number->integer() == 443);
    if (!known && !(is_number && named)) {
      return " opens a port beside 53 and 443 to more than pods with a label or one address.";
    }
  }
  return {};
}

Outcome judge_policy(const Facts& facts) {
  size_t policies = 0;
  for (const json::Value& object : objects_of(facts)) {
    if (object.text_or_empty("kind") != "NetworkPolicy") continue;
    ++policies;
    const json::Value* types = look(object, "spec/policyTypes");
    bool in = false;
    bool out = false;
    if (types != nullptr && types->is_array()) {
      for (const json::Value& type : types->array()) {
        in = in || text_of(&type) == "Ingress";
        out = out || text_of(&type) == "Egress";
      }
    }
    if (!in || !out) return fail(name_of(object) + " does not name both Ingress and Egress in policyTypes.");
    const json::Value* rules = look(object, "spec/egress");
    if (rules == nullptr || !rules->is_array()) continue;
    for (const json::Value& rule : rules->array()) {
      if (const std::string wrong = egress_problem(rule); !wrong.empty()) return fail(name_of(object) + wrong);
    }
  }
  if (policies == 0) return fail("There is no NetworkPolicy.");
  return pass("Both ways are closed but for what is named; DNS, 443 and what has a name alone may leave.");
}

Outcome judge_namespace(const Facts& facts) {
  for (const json::Value& object : objects_of(facts)) {
    if (object.text_or_empty("kind") != "Namespace") continue;
    const json::Value* labels = look(object, "metadata/labels");
    const bool enforced =
        labels != nullptr && labels->text_or_empty("pod-security.kubernetes.io/enforce") == "restricted";
    return judge(enforced, enforced ? "It is enforced." : "The namespace does not enforce restricted.");
  }
  return fail("The manifest makes no namespace that enforces restricted.");
}

Outcome judge_public(const Facts& facts) {
  for (const json::Value& object : objects_of(facts)) {
    const std::string_view kind = object.text_or_empty("kind");
    const std::string type = text_of(look(object, "spec/type"));
    if (kind == "Service" && (type == "LoadBalancer" || type == "NodePort"))
      return fail(fmt::format("{} is a {}.", name_of(object), type));
    if (kind == "Ingress" && look(object, "spec/tls") == nullptr) return fail(name_of(object) + " has no TLS.");
  }
  return pass("Nothing is public without TLS.");
}

const Check kChecks[] = {
    {"K8S-01",
     "Pods run as a user that is not root",
     Severity::kCritical,
     Subject::kManifest,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "Set runAsNonRoot: true and a runAsUser and runAsGroup above 0.",
     [](const Facts& facts) {
       return each_container(facts, user_problem, "Every container runs as a user of its own.");
     }},
    {"K8S-02",
     "No privilege can be gained",
     Severity::kCritical,
     Subject::kManifest,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "Set allowPrivilegeEscalation: false; remove privileged.",
     [](const Facts& facts) {
       return each_container(
           facts,
           [](const json::Value& container, const json::Value&) -> std::string {
             if (is_true(look(container, "securityContext/privileged"))) return "is privileged";
             return is_false(look(container, "securityContext/allowPrivilegeEscalation"))
                        ? ""
                        : "allows privilege escalation";
           },
           "No container can gain privileges.");
     }},
    {"K8S-03",
     "All capabilities are dropped",
     Severity::kHigh,
     Subject::kManifest,
     {"A05", "A02", "PR.AA-05", "8.2", "CC6.1"},
     "Set capabilities: {drop: [ALL]} and add none.",
     [](const Facts& facts) { return each_container(facts, capability_problem, "Every container drops all."); }},
    {"K8S-04",
     "System calls are filtered",
     Severity::kHigh,
     Subject::kManifest,
     {"A05", "A02", "PR.PS-05", "8.27", "CC6.8"},
     "Set seccompProfile: {type: RuntimeDefault}.",
     [](const Facts& facts) { return each_container(facts, seccomp_problem, "Every container has a profile."); }},
    {"K8S-05",
     "The root file system is read-only",
     Severity::kHigh,
     Subject::kManifest,
     {"A05", "A02", "PR.PS-01", "8.9", "CC6.8"},
     "Set readOnlyRootFilesystem: true.",
     [](const Facts& facts) {
       return each_container(
           facts,
           [](const json::Value& container, const json::Value&) -> std::string {
             return is_true(look(container, "securityContext/readOnlyRootFilesystem"))
                        ? ""
                        : "has a writable root file system";
           },
           "It is, in every container.");
     }},
    {"K8S-06",
     "Images are named by digest",
     Severity::kHigh,
     Subject::kManifest,
     {"A08", "A03", "ID.RA-09", "8.19", "CC8.1"},
     "Name the image as NAME@sha256:DIGEST.",
     [](const Facts& facts) { return each_container(facts, image_problem, "Every image has a digest."); }},
    {"K8S-07",
     "Resources are limited",
     Severity::kMedium,
     Subject::kManifest,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Set limits and requests of cpu, memory and ephemeral-storage.",
     [](const Facts& facts) {
       return each_container(facts, resource_problem, "Every container has limits and requests.");
     }},
    {"K8S-08",
     "No service account token is mounted",
     Severity::kHigh,
     Subject::kManifest,
     {"A01", "A01", "PR.AA-05", "8.2", "CC6.1"},
     "Set automountServiceAccountToken: false.",
     [](const Facts& facts) {
       return each_pod(
           facts,
           [](const json::Value& pod, const json::Value&) -> std::string {
             return is_false(pod.find("automountServiceAccountToken")) ? ""
                                                                       : "automountServiceAccountToken is not false";
           },
           "None is mounted.");
     }},
    {"K8S-09",
     "The network is closed but for what is needed",
     Severity::kHigh,
     Subject::kManifest,
     {"A10", "A01", "PR.IR-01", "8.22", "CC6.6"},
     "Add a NetworkPolicy for Ingress and Egress that lets DNS and port 443 out.",
     judge_policy},
    {"K8S-10",
     "Secrets are files that the server alone reads",
     Severity::kHigh,
     Subject::kManifest,
     {"A02", "A04", "PR.AA-01", "5.17", "CC6.1"},
     "Mount secrets as files with defaultMode 0400 and name them by *_FILE variables.",
     [](const Facts& facts) { return each_container(facts, secret_problem, "Secrets are files."); }},
    {"K8S-11",
     "Nothing of the host is shared",
     Severity::kCritical,
     Subject::kManifest,
     {"A05", "A02", "PR.AA-05", "8.22", "CC6.1"},
     "Remove hostNetwork, hostPID, hostIPC, hostPath and hostPort.",
     [](const Facts& facts) { return each_pod(facts, host_problem, "Nothing of the host is shared."); }},
    {"K8S-12",
     "Probes say when a container is well",
     Severity::kMedium,
     Subject::kManifest,
     {"A04", "A06", "PR.IR-03", "8.14", "A1.2"},
     "Add startupProbe, livenessProbe and readinessProbe that run `spotify-mcp-server healthcheck` or ask the pod's "
     "own address.",
     [](const Facts& facts) { return each_container(facts, probe_problem, "All three are there."); }},
    {"K8S-13",
     "Pods have time to end, and two never share a database",
     Severity::kMedium,
     Subject::kManifest,
     {"A04", "A06", "PR.IR-03", "8.14", "A1.2"},
     "Set terminationGracePeriodSeconds to 10 or more, and strategy Recreate where a volume is claimed.",
     [](const Facts& facts) { return each_pod(facts, drain_problem, "They have, and do not."); }},
    {"K8S-14",
     "Scratch space is limited",
     Severity::kLow,
     Subject::kManifest,
     {"A04", "A06", "PR.IR-04", "8.6", "A1.1"},
     "Set sizeLimit on every emptyDir.",
     judge_volumes},
    {"K8S-15",
     "The namespace enforces Pod Security restricted",
     Severity::kMedium,
     Subject::kManifest,
     {"A05", "A02", "PR.PS-01", "8.9", "CC7.1"},
     "Add a Namespace with the label pod-security.kubernetes.io/enforce: restricted.",
     judge_namespace},
    {"K8S-16",
     "Nothing is public without TLS",
     Severity::kHigh,
     Subject::kManifest,
     {"A02", "A04", "PR.DS-02", "8.20", "CC6.7"},
     "Make the Service a ClusterIP and let an Ingress with TLS stand in front.",
     judge_public},
};

}  // namespace

std::span<const Check> kubernetes_checks() { return kChecks; }

}  // namespace checks
