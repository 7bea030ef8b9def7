#include "checks/elf.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fmt/format.h>

namespace checks {
namespace {

// Reads a structure where there is room for it.
template <class T>
std::optional<T> at(std::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string_view part(std::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.substr(offset, size);
}

// The text at an offset of a string table.
std::string text_at(std::string_view table, uint64_t offset) {
  if (offset >= table.size()) return {};
  const std::string_view rest = table.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

constexpr size_t kHeadersMax = 4096;

template <class Header>
std::vector<Header> headers(std::string_view bytes, uint64_t offset, size_t count, size_t size) {
  std::vector<Header> all;
  if (size < sizeof(Header)) return all;
  for (size_t i = 0; i < std::min(count, kHeadersMax); ++i) {
    const auto header = at<Header>(bytes, offset + i * size);
    if (!header) break;
    all.push_back(*header);
  }
  return all;
}

std::optional<Elf64_Ehdr> file_header(std::string_view bytes) {
  const auto header = at<Elf64_Ehdr>(bytes, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB) {
    return std::nullopt;
  }
  return header;
}

std::vector<Elf64_Shdr> sections(std::string_view bytes, const Elf64_Ehdr& file) {
  return headers<Elf64_Shdr>(bytes, file.e_shoff, file.e_shnum, file.e_shentsize);
}

std::string_view content(std::string_view bytes, const Elf64_Shdr& section) {
  return section.sh_type == SHT_NOBITS ? std::string_view() : part(bytes, section.sh_offset, section.sh_size);
}

void read_segments(std::string_view bytes, const Elf64_Ehdr& file, ElfFacts& facts) {
  facts.stack_is_executable = true;  // Unless a header says otherwise.
  for (const auto& segment : headers<Elf64_Phdr>(bytes, file.e_phoff, file.e_phnum, file.e_phentsize)) {
    if (segment.p_type == PT_GNU_RELRO) facts.has_relro = true;
    if (segment.p_type == PT_GNU_STACK) facts.stack_is_executable = (segment.p_flags & PF_X) != 0;
    const bool both = (segment.p_flags & PF_W) != 0 && (segment.p_flags & PF_X) != 0;
    if (segment.p_type == PT_LOAD && both) facts.has_writable_code = true;
  }
}

void read_dynamic(std::string_view table, std::string_view strings, ElfFacts& facts) {
  for (uint64_t offset = 0; offset < table.size(); offset += sizeof(Elf64_Dyn)) {
    const auto entry = at<Elf64_Dyn>(table, offset);
    if (!entry || entry->d_tag == DT_NULL) return;
    const uint64_t value = entry->d_un.d_val;
    switch (entry->d_tag) {
      case DT_NEEDED:
        facts.needed.push_back(text_at(strings, value));
        break;
      case DT_RPATH:
      case DT_RUNPATH:
        facts.search_path = text_at(strings, value);
        break;
      case DT_BIND_NOW:
        facts.binds_now = true;
        break;
      case DT_TEXTREL:
        facts.has_text_relocations = true;
        break;
      case DT_FLAGS:
        facts.binds_now = facts.binds_now || (value & DF_BIND_NOW) != 0;
        facts.has_text_relocations = facts.has_text_relocations || (value & DF_TEXTREL) != 0;
        break;
      case DT_FLAGS_1:
        facts.binds_now = facts.binds_now || (value & DF_1_NOW) != 0;
        facts.is_pie = (value & DF_1_PIE) != 0;
        break;
      default:
        break;
    }
  }
}

// Functions of the C library that have a form which checks the size of its target.
constexpr std::string_view kFortifiable[] = {
    "memcpy",    "memmove", "memset", "mempcpy",  "strcpy",   "strncpy", "strcat", "strncat", "sprintf", "snprintf",
    "vsnprintf", "read",    "recv",   "readlink", "realpath", "getcwd",  "poll",   "fread",   "longjmp", "fdelt"};

void read_symbols(std::string_view table, std::string_view strings, ElfFacts& facts) {
  for (uint64_t offset = 0; offset + sizeof(Elf64_Sym) <= table.size(); offset += sizeof(Elf64_Sym)) {
    const auto symbol = at<Elf64_Sym>(table, offset);
    if (!symbol || symbol->st_shndx != SHN_UNDEF || symbol->st_name == 0) continue;
    std::string name = text_at(strings, symbol->st_name);
    if (name == "__stack_chk_fail") facts.has_stack_guard = true;
    if (name.starts_with("__") && name.ends_with("_chk") && name != "__stack_chk_fail") ++facts.fortified;
    if (std::ranges::find(kFortifiable, name) != std::end(kFortifiable)) ++facts.fortifiable;
    facts.imports.push_back(std::move(name));
  }
  std::ranges::sort(facts.imports);
}

constexpr uint64_t align(uint64_t size, uint64_t to) { return (size + to - 1) / to * to; }

// GNU_PROPERTY_X86_FEATURE_1_AND of the note.
void read_property(std::string_view note, ElfFacts& facts) {
  constexpr uint32_t kFeatures = 0xC0000002;
  constexpr uint32_t kIbt = 1;
  constexpr uint32_t kShadowStack = 2;
  const auto head = at<Elf64_Nhdr>(note, 0);
  if (!head || head->n_type != 5) return;
  std::string_view rest = part(note, sizeof(Elf64_Nhdr) + align(head->n_namesz, 4), head->n_descsz);
  while (rest.size() >= 8) {
    const uint32_t type = *at<uint32_t>(rest, 0);
    const uint32_t size = *at<uint32_t>(rest, 4);
    const auto value = at<uint32_t>(rest, 8);
    if (type == kFeatures && value) {
      facts.has_ibt = (*value & kIbt) != 0;
      facts.has_shadow_stack = (*value & kShadowStack) != 0;
    }
    const uint64_t step = 8 + align(size, 8);
    rest = rest.substr(std::min<uint64_t>(step, rest.size()));
  }
}

void read_build_id(std::string_view note, ElfFacts& facts) {
  const auto head = at<Elf64_Nhdr>(note, 0);
  if (!head || head->n_type != NT_GNU_BUILD_ID) return;
  const std::string_view id = part(note, sizeof(Elf64_Nhdr) + align(head->n_namesz, 4), head->n_descsz);
  for (const char c : id) facts.build_id += fmt::format("{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

std::optional<std::string_view> section_of(std::string_view bytes, std::string_view name) {
  const auto file = file_header(bytes);
  if (!file) return std::nullopt;
  const auto all = sections(bytes, *file);
  if (file->e_shstrndx >= all.size()) return std::nullopt;
  const std::string_view names = content(bytes, all[file->e_shstrndx]);
  for (const Elf64_Shdr& section : all) {
    if (text_at(names, section.sh_name) == name) return content(bytes, section);
  }
  return std::nullopt;
}

base::Result<ElfFacts> read_elf(std::string_view bytes) {
  const auto file = file_header(bytes);
  if (!file) return base::fail(base::Code::kInvalidArgument, "This is no ELF file of 64 bits.");
  ElfFacts facts;
  facts.is_x86 = file->e_machine == EM_X86_64;
  read_segments(bytes, *file, facts);
  const auto strings = section_of(bytes, ".dynstr");
  const auto dynamic = section_of(bytes, ".dynamic");
  const auto symbols = section_of(bytes, ".dynsym");
  if (!strings || !dynamic || !symbols) {
    return base::fail(base::Code::kInvalidArgument, "The ELF file is cut, or not linked dynamically.");
  }
  read_dynamic(*dynamic, *strings, facts);
  read_symbols(*symbols, *strings, facts);
  if (file->e_type != ET_DYN) facts.is_pie = false;
  if (const auto note = section_of(bytes, ".note.gnu.property")) read_property(*note, facts);
  if (const auto note = section_of(bytes, ".note.gnu.build-id")) read_build_id(*note, facts);
  return facts;
}

}  // namespace checks
