// The file of a backup: what is written reads back equal, and with one bit changed is refused; arbitrary blocks, though
// their checksums are right, are refused or are a backup of as many bytes as its header says.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/check.h"
#include "input.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sum.h"

namespace beckon::store {
namespace {

// A file without a name.
class Nameless {
 public:
  explicit Nameless(std::string_view bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    CHECK(fd_ && write_all(fd_.number(), bytes) && ::lseek(fd_.number(), 0, SEEK_SET) == 0);
  }
  int fd() const { return fd_.number(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.number()); }

 private:
  const FileDescriptor fd_;
};

// The data in the backup, if it is accepted; twice the same.
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

void append_block(std::string& out, char kind, std::string_view bytes, std::uint64_t number) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const auto sum = static_cast<std::uint64_t>(sum_of(bytes, number * 256 + static_cast<unsigned char>(kind), 0));
  out += kind;
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += bytes;
  out.append(reinterpret_cast<const char*>(&sum), sizeof sum);
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
  // Blocks as the input has them: a kind, a length, and the bytes.
  std::string blocks = "beckon backup 1\n";
  std::uint64_t number = 0;
  for (std::size_t at = 0; at + 2 <= size; ++number) {
    const std::size_t length = std::min<std::size_t>(bytes[at + 1], size - at - 2);
    append_block(blocks, "hpe?"[bytes[at] % 4], input.substr(at + 2, length), number);
    at += 2 + length;
  }
  static_cast<void>(data_in(blocks));
  return 0;
}
