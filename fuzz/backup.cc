// The backup file: what is written reads back equal, and is refused if one bit changes; arbitrary blocks with correct
// checksums are refused, or are a backup of as many bytes as its header says.
#include <optional>
#include <string>

#include "files.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/schema.h"

namespace beckon::store {
namespace {

// The data in the backup, if accepted; reading it twice must give the same result.
std::optional<std::string> data_in(std::string_view backup) {
  const Nameless file(backup);
  auto reader = BackupReader::open(file.path());
  if (!reader) return std::nullopt;
  std::optional<std::string> before;
  for (int time = 0; time < 2; ++time, reader->rewind()) {
    std::string data;
    while (true) {
      const auto piece = reader->next();
      if (!piece) return std::nullopt;
      if (piece->empty()) break;
      data += *piece;
    }
    CHECK(data.size() == reader->header().bytes && reader->size() == backup.size());
    CHECK(!before || *before == data);
    before = std::move(data);
  }
  return before;
}

std::string backup_of(std::string_view data) {
  const Nameless file(data);
  std::string out;
  const BackupHeader header{
      .beckon = "1", .schema = newest_schema(), .taken_at = {}, .position = 1, .bytes = data.size()};
  CHECK(write_backup(header, file.fd(), [&](std::string_view bytes) {
    out += bytes;
    return true;
  }));
  return out;
}

}  // namespace
}  // namespace beckon::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace beckon::store;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  static_cast<void>(data_in(input));
  if (size < 3) return 0;
  const std::string_view data = input.substr(3);
  if (!data.empty()) {
    std::string whole = backup_of(data);
    CHECK(data_in(whole) == data);
    const std::size_t bit = (bytes[0] * 256u + bytes[1]) % (8 * whole.size());
    whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ (1 << bit % 8));
    CHECK(!data_in(whole));
  }
  std::string blocks = "beckon backup 1\n";
  append_blocks(blocks, input, 0);
  static_cast<void>(data_in(blocks));
  return 0;
}
