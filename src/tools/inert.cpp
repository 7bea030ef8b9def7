#include "tools/inert.h"

#include <algorithm>
#include <array>
#include <optional>

namespace tools {
namespace {

constexpr bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
constexpr bool is_alphanumeric(char32_t c) { return is_letter(c) || (c >= U'0' && c <= U'9'); }
constexpr bool is_scheme_character(char32_t c) { return is_alphanumeric(c) || c == U'+' || c == U'.' || c == U'-'; }
constexpr char32_t lower(char32_t c) { return c >= U'A' && c <= U'Z' ? c | 0x20 : c; }
// Browsers take the fullwidth and ideographic full stops of a host name for dots.
constexpr bool is_dot(char32_t c) { return c == U'.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61; }
constexpr bool ends_authority(char32_t c) {
  return c == U' ' || c == U'/' || c == U'?' || c == U'#' || c == U'\\' || c == U'<' || c == U'>';
}

bool begins_with(std::u32string_view text, std::u32string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  for (size_t i = 0; i < lower_case.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

// First walk: links.
class Links {
 public:
  Links(std::u32string_view text, Signs& signs, size_t& steps) : text_(text), signs_(signs), steps_(steps) {
    out_.reserve(text.size());
  }

  std::u32string walk() && {
    while (at_ < text_.size()) {
      ++steps_;
      if (is_token_start() && begins_host_with_www()) {
        signs_.add(Sign::kLink);
        drop_www();
        mark_last_dot();
        continue;
      }
      const char32_t c = text_[at_];
      if (at_ == dot_) {
        out_.append(U"[.]");
        ++at_;
        continue;
      }
      out_.push_back(c);
      ++at_;
      if (c == U'/' && out_.ends_with(U"://")) end_scheme();
    }
    return std::move(out_);
  }

 private:
  bool is_token_start() const { return out_.empty() || !is_scheme_character(out_.back()); }

  // "www.x.y": renderers make links of it without a scheme. "www.x" alone is a title.
  bool begins_host_with_www() {
    const auto rest = text_.substr(at_);
    if (!begins_with(rest, U"www.")) return false;
    bool dotted = false;
    for (size_t i = 4; i < rest.size(); ++i) {
      ++steps_;
      if (is_dot(rest[i]) && i > 4) dotted = true;
      const bool in_host = is_alphanumeric(rest[i]) || rest[i] == U'-' || rest[i] == U'_' || is_dot(rest[i]);
      if (!in_host) return false;
      if (dotted && is_alphanumeric(rest[i])) return true;
    }
    return false;
  }

  void drop_www() {
    while (begins_with(text_.substr(at_), U"www.")) {
      at_ += 4;
      steps_ += 4;
    }
  }

  // The dot before the last label of the host that begins here; from now on that is what it is written around.
  void mark_last_dot() {
    // What a host with more in front of it had found holds for its end as well.
    if (at_ < marked_to_) return;
    dot_ = std::u32string_view::npos;
    for (size_t i = at_; i < text_.size() && !ends_authority(text_[i]); ++i) {
      ++steps_;
      const bool label_follows =
          i + 1 < text_.size() && !ends_authority(text_[i + 1]) && text_[i + 1] != U')' && !is_dot(text_[i + 1]);
      if (is_dot(text_[i]) && label_follows) dot_ = i;
      marked_to_ = i + 1;
    }
  }

  // The output ends with "://".
  void end_scheme() {
    size_t begin = out_.size() - 3;
    bool has_letter = false;
    while (begin > 0 && is_scheme_character(out_[begin - 1])) {
      ++steps_;
      --begin;
      has_letter = has_letter || is_letter(out_[begin]);
    }
    const bool leads_on = at_ < text_.size() && text_[at_] != U' ';
    if (!has_letter || !leads_on || is_ours(begin)) return;
    signs_.add(Sign::kLink);
    out_.resize(begin);
    drop_www();
    mark_last_dot();
  }

  // https://open.spotify.com, and nothing that only begins so.
  bool is_ours(size_t scheme_begin) const {
    constexpr std::u32string_view kHost = U"open.spotify.com";
    if (!begins_with(std::u32string_view(out_).substr(scheme_begin), U"https://")) return false;
    if (out_.size() - scheme_begin != 8 || !begins_with(text_.substr(at_), kHost)) return false;
    const size_t end = at_ + kHost.size();
    return end == text_.size() || text_[end] == U'/' || text_[end] == U' ' || text_[end] == U')';
  }

  std::u32string_view text_;
  Signs& signs_;
  size_t& steps_;
  std::u32string out_;
  size_t at_ = 0;
  size_t dot_ = std::u32string_view::npos;
  size_t marked_to_ = 0;  // Up to here dot_ is known.
};

// The names of tags by which prompts are built. Upper and lower case are the same.
constexpr std::array<std::u32string_view, 41> kMarkers{
    U"admin",
    U"assistant",
    U"context",
    U"developer",
    U"document",
    U"endoftext",
    U"end_of_text",
    U"eot_id",
    U"function",
    U"function_call",
    U"function_calls",
    U"function_result",
    U"function_results",
    U"human",
    U"im_end",
    U"im_sep",
    U"im_start",
    U"important",
    U"inst",
    U"instruction",
    U"instructions",
    U"invoke",
    U"parameter",
    U"prompt",
    U"reminder",
    U"result",
    U"results",
    U"sys",
    U"system",
    U"system-reminder",
    U"system_prompt",
    U"think",
    U"thinking",
    U"tool",
    U"tool_call",
    U"tool_calls",
    U"tool_response",
    U"tool_result",
    U"tool_results",
    U"tool_use",
    U"user",
};
constexpr size_t kMarkerMax = 32;

// Second walk: what frames.
class Frames {
 public:
  Frames(std::u32string_view text, Signs& signs, size_t& steps) : text_(text), signs_(signs), steps_(steps) {
    out_.reserve(text.size());
  }

  std::u32string walk() && {
    for (; at_ < text_.size(); ++at_) {
      ++steps_;
      const char32_t c = text_[at_];
      if (c == U'(') {
        open_parenthesis();
      } else if (c == U'`') {
        push_backticks();
      } else if (c == U'<' && frames()) {
        signs_.add(Sign::kMarker);
        out_.push_back(U'‹');
      } else if (at_ == close_) {
        out_.push_back(U'›');
      } else if (c == U'[' && bracketed_marker()) {
        signs_.add(Sign::kMarker);
        open_parenthesis();
      } else if (at_ == bracket_) {
        out_.push_back(U')');
      } else {
        out_.push_back(c);
      }
    }
    return std::move(out_);
  }

 private:
  // "](" makes a link of what stands before it; with a space between it makes none.
  void open_parenthesis() {
    if (out_.ends_with(U']')) {
      signs_.add(Sign::kLink);
      out_.push_back(U' ');
    }
    out_.push_back(U'(');
  }

  // Three in a row fence code; one or two only quote it.
  void push_backticks() {
    const size_t end = std::min(text_.find_first_not_of(U'`', at_), text_.size());
    const size_t count = end - at_;
    if (count >= 3) signs_.add(Sign::kMarker);
    out_.append(count < 3 ? count : 1, U'`');
    steps_ += count;
    at_ = end - 1;
  }

  static bool is_name_character(char32_t c) { return is_alphanumeric(c) || c == U'_' || c == U'-'; }

  // The name that begins at `i`, in lower case; its end is in `i`. What stands before a colon is not of it.
  std::u32string name_at(size_t& i) {
    std::u32string name;
    for (; i < text_.size() && name.size() <= kMarkerMax; ++i) {
      ++steps_;
      if (text_[i] == U':') {
        name.clear();
      } else if (is_name_character(text_[i])) {
        name.push_back(lower(text_[i]));
      } else {
        break;
      }
    }
    return name;
  }

  // Whether the '<' here begins a marker of a role or a call, or HTML with an attribute. Then close_ is its end.
  bool frames() {
    size_t i = at_ + 1;
    const bool piped = i < text_.size() && text_[i] == U'|';
    if (piped) ++i;
    if (i < text_.size() && text_[i] == U'/') ++i;
    if (i >= text_.size() || !is_letter(text_[i])) return false;
    const std::u32string name = name_at(i);
    const bool known = std::ranges::find(kMarkers, name) != kMarkers.end();
    const bool spaced = i < text_.size() && (text_[i] == U' ' || text_[i] == U'/');
    size_t end = i;
    bool attribute = false;
    for (; end < text_.size() && text_[end] != U'>' && text_[end] != U'<'; ++end) {
      ++steps_;
      attribute = attribute || (spaced && text_[end] == U'=');
    }
    const bool closed = end < text_.size() && text_[end] == U'>';
    const bool whole_piped = piped && closed && text_[end - 1] == U'|';
    if (!whole_piped && !known && !attribute) return false;
    if (closed) close_ = end;
    return true;
  }

  // [INST], [/INST], [SYS], as some models are addressed. In capitals only: "[Inst.]" is an instrumental.
  bool bracketed_marker() {
    for (const std::u32string_view marker : {U"[INST]", U"[/INST]", U"[SYS]", U"[/SYS]"}) {
      ++steps_;
      if (!text_.substr(at_).starts_with(marker)) continue;
      bracket_ = at_ + marker.size() - 1;
      return true;
    }
    return false;
  }

  std::u32string_view text_;
  Signs& signs_;
  size_t& steps_;
  std::u32string out_;
  size_t at_ = 0;
  size_t close_ = std::u32string_view::npos;
  size_t bracket_ = std::u32string_view::npos;
};

}  // namespace

std::u32string inert(std::u32string_view text, Signs& signs, size_t& steps) {
  const std::u32string without_links = Links(text, signs, steps).walk();
  return Frames(without_links, signs, steps).walk();
}

}  // namespace tools
