// The prompts and resources of the fixture.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "json/write.h"
#include "tests/conformance/fixture.h"
#include "tests/conformance/fixture_asking.h"

namespace fixture {
namespace detail {

using Prompted = base::Result<mcp::PromptResult>;
using Read = base::Result<std::vector<mcp::ResourceContents>>;

inline base::Task<Prompted> say(std::vector<mcp::Content> contents) {
  mcp::PromptResult result;
  for (mcp::Content& content : contents) result.messages.push_back({"user", std::move(content)});
  co_return result;
}
inline base::Task<Read> give(mcp::ResourceContents contents) {
  std::vector<mcp::ResourceContents> all;
  all.push_back(std::move(contents));
  co_return all;
}
using Texts = std::map<std::string, std::string>;
using Values = base::Result<std::vector<std::string>>;
inline base::Task<Values> no_values() { co_return std::vector<std::string>{}; }

}  // namespace detail

inline void add_prompts(mcp::Server& server) {
  using detail::Texts;
  using mcp::CallContext;
  using mcp::Content;
  server.add(mcp::Prompt{"test_simple_prompt", "", "A prompt without arguments.", {}, [](CallContext&, Texts) {
                           return detail::say({Content::text("This is a simple prompt for testing.")});
                         }});
  server.add(mcp::Prompt{"test_prompt_with_arguments",
                         "",
                         "A prompt with two arguments.",
                         {{"arg1", "First test argument", true}, {"arg2", "Second test argument", true}},
                         [](CallContext&, Texts given) {
                           return detail::say({Content::text("Prompt with arguments: arg1='" + given["arg1"] +
                                                             "', arg2='" + given["arg2"] + "'")});
                         },
                         [](CallContext&, std::string, std::string, Texts) { return detail::no_values(); }});
  server.add(mcp::Prompt{"test_prompt_with_embedded_resource",
                         "",
                         "A prompt with a resource in it.",
                         {{"resourceUri", "URI of the resource to embed", true}},
                         [](CallContext&, Texts given) {
                           return detail::say({Content::resource(given["resourceUri"], "text/plain",
                                                                 "Embedded resource content for testing."),
                                               Content::text("Please process the embedded resource above.")});
                         }});
  server.add(mcp::Prompt{"test_prompt_with_image", "", "A prompt with an image in it.", {}, [](CallContext&, Texts) {
                           return detail::say({Content::image(std::string(kRedPixelPng), "image/png"),
                                               Content::text("Please analyze the image above.")});
                         }});
  server.add(mcp::Prompt{"test_input_required_result_prompt", "", "A prompt that asks first.", {},
                         [](CallContext& context, Texts) { return detail::ask_for_prompt(context); }});
}

inline void add_resources(mcp::Server& server) {
  using detail::Texts;
  using mcp::CallContext;
  using mcp::ResourceContents;
  server.add(mcp::Resource{"test://static-text", "static-text", "", "A text that never changes.", "text/plain",
                           [](CallContext&, std::string uri, Texts) {
                             return detail::give(ResourceContents{
                                 uri, "text/plain", "This is the content of the static text resource."});
                           }});
  server.add(mcp::Resource{"test://static-binary", "static-binary", "", "An image that never changes.", "image/png",
                           [](CallContext&, std::string uri, Texts) {
                             return detail::give(ResourceContents{uri, "image/png", "", std::string(kRedPixelPng)});
                           }});
  server.add(mcp::Resource{"test://watched-resource", "watched-resource", "", "A resource to subscribe to.",
                           "text/plain", [](CallContext&, std::string uri, Texts) {
                             return detail::give(ResourceContents{uri, "text/plain", "Watched resource content."});
                           }});
  server.add(mcp::ResourceTemplate{"test://template/{id}/data", "template", "", "Data by id.", "application/json",
                                   [](CallContext&, std::string uri, Texts given) {
                                     const std::string& id = given["id"];
                                     const json::Object data{{"id", id},
                                                             {"templateTest", true},
                                                             {"data", "Data for ID: " + id}};
                                     return detail::give(ResourceContents{uri, "application/json", json::write(data)});
                                   }});
}

}  // namespace fixture
