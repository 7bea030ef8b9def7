// Kubernetes objects: the rules of Pod Security "restricted", and what the guide asks beside them.
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <span>
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

constexpr std::string_view kContainerLists[] = {"initContainers", "containers", "ephemeralContainers"};

// The items of a list, or none where there is no list.
std::span<const json::Value> items_of(const json::Value* list) {
  if (list == nullptr || !list->is_array()) return {};
  return list->array();
}

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
        for (const std::string_view list : kContainerLists) {
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
  return is_pinned(image) ? "" : fmt::format("uses the image {} without a digest", image);
}

std::string resource_problem(const json::Value& container, const json::Value&) {
  Texts missing;
  for (const std::string_view what : {"cpu", "memory", "ephemeral-storage"}) {
    for (const std::string_view bound : {"limits", "requests"}) {
      const json::Value* set = look(container, fmt::format("resources/{}/{}", bound, what));
      if (set == nullptr || set->is_null()) missing.push_back(fmt::format("{}.{}", bound, what));
    }
  }
  return missing.empty() ? std::string() : fmt::format("has no {}", fmt::join(missing, ", "));
}

// Of a volume of secrets: who may read them. Each file may have a mode of its own.
bool is_closed(const json::Value& volume, const json::Value& source) {
  constexpr int64_t kOthers = 0337;
  const auto is_narrow = [](const json::Value* mode) {
    return mode != nullptr && mode->is_integer() && (mode->integer() & kOthers) == 0;
  };
  if (!is_narrow(volume.find("defaultMode"))) return false;
  return std::ranges::all_of(items_of(source.find("items")), [&](const json::Value& item) {
    return item.find("mode") == nullptr || is_narrow(item.find("mode"));
  });
}

std::string secret_volume_problem(const json::Value& volume) {
  bool closed = true;
  if (const json::Value* secret = volume.find("secret")) closed = is_closed(*secret, *secret);
  if (const json::Value* projected = volume.find("projected")) {
    for (const json::Value& source : items_of(projected->find("sources"))) {
      if (const json::Value* secret = source.find("secret")) closed = closed && is_closed(*projected, *secret);
    }
  }
  return closed ? std::string()
                : fmt::format("has the secret volume {} with a mode wider than 0440", volume.text_or_empty("name"));
}

std::string secret_problem(const json::Value& container, const json::Value& pod) {
  for (const json::Value& variable : items_of(container.find("env"))) {
    const std::string name(variable.text_or_empty("name"));
    if (look(variable, "valueFrom/secretKeyRef") != nullptr)
      return fmt::format("has the secret {} in its environment", name);
    const std::string_view value = variable.text_or_empty("value");
    if ((is_secret_name(name) && !name.ends_with("_FILE") && !value.empty()) || secret_shape(value)) {
      return fmt::format("has the secret {} in its environment, in the clear", name);
    }
  }
  for (const json::Value& source : items_of(container.find("envFrom"))) {
    if (source.find("secretRef") != nullptr) return "has a whole secret in its environment";
  }
  for (const std::string_view list : {"args", "command"}) {
    for (const json::Value& argument : items_of(container.find(list))) {
      if (argument.is_string() && secret_shape(argument.string())) return "has a secret in its arguments";
    }
  }
  for (const json::Value& volume : items_of(pod.find("volumes"))) {
    if (std::string problem = secret_volume_problem(volume); !problem.empty()) return problem;
  }
  return {};
}

// A ConfigMap is for everybody who may look at the namespace.
Texts secrets_in_config_maps(const Facts& facts) {
  Texts found;
  for (const json::Value& object : objects_of(facts)) {
    const json::Value* data = object.find("data");
    if (object.text_or_empty("kind") != "ConfigMap" || data == nullptr || !data->is_object()) continue;
    for (const auto& [name, value] : data->object()) {
      const std::string text = text_of(&value);
      const bool named = is_secret_name(name) && !name.ends_with("_FILE") && !text.empty();
      if (named || secret_shape(text)) found.push_back(fmt::format("{} has the secret {}", name_of(object), name));
    }
  }
  return found;
}

Outcome judge_secrets(const Facts& facts) {
  if (const Texts found = secrets_in_config_maps(facts); !found.empty()) return fail(sentence(found));
  return each_container(facts, secret_problem, "Secrets are files, closed to others.");
}

std::string host_problem(const json::Value& pod, const json::Value&) {
  for (const std::string_view name : {"hostNetwork", "hostPID", "hostIPC"}) {
    if (is_true(pod.find(name))) return fmt::format("{} is true", name);
  }
  for (const json::Value& volume : items_of(pod.find("volumes"))) {
    if (volume.find("hostPath") != nullptr) return fmt::format("volume {} is a hostPath", volume.text_or_empty("name"));
  }
  for (const std::string_view list : kContainerLists) {
    for (const json::Value& container : items_of(pod.find(list))) {
      for (const json::Value& port : items_of(container.find("ports"))) {
        if (port.find("hostPort") != nullptr) return "a hostPort is open";
      }
    }
  }
  return {};
}

std::string probe_problem(const json::Value& container, const json::Value&) {
  Texts missing;
  for (const std::string_view name : {"startupProbe", "livenessProbe", "readinessProbe"}) {
    const json::Value* probe = container.find(name);
    if (probe == nullptr || !probe->is_object() || probe->object().empty()) {
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
  const bool keeps = std::ranges::any_of(items_of(pod.find("volumes")), [](const json::Value& volume) {
    return volume.find("persistentVolumeClaim") != nullptr;
  });
  if (object.text_or_empty("kind") != "Deployment" || !keeps) return {};
  if (text_of(look(object, "spec/strategy/type")) != "Recreate") {
    return "two pods would share the database while it is replaced: strategy is not Recreate";
  }
  const json::Value* replicas = look(object, "spec/replicas");
  if (replicas != nullptr && (!replicas->is_integer() || replicas->integer() > 1)) {
    return "several pods would share the volume that it claims: replicas is more than 1";
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
  const auto ports = items_of(rule.find("ports"));
  if (ports.empty()) return "lets everything leave";
  const auto peers = items_of(rule.find("to"));
  const bool named = !peers.empty() && std::ranges::all_of(peers, is_narrow);
  for (const json::Value& port : ports) {
    const json::Value* number = port.find("port");
    const bool is_number = number != nullptr && number->is_integer() && port.find("endPort") == nullptr;
    const bool is_usual = is_number && (number->integer() == 53 || number->integer() == 443);
    if (!is_usual && !(is_number && named)) {
      return "opens a port beside 53 and 443 to more than pods with a label or one address";
    }
  }
  return {};
}

// What one policy opens that it should not; every policy adds to what the others let through.
std::string policy_problem(const json::Value& policy) {
  for (const json::Value& rule : items_of(look(policy, "spec/ingress"))) {
    if (items_of(rule.find("from")).empty() && items_of(rule.find("ports")).empty()) return "lets everything in";
  }
  for (const json::Value& rule : items_of(look(policy, "spec/egress"))) {
    if (std::string wrong = egress_problem(rule); !wrong.empty()) return wrong;
  }
  return {};
}

// Whether it closes both ways, for every pod of its namespace.
bool is_closing(const json::Value& policy) {
  const auto types = items_of(look(policy, "spec/policyTypes"));
  const auto names = [&](std::string_view type) {
    return std::ranges::any_of(types, [type](const json::Value& each) { return text_of(&each) == type; });
  };
  const json::Value* pods = look(policy, "spec/podSelector");
  const bool all = pods != nullptr && pods->is_object() && pods->object().empty();
  return names("Ingress") && names("Egress") && all;
}

Outcome judge_policy(const Facts& facts) {
  bool any = false;
  bool closed = false;
  for (const json::Value& object : objects_of(facts)) {
    if (object.text_or_empty("kind") != "NetworkPolicy") continue;
    any = true;
    closed = closed || is_closing(object);
    if (const std::string problem = policy_problem(object); !problem.empty()) {
      return fail(fmt::format("{} {}.", name_of(object), problem));
    }
  }
  if (!any) return fail("There is no NetworkPolicy.");
  return judge(closed, closed
                           ? "Both ways are closed but for what is named; DNS, 443 and what has a name alone may leave."
                           : "No NetworkPolicy has an empty podSelector and both Ingress and Egress in policyTypes.");
}

Outcome judge_namespace(const Facts& facts) {
  bool any = false;
  for (const json::Value& object : objects_of(facts)) {
    if (object.text_or_empty("kind") != "Namespace") continue;
    any = true;
    const json::Value* labels = look(object, "metadata/labels");
    const bool enforced =
        labels != nullptr && labels->text_or_empty("pod-security.kubernetes.io/enforce") == "restricted";
    if (!enforced) return fail(name_of(object) + " does not enforce restricted.");
  }
  return any ? pass("It is enforced.") : fail("The manifest makes no namespace that enforces restricted.");
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
     judge_secrets},
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
