// The files of a backup folder: what is written reads back equal, and is refused if one bit changes; arbitrary blocks
// with correct checksums are refused, or contain as many bytes as their header says.
#include <algorithm>
#include <optional>
#include <string>

#include "files.h"
#include "input.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/shipping/shipped_file.h"

namespace beckon::store {
namespace {

template <class Reader>
std::optional<std::string> pieces_in(std::string_view bytes) {
  const Nameless file(bytes);
  auto reader = Reader::open(file.path());
  if (!reader) return std::nullopt;
  std::string pieces;
  while (true) {
    const auto piece = reader->next();
    if (!piece) return std::nullopt;
    if (piece->empty()) break;
    pieces += *piece;
  }
  CHECK(pieces.size() == reader->header().bytes);
  return pieces;
}

void fill(ShippedHeader& header, fuzz::Input& input, std::size_t bytes) {
  header.beckon = "1";
  header.schema = newest_schema();
  header.series = (std::uint64_t{input.byte()} << 56) | input.byte();
  header.page_size = 512;
  header.bytes = bytes;
}

BackupSink into(std::string& out) {
  return [&out](std::string_view bytes) {
    out += bytes;
    return true;
  };
}

std::string segment_of(std::string_view entries, fuzz::Input& input) {
  SegmentHeader header;
  fill(header, input, entries.size());
  header.first = input.byte();
  header.last = header.first + input.byte();
  header.place = {.salt1 = 1, .salt2 = 2, .frames = 3, .sum1 = 4, .sum2 = 0xffff'ffff};
  std::string out;
  CHECK(write_segment(header, entries, into(out)));
  return out;
}

std::string base_of(std::string_view pages, fuzz::Input& input) {
  BaseHeader header;
  fill(header, input, pages.size());
  std::string out;
  BaseWriter writer(into(out));
  CHECK(writer.begin(header));
  CHECK(pages.empty() || writer.piece(pages));
  CHECK(writer.end({.from = input.byte(), .from_at = {}}));
  return out;
}

// `flip`: the bit to change.
template <class Reader>
void check(std::string whole, std::string_view content, std::size_t flip) {
  CHECK(pieces_in<Reader>(whole) == content);
  const std::size_t bit = flip % (8 * whole.size());
  whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ (1 << bit % 8));
  CHECK(!pieces_in<Reader>(whole));
}

}  // namespace
}  // namespace beckon::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace beckon;
  using namespace beckon::store;
  const std::string_view whole(reinterpret_cast<const char*>(bytes), size);
  static_cast<void>(pieces_in<SegmentReader>(whole));
  static_cast<void>(pieces_in<BaseReader>(whole));

  fuzz::Input input(bytes, size);
  const std::size_t flip = input.byte() * 256u + input.byte();
  std::string header(input.take(input.byte()));
  const std::int64_t seed = input.byte();
  fuzz::Input said = input;
  const std::string_view rest = input.rest();
  constexpr std::size_t kEntry = PageEntry::kHead + 512;
  check<SegmentReader>(segment_of(rest.substr(0, rest.size() / kEntry * kEntry), said),
                       rest.substr(0, rest.size() / kEntry * kEntry), flip);
  check<BaseReader>(base_of(rest, said), rest, flip);

  for (const std::string_view magic : {"beckon segment 1\n", "beckon base 1\n"}) {
    std::string blocks(magic);
    append_block(blocks, 'h', header, 0);
    append_blocks(blocks, rest, 1, seed);
    static_cast<void>(magic == "beckon base 1\n" ? pieces_in<BaseReader>(blocks) : pieces_in<SegmentReader>(blocks));
  }
  return 0;
}
