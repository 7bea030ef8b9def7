// What looks like a secret: by its name, or by the shape of its text. For finding those that stand where they must not;
// what is found is named by its kind, and never repeated.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace checks {

// "client_secret", "SPOTIFY_MCP_MASTER_KEY", "apiToken"; not "client_id", and not "max_tokens".
bool is_secret_name(std::string_view name);
// The kind of the first secret in a text, such as "a private key", or nothing. Linear in the text.
std::optional<std::string_view> secret_shape(std::string_view text);
// Whether a text is drawn at random as far as one can see: long, of one alphabet, and without a pattern.
bool looks_random(std::string_view text);
// The names of the settings that hold a secret in the clear. ${NAME} and ${file:PATH} are no secrets.
std::vector<std::string> find_plain_secrets(const json::Value& document);

}  // namespace checks
