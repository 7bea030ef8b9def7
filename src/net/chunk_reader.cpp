#include "net/chunk_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "net/detail/grammar.h"

namespace net {

namespace {

constexpr size_t kSizeDigitsMax = 16;  // Of 64 bits, leading zeros included.

// Takes leading blanks away; RFC 9112 section 7.1.1 has them read and forgotten around ";" and "=".
std::string_view skip_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

std::string_view take_token(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_token_character);
  const std::string_view token(text.begin(), end);
  text.remove_prefix(token.size());
  return token;
}

bool take_quoted(std::string_view& text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return text.remove_prefix(i + 1), true;
    if (text[i] == '\\') ++i;  // The character after it stands for itself.
    if (i == text.size()) return false;
    if (!is_text_character(text[i])) return false;
  }
  return false;
}

// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
bool is_extensions(std::string_view text) {
  while (!text.empty()) {
    text = skip_blanks(text);
    if (!text.starts_with(';')) return false;
    text = skip_blanks(text.substr(1));
    if (take_token(text).empty()) return false;
    const std::string_view after = skip_blanks(text);
    if (!after.starts_with('=')) continue;
    text = skip_blanks(after.substr(1));
    if (text.starts_with('"') ? !take_quoted(text) : take_token(text).empty()) return false;
  }
  return true;
}

}  // namespace

size_t ChunkReader::feed(std::string_view bytes, std::string& body) {
  size_t consumed = 0;
  while (state_ == State::kReading && consumed < bytes.size()) {
    const std::string_view rest = bytes.substr(consumed);
    consumed += part_ == Part::kData ? feed_data(rest, body) : feed_line(rest);
  }
  return consumed;
}

size_t ChunkReader::feed_data(std::string_view bytes, std::string& body) {
  const auto count = static_cast<size_t>(std::min<uint64_t>(bytes.size(), data_left_));
  body += bytes.substr(0, count);
  data_left_ -= count;
  if (data_left_ == 0) part_ = Part::kDataEnd;
  return count;
}

// A line is refused at its first bad byte, not at its end, which may never come.
size_t ChunkReader::feed_line(std::string_view bytes) {
  const size_t line_max =
      part_ == Part::kTrailer ? limits_.trailer_bytes : kSizeDigitsMax + limits_.chunk_extension_bytes;
  size_t consumed = 0;
  for (const char c : bytes) {
    ++consumed;
    const bool after_cr = line_.ends_with('\r');
    if (after_cr != (c == '\n') || (c != '\r' && c != '\n' && !is_text_character(c))) return malformed(), consumed;
    if (after_cr) return end_line(), consumed;
    // Behind the data of a chunk stands its line end and nothing else.
    if (part_ == Part::kDataEnd && c != '\r') return malformed(), consumed;
    if (c != '\r' && line_.size() >= line_max) return malformed(), consumed;
    line_ += c;
  }
  return consumed;
}

void ChunkReader::end_line() {
  line_.pop_back();
  const std::string line = std::exchange(line_, {});
  switch (part_) {
    case Part::kDataEnd:
      part_ = Part::kSizeLine;
      return;
    case Part::kTrailer:
      return end_trailer(line);
    default:
      return end_size_line(line);
  }
}

void ChunkReader::end_size_line(std::string_view line) {
  const auto digits = static_cast<size_t>(std::ranges::find_if_not(line, is_hex_digit) - line.begin());
  uint64_t size = 0;
  const std::string_view number = line.substr(0, digits);
  const auto [end, error] = std::from_chars(number.begin(), number.end(), size, 16);
  if (digits == 0 || digits > kSizeDigitsMax || error != std::errc()) return malformed();
  const std::string_view extensions = line.substr(digits);
  extension_bytes_ += extensions.size();
  if (extensions.size() > limits_.chunk_extension_bytes || extension_bytes_ > limits_.chunk_extensions_bytes ||
      !is_extensions(extensions)) {
    return malformed();
  }
  if (size > limits_.body_bytes - body_bytes_) {
    state_ = State::kTooLarge;
    return;
  }
  body_bytes_ += size;
  data_left_ = size;
  part_ = size == 0 ? Part::kTrailer : Part::kData;
}

void ChunkReader::end_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::kComplete;
    return;
  }
  // A folded line begins with a blank, which no name does.
  trailer_bytes_ += line.size();
  if (!is_token(line.substr(0, line.find(':'))) || line.find(':') == std::string_view::npos ||
      ++trailer_fields_ > limits_.header_fields || trailer_bytes_ > limits_.trailer_bytes) {
    return malformed();
  }
}

}  // namespace net
