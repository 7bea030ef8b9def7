// What the audit trail costs: records that reach the disk, and bytes that are verified, per second on one core.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "audit/files/file_disk.h"
#include "audit/journal.h"
#include "audit/verifier.h"
#include "crypto/os_random.h"

namespace {

// On the file system of the working directory, because /tmp may be memory.
class Place {
 public:
  Place() : path_((std::filesystem::current_path() / "audit-bench-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

constexpr base::Wall kNow{1'764'000'000'000};

audit::Keys keys() { return audit::Keys::derive(*crypto::Key::from_bytes(std::string(32, 'k'))); }

std::vector<audit::Entry> entries(size_t count) {
  const audit::Entry entry{.event = audit::Event::kCallEnded,
                           .user = "owner",
                           .source = "127.0.0.1",
                           .request = {{"call", 4242},
                                       {"method", "tools/call"},
                                       {"name", "search_tracks"},
                                       {"arguments", audit::Hidden{R"({"query":"midnight","limit":20})"}},
                                       {"bytes", 31}},
                           .status = "ok",
                           .time = kNow};
  return {count, entry};
}

// Each append is one commit with its fsync; the argument is how many records share it.
void append(benchmark::State& state) {
  const Place place;
  crypto::OsRandom random;
  audit::files::FileDisk disk(place.path(), place.path() + "/checkpoints");
  auto journal = audit::Journal::open(keys(), disk, random, {}, kNow);
  if (!journal) return state.SkipWithError(journal.error().message.c_str());
  const auto batch = entries(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    if (!journal->append(batch, kNow)) state.SkipWithError("append");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append)->Arg(1)->Arg(100)->Arg(500)->Arg(2'000)->UseRealTime();

void verify(benchmark::State& state) {
  const Place place;
  crypto::OsRandom random;
  audit::files::FileDisk disk(place.path(), place.path() + "/checkpoints");
  auto journal = audit::Journal::open(keys(), disk, random, {}, kNow);
  if (!journal) return state.SkipWithError(journal.error().message.c_str());
  for (int i = 0; i < 20; ++i) {
    if (!journal->append(entries(5'000), kNow)) return state.SkipWithError("append");
  }
  if (!journal->close(kNow)) return state.SkipWithError("close");
  uint64_t bytes = 0;
  for (auto _ : state) {
    const auto report = audit::verify(keys(), disk);
    if (!report || report->finding) return state.SkipWithError("verify");
    bytes += report->bytes;
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(verify)->Unit(benchmark::kMillisecond);

}  // namespace
