// The few facts of an OpenAPI file of the Web API that the table of operations repeats. It reads the layout of these
// files by their indentation; it is no YAML parser.
#pragma once

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace spotify {

struct DescribedOperation {
  std::set<std::string> query;
  std::set<std::string> scopes;
  std::string body;  // A media type, or "".
};
// By "GET /albums/{}".
using Description = std::map<std::string, DescribedOperation>;

class OpenApiReader {
 public:
  static Description read(const std::string& path) {
    std::ifstream file(path);
    OpenApiReader reader;
    for (std::string line; std::getline(file, line);) reader.take(line);
    reader.end_parameter();
    for (const auto& [operation, names] : reader.references_) {
      for (const std::string& name : names) {
        if (const auto found = reader.shared_.find(name); found != reader.shared_.end()) {
          reader.operations_[operation].query.insert(found->second);
        }
      }
    }
    return std::move(reader.operations_);
  }

 private:
  static std::string without_names(std::string_view path) {
    if (path.starts_with("/v1/")) path.remove_prefix(3);
    std::string out;
    for (size_t i = 0; i < path.size(); ++i) {
      out += path[i];
      if (path[i] == '{') {
        while (i + 1 < path.size() && path[i + 1] != '}') ++i;
      }
    }
    return out;
  }

  static std::string_view value_of(std::string_view text) {
    const size_t colon = text.find(':');
    std::string_view value = colon == std::string_view::npos ? text : base::trim(text.substr(colon + 1));
    if (value.size() > 1 && (value.front() == '\'' || value.front() == '"')) value = value.substr(1, value.size() - 2);
    return value;
  }

  void take(const std::string& line) {
    const size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos) return;
    std::string_view text = std::string_view(line).substr(indent);
    if (indent == 0) {
      end_parameter();
      top_ = text;
      section_.clear();
      return;
    }
    if (top_ == "paths:") take_path(indent, text);
    if (top_ == "components:") take_component(indent, text);
  }

  void take_path(size_t indent, std::string_view text) {
    if (indent == 2) {
      end_parameter();
      path_ = without_names(text.substr(0, text.size() - 1));
    } else if (indent == 4) {
      end_parameter();
      operation_ = base::to_lower_ascii(text.substr(0, text.size() - 1));
      for (char& c : operation_) c = static_cast<char>(c - 'a' + 'A');
      operation_ += " " + path_;
      operations_[operation_];
    } else if (indent == 6 && !text.starts_with("- ")) {
      end_parameter();
      section_ = text;
    } else if (section_ == "parameters:") {
      take_parameter(indent, text);
    } else if (section_ == "security:" && indent == 8 && text.starts_with("- ")) {
      operations_[operation_].scopes.emplace(text.substr(2));
    } else if (section_ == "requestBody:" && indent == 10 && text.contains('/')) {
      operations_[operation_].body = text.substr(0, text.size() - 1);
    }
  }

  void take_parameter(size_t indent, std::string_view text) {
    if (indent == 6) {
      end_parameter();
      text.remove_prefix(2);
    } else if (indent != 8) {
      return;
    }
    if (text.starts_with("$ref:")) {
      const std::string_view target = value_of(text);
      references_[operation_].emplace_back(target.substr(target.rfind('/') + 1));
    } else if (text.starts_with("name:")) {
      name_ = value_of(text);
    } else if (text.starts_with("in:")) {
      place_ = value_of(text);
    }
  }

  void take_component(size_t indent, std::string_view text) {
    if (indent == 2) {
      end_parameter();
      section_ = text;
    } else if (section_ == "parameters:" && indent == 4) {
      end_parameter();
      component_ = text.substr(0, text.size() - 1);
    } else if (section_ == "parameters:" && indent == 6) {
      if (text.starts_with("name:")) name_ = value_of(text);
      if (text.starts_with("in:")) place_ = value_of(text);
    }
  }

  void end_parameter() {
    if (place_ == "query") {
      if (component_.empty()) {
        operations_[operation_].query.insert(name_);
      } else {
        shared_[component_] = name_;
      }
    }
    name_.clear();
    place_.clear();
    if (top_ != "components:") component_.clear();
  }

  Description operations_;
  std::map<std::string, std::vector<std::string>> references_;
  std::map<std::string, std::string> shared_;
  std::string top_;
  std::string section_;
  std::string path_;
  std::string operation_;
  std::string component_;
  std::string name_;
  std::string place_;
};

}  // namespace spotify
