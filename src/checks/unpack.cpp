#include "checks/unpack.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <fmt/format.h>
#include <lz4frame.h>
#include <lzma.h>
#include <memory>
#include <utility>
#include <zlib.h>

namespace checks {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;

base::Result<std::string> damaged() { return base::fail(base::Code::kInvalidArgument, "It is damaged, or cut off."); }

// By a bare name, as the loader finds the libraries of the program, until the end of its scope.
class Library {
 public:
  explicit Library(const char* name) : handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {}
  ~Library() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  template <class Function>
  bool find(const char* name, Function& function) const {
    if (handle_ != nullptr) function = reinterpret_cast<Function>(::dlsym(handle_, name));
    return function != nullptr;
  }

 private:
  void* handle_;
};

base::Result<std::string> not_there(std::string_view library) {
  return base::fail(base::Code::kUnavailable, fmt::format("{} is needed to unpack it, and is not installed.", library));
}

// What comes out, up to its limit.
class Output {
 public:
  explicit Output(size_t bytes_max) : bytes_max_(bytes_max), piece_(kPieceBytes, '\0') {}
  char* piece() { return piece_.data(); }
  bool keep(size_t bytes) {
    if (bytes > bytes_max_ - text_.size()) return false;
    text_.append(piece_, 0, bytes);
    return true;
  }
  base::Result<std::string> text() { return std::move(text_); }
  base::Result<std::string> too_large() const {
    return base::fail(base::Code::kInvalidArgument,
                      fmt::format("It has more than {} MiB when it is unpacked.", bytes_max_ >> 20));
  }

 private:
  size_t bytes_max_;
  std::string piece_;
  std::string text_;
};

base::Result<std::string> unpack_gzip(std::string& bytes, size_t bytes_max) {
  const Library library("libz.so.1");
  decltype(&::inflateInit2_) init = nullptr;
  decltype(&::inflate) step = nullptr;
  decltype(&::inflateReset) reset = nullptr;
  decltype(&::inflateEnd) end = nullptr;
  if (!library.find("inflateInit2_", init) || !library.find("inflate", step) || !library.find("inflateReset", reset) ||
      !library.find("inflateEnd", end)) {
    return not_there("zlib");
  }
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  if (init(&stream, kGzipWindow, ZLIB_VERSION, sizeof(stream)) != Z_OK) return damaged();
  const std::unique_ptr<z_stream, decltype(end)> closing(&stream, end);
  Output output(bytes_max);
  while (true) {  // Every step takes input, or gives output that is bounded.
    stream.next_out = reinterpret_cast<Bytef*>(output.piece());
    stream.avail_out = kPieceBytes;
    const int result = step(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return damaged();
    if (!output.keep(kPieceBytes - stream.avail_out)) return output.too_large();
    if (result == Z_STREAM_END && stream.avail_in == 0) return output.text();
    // Several members one after the other are one text.
    if (result == Z_STREAM_END && reset(&stream) != Z_OK) return damaged();
  }
}

base::Result<std::string> unpack_xz(const std::string& bytes, size_t bytes_max) {
  constexpr uint64_t kMemoryMax = uint64_t{128} << 20;
  const Library library("liblzma.so.5");
  decltype(&::lzma_stream_decoder) init = nullptr;
  decltype(&::lzma_code) step = nullptr;
  decltype(&::lzma_end) end = nullptr;
  if (!library.find("lzma_stream_decoder", init) || !library.find("lzma_code", step) ||
      !library.find("lzma_end", end)) {
    return not_there("liblzma");
  }
  lzma_stream stream = LZMA_STREAM_INIT;
  if (init(&stream, kMemoryMax, LZMA_CONCATENATED) != LZMA_OK) return damaged();
  const std::unique_ptr<lzma_stream, decltype(end)> closing(&stream, end);
  stream.next_in = reinterpret_cast<const uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  Output output(bytes_max);
  while (true) {  // Every step takes input, or gives output that is bounded.
    stream.next_out = reinterpret_cast<uint8_t*>(output.piece());
    stream.avail_out = kPieceBytes;
    const lzma_ret result = step(&stream, LZMA_FINISH);
    if (result != LZMA_OK && result != LZMA_STREAM_END) return damaged();
    if (!output.keep(kPieceBytes - stream.avail_out)) return output.too_large();
    if (result == LZMA_STREAM_END) return output.text();
  }
}

base::Result<std::string> unpack_lz4(const std::string& bytes, size_t bytes_max) {
  const Library library("liblz4.so.1");
  decltype(&::LZ4F_createDecompressionContext) init = nullptr;
  decltype(&::LZ4F_decompress) step = nullptr;
  decltype(&::LZ4F_isError) is_error = nullptr;
  decltype(&::LZ4F_freeDecompressionContext) end = nullptr;
  if (!library.find("LZ4F_createDecompressionContext", init) || !library.find("LZ4F_decompress", step) ||
      !library.find("LZ4F_isError", is_error) || !library.find("LZ4F_freeDecompressionContext", end)) {
    return not_there("liblz4");
  }
  LZ4F_dctx* context = nullptr;
  if (is_error(init(&context, LZ4F_VERSION)) != 0) return damaged();
  const std::unique_ptr<LZ4F_dctx, decltype(end)> closing(context, end);
  Output output(bytes_max);
  std::string_view left = bytes;
  while (true) {  // Every step takes input, or gives output that is bounded.
    size_t taken = left.size();
    size_t given = kPieceBytes;
    const size_t result = step(context, output.piece(), &given, left.data(), &taken, nullptr);
    if (is_error(result) != 0 || (taken == 0 && given == 0)) return damaged();
    if (!output.keep(given)) return output.too_large();
    left.remove_prefix(taken);
    if (result == 0 && left.empty()) return output.text();
  }
}

constexpr std::array<std::string_view, 3> kEndings{".gz", ".xz", ".lz4"};

std::string_view ending_of(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(kEndings, [name](std::string_view ending) { return name.ends_with(ending); });
  return found == kEndings.end() ? std::string_view() : *found;
}

}  // namespace

std::string_view unpacked_name(std::string_view name) { return name.substr(0, name.size() - ending_of(name).size()); }

base::Result<std::string> unpack(std::string_view name, std::string bytes, size_t bytes_max) {
  const std::string_view ending = ending_of(name);
  if (ending == ".gz") return unpack_gzip(bytes, bytes_max);
  if (ending == ".xz") return unpack_xz(bytes, bytes_max);
  if (ending == ".lz4") return unpack_lz4(bytes, bytes_max);
  return bytes;
}

}  // namespace checks
