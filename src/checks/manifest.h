// What is deployed, as its own files say: Kubernetes objects, a Dockerfile, a systemd unit. Read by parsers that bound
// what a hostile file may cost.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace checks {

struct ManifestFacts {
  std::vector<json::Value> objects;
};

struct Instruction {
  std::string name;  // In capitals.
  std::string arguments;
  size_t line = 0;
};

struct DockerfileFacts {
  std::vector<Instruction> instructions;
  bool has_ignore_list = false;  // A .dockerignore that begins by leaving out everything.
};

struct UnitFacts {
  std::string name;
  // The values of the section [Service], in their order.
  std::map<std::string, std::vector<std::string>, std::less<>> service;
};

inline constexpr size_t kManifestBytesMax = size_t{1} << 20;

// YAML 1.1 documents as JSON: no tags, no anchors, no merge keys, no duplicate keys, a bounded depth and number of
// values; each has a kind, and a list stands for its items. kInvalidArgument with the line.
base::Result<ManifestFacts> parse_manifest(std::string_view yaml);
// Comments, lines that go on, and here-documents, whose lines are no instructions. A directive `escape` is refused.
base::Result<DockerfileFacts> parse_dockerfile(std::string_view text);
base::Result<UnitFacts> parse_unit(std::string_view name, std::string_view text);

// The pod of an object that makes pods, with the object's kind and name; null: it makes none.
const json::Value* pod_of(const json::Value& object);
std::string name_of(const json::Value& object);
// A value behind names that are separated by "/"; null: not there.
const json::Value* look(const json::Value& value, std::string_view path);

}  // namespace checks
