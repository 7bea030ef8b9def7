// audit: reads the trail of this machine, and needs the master key that wrote it. verify says whether it is whole;
// tail and export print records; prove and consistency give the short proofs of RFC 9162; hash says how a text that
// must not be written stands in the trail.
#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/audit_trail.h"
#include "app/commands/commands.h"
#include "app/stores.h"
#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/prune.h"
#include "audit/record.h"
#include "audit/segments.h"
#include "audit/verifier.h"
#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/os_random.h"
#include "json/write.h"
#include "os/system_clock.h"
#include "store/sql/user_salts.h"

namespace app::commands {
namespace {

constexpr int kDamaged = 1;
constexpr int64_t kNumberMax = int64_t{1} << 53;

// Our records are printable ASCII. What is not was never written by us, and must not steer the terminal.
std::string shown(std::string_view line) {
  if (std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7F; })) return std::string(line) + "\n";
  std::string out;
  audit::append_escaped(out, line);
  return out + "\n";
}

base::Result<int> tail(StoredTrail& stored, const Arguments& arguments, Io& io) {
  const auto wanted = static_cast<size_t>(arguments.number("-n").value_or(10));
  TRY(const audit::Extent extent, audit::measure(*stored.disk));
  std::deque<std::string> lines;
  // From the last segment backwards, until there are enough.
  for (auto each = extent.segments.rbegin(); each != extent.segments.rend() && lines.size() < wanted; ++each) {
    std::deque<std::string> own;
    const size_t room = wanted - lines.size();
    TRY([[maybe_unused]] const bool all,
        audit::read_lines(*stored.disk, each->first, 0, each->second, [&](const audit::Line& line) {
          own.push_back(shown(line.text));
          if (own.size() > room) own.pop_front();
          return true;
        }));
    lines.insert(lines.begin(), own.begin(), own.end());
  }
  for (const std::string& line : lines) io.out << line;
  return 0;
}

base::Result<int> export_lines(StoredTrail& stored, const Arguments& arguments, Io& io) {
  const auto from = static_cast<uint64_t>(arguments.number("--from").value_or(0));
  const auto to = static_cast<uint64_t>(arguments.number("--to").value_or(kNumberMax));
  TRY(const audit::Extent extent, audit::measure(*stored.disk));
  for (const auto& [name, size] : extent.segments) {
    if (audit::first_seq_of(name).value_or(0) > to) break;
    TRY([[maybe_unused]] const bool all, audit::read_lines(*stored.disk, name, 0, size, [&](const audit::Line& line) {
          const auto head = audit::read_head(line.text);
          // What is no record is part of the evidence.
          if (!head || (head->seq >= from && head->seq <= to)) io.out << shown(line.text);
          return io.out.good();
        }));
  }
  return 0;
}

json::Object as_json(const audit::Report& report, const StoredTrail& stored) {
  json::Object object{{"whole", report.is_whole()},
                      {"first", static_cast<int64_t>(report.first)},
                      {"pruned", static_cast<int64_t>(report.pruned)},
                      {"records", static_cast<int64_t>(report.records)},
                      {"epochs", static_cast<int64_t>(report.epochs)},
                      {"segments", static_cast<int64_t>(report.segments)},
                      {"bytes", static_cast<int64_t>(report.bytes)},
                      {"checkpoints", static_cast<int64_t>(report.checkpoints)},
                      {"checkpoint_key", audit::CheckpointSigner(stored.keys.id, stored.keys.signing).verifier_key()}};
  json::Array gaps;
  for (const audit::Gap& gap : report.gaps) {
    gaps.emplace_back(json::Object{{"seq", static_cast<int64_t>(gap.seq)}, {"damage", gap.damage}});
  }
  object.append("gaps", std::move(gaps));
  if (report.first == 0) object.append("root", crypto::base64_encode(report.root));
  if (report.finding) {
    object.append("finding", json::Object{{"seq", static_cast<int64_t>(report.finding->seq)},
                                          {"damage", audit::damage_name(report.finding->damage)},
                                          {"segment", report.finding->segment},
                                          {"about", report.finding->about}});
  }
  return object;
}

std::string as_text(const std::vector<audit::Gap>& gaps) {
  constexpr size_t kShownMax = 8;
  std::string text;
  for (size_t i = 0; i < gaps.size() && i < kShownMax; ++i) {
    text += fmt::format("{}record {} ({})", text.empty() ? "" : ", ", gaps[i].seq, gaps[i].damage);
  }
  return gaps.size() > kShownMax ? fmt::format("{} and {} more", text, gaps.size() - kShownMax) : text;
}

base::Result<int> verify(StoredTrail& stored, const Arguments& arguments, Io& io) {
  const auto from = static_cast<uint64_t>(arguments.number("--from").value_or(0));
  TRY(const audit::Report report, audit::verify(stored.keys, *stored.disk, {.from = from}));
  if (arguments.has("--json")) {
    io.out << json::write_pretty(as_json(report, stored));
  } else if (report.finding) {
    const audit::Finding& finding = *report.finding;
    io.out << fmt::format("Damaged at record {}: {}. {}{} {} records before it are good.\n", finding.seq,
                          audit::damage_name(finding.damage), finding.about,
                          finding.segment.empty() ? "" : " Segment " + finding.segment + ".", report.records);
  } else if (!report.is_whole()) {
    io.out << fmt::format("The chain of {} records holds, and tells that others are missing: {}.\n", report.records,
                          as_text(report.gaps));
  } else {
    io.out << fmt::format(
        "The trail is whole. Records: {}. Segments: {}. Epochs: {}. Signed checkpoints that agree: {}.\n",
        report.records, report.segments, report.epochs, report.checkpoints);
    if (report.pruned > 0) {
      io.out << fmt::format("It begins with record {}: those before were pruned, and what they held is signed.\n",
                            report.pruned);
    }
    if (from == 0 && report.records > 0 && report.checkpoints == 0) {
      io.err << "note: There is no checkpoint to compare with, so this rests on the chain alone.\n";
    }
  }
  return report.is_whole() ? 0 : kDamaged;
}

base::Result<audit::Leaves> leaves_of(StoredTrail& stored) {
  audit::Leaves leaves;
  TRY(const auto text, stored.disk->read_pruned());
  if (text) {
    TRY(audit::Pruned pruned, audit::open_pruned(*text, stored.keys));
    leaves.before = std::move(pruned.tree);
  }
  audit::VerifyOptions options;
  options.visit = [&leaves](std::string_view line) { leaves.kept.push_back(audit::hash_leaf(line)); };
  TRY(const audit::Report report, audit::verify(stored.keys, *stored.disk, options));
  if (!report.finding) return leaves;
  return base::fail(base::Code::kConflict,
                    "Nothing can be proved from a damaged trail. Run: spotify-mcp-server audit verify");
}

std::unexpected<base::Error> was_pruned(uint64_t first) {
  return base::fail(base::Code::kNotFound, fmt::format("The records before {} were pruned.", first));
}

json::Array as_json(const std::vector<audit::Digest>& proof) {
  json::Array listed;
  for (const audit::Digest& node : proof) listed.emplace_back(crypto::base64_encode(node));
  return listed;
}

// For the largest signed checkpoint that holds the record, or for the whole trail when there is none yet.
base::Result<int> prove(StoredTrail& stored, const Arguments& arguments, Io& io) {
  const auto seq = arguments.number("--seq");
  if (!seq) return base::fail(base::Code::kInvalidArgument, "Say which record: audit prove --seq N.");
  const auto index = static_cast<uint64_t>(*seq);
  TRY(const auto leaves, leaves_of(stored));
  if (index >= leaves.size()) {
    return base::fail(base::Code::kNotFound, fmt::format("The trail has {} records, numbered from 0.", leaves.size()));
  }
  if (index < leaves.before.size()) return was_pruned(leaves.before.size());
  const audit::CheckpointSigner signer(stored.keys.id, stored.keys.signing);
  TRY(const auto notes, stored.disk->read_checkpoints());
  uint64_t size = leaves.size();
  std::string checkpoint;
  const auto lines = base::split(notes ? std::string_view(*notes) : std::string_view(), '\n');
  for (size_t i = 0; i + audit::kCheckpointLines < lines.size(); i += audit::kCheckpointLines) {
    std::string note;
    for (size_t k = 0; k < audit::kCheckpointLines; ++k) note.append(lines[i + k]) += '\n';
    const auto opened = signer.open(note);
    if (!opened || opened->size <= index || opened->size > leaves.size()) continue;
    size = opened->size;
    checkpoint = std::move(note);
  }
  json::Object proof{{"seq", *seq},
                     {"size", static_cast<int64_t>(size)},
                     {"leaf", crypto::base64_encode(leaves.kept[index - leaves.before.size()])},
                     {"root", crypto::base64_encode(leaves.root(0, size))},
                     {"proof", as_json(audit::prove_inclusion(leaves, size, index))}};
  if (!checkpoint.empty()) proof.append("checkpoint", checkpoint);
  io.out << json::write_pretty(std::move(proof));
  return 0;
}

base::Result<int> consistency(StoredTrail& stored, const Arguments& arguments, Io& io) {
  const auto first = arguments.rest.size() == 2 ? base::parse_integer(arguments.rest[0]) : std::nullopt;
  const auto second = arguments.rest.size() == 2 ? base::parse_integer(arguments.rest[1]) : std::nullopt;
  if (!first || !second || *first < 1 || *second < *first) {
    return base::fail(base::Code::kInvalidArgument,
                      "Say two numbers of records, the smaller first: audit consistency A B.");
  }
  TRY(const auto leaves, leaves_of(stored));
  if (static_cast<uint64_t>(*second) > leaves.size()) {
    return base::fail(base::Code::kNotFound, fmt::format("The trail has {} records.", leaves.size()));
  }
  const auto a = static_cast<uint64_t>(*first);
  const auto b = static_cast<uint64_t>(*second);
  if (a < leaves.before.size()) return was_pruned(leaves.before.size());
  io.out << json::write_pretty(json::Object{{"first", int64_t{*first}},
                                            {"first_root", crypto::base64_encode(leaves.root(0, a))},
                                            {"second", int64_t{*second}},
                                            {"second_root", crypto::base64_encode(leaves.root(0, b))},
                                            {"proof", as_json(audit::prove_consistency(leaves, a, b))}});
  return 0;
}

base::Result<int> hash(StoredTrail& stored, const config::Settings& settings, const Arguments& arguments, Io& io) {
  if (arguments.rest.size() != 1) {
    return base::fail(base::Code::kInvalidArgument, "Say which text: audit hash VALUE.");
  }
  const std::string& text = arguments.rest.front();
  if (!arguments.has("--user")) {
    io.out << audit::Pseudonyms(stored.keys.names).of(text) << '\n';
    return 0;
  }
  crypto::OsRandom random;
  store::sql::UserSalts salts(store_place(settings), random);
  TRY(const std::optional<std::string> salt, salts.find(text));
  if (!salt) {
    return base::fail(base::Code::kNotFound,
                      "Nothing tells which records are of that user: there are none since they "
                      "were erased, or there is no such user.");
  }
  io.out << audit::Pseudonyms(stored.keys.names, [&salt](std::string_view) { return *salt; }).of_user(text) << '\n';
  return 0;
}

base::Result<int> prune(StoredTrail& stored, const config::Settings& settings, const Arguments& arguments, Io& io) {
  crypto::OsRandom random;
  const base::Wall now = os::SystemClock().wall();
  const int64_t days = arguments.number("--days").value_or(settings.audit.retention_days.value());
  const base::Wall keep_from = now + -std::chrono::hours(24 * days);
  TRY(const audit::Pruning pruned, audit::prune(stored.keys, *stored.disk, random, keep_from, now));
  io.out << fmt::format("Removed {} segments. The trail begins with record {}.\n", pruned.segments, pruned.first);
  return 0;
}

base::Result<int> run(const Command& command, const Arguments& arguments, Io& io) {
  TRY(const config::Loaded loaded, settings_of(command, arguments, io));
  crypto::OsRandom random;
  TRY(StoredTrail stored, find_trail(loaded.settings, io.environment, random, arguments.text("--trail")));
  const std::string& action = arguments.positional;
  if (action == "tail") return tail(stored, arguments, io);
  if (action == "export") return export_lines(stored, arguments, io);
  if (action == "prove") return prove(stored, arguments, io);
  if (action == "consistency") return consistency(stored, arguments, io);
  if (action == "prune") return prune(stored, loaded.settings, arguments, io);
  if (action == "hash") return hash(stored, loaded.settings, arguments, io);
  return verify(stored, arguments, io);
}

Option number_option(std::string_view name, std::string_view about, int64_t min = 0) {
  return {.name = name, .kind = OptionKind::kNumber, .value = "N", .about = about, .min = min, .max = kNumberMax};
}

}  // namespace

Command audit_command() {
  return {.name = "audit",
          .about = "Read and verify the audit trail.",
          .options = {config_option(),
                      number_option("--from", "verify, export: the first record."),
                      number_option("--to", "export: the last record."),
                      number_option("--seq", "prove: the record."),
                      number_option("-n", "tail: how many records; default 10.", 1),
                      {.name = "--trail",
                       .value = "ID",
                       .about = "An earlier trail, by the name of its directory (`keys rotate --purpose audit`)."},
                      number_option("--days", "prune: how many days are kept; default audit.retention_days.", 1),
                      {.name = "--user", .kind = OptionKind::kSwitch, .about = "hash: VALUE is a user."},
                      {.name = "--json", .kind = OptionKind::kSwitch, .about = "verify: the result as JSON."}},
          .positional = Positional{.name = "action",
                                   .about = "tail, verify, export, prove, consistency A B, hash VALUE, or prune",
                                   .choices = {"tail", "verify", "export", "prove", "consistency", "hash", "prune"}},
          .rest = Rest{.name = "values", .about = "consistency: A and B. hash: VALUE.", .count_max = 2},
          .run = run};
}

}  // namespace app::commands
