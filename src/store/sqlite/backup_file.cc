#include "store/sqlite/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/json.h"
#include "base/operator_fault.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sum.h"

namespace beckon::store {
namespace {

constexpr std::string_view kMagic = "beckon backup ";
constexpr std::string_view kFormat = "1\n";
constexpr std::size_t kMagicSize = kMagic.size() + kFormat.size();
constexpr char kHeader = 'h', kPieces = 'p', kEnd = 'e';
constexpr std::size_t kHead = 5, kSum = 8;        // of a block, before and behind its bytes
constexpr std::size_t kPiece = 1u << 20;          // of the data file
constexpr std::size_t kLongestHeader = 4u << 10;  // more is damage
// The fastest that zstd names: 650 MB/s of a data file on one core, to a seventh. Level 3 is a twelfth smaller and half
// as fast.
constexpr int kLevel = 1;

static_assert(std::endian::native == std::endian::little, "numbers are written as they are");

template <class Number>
void append_number(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint64_t block_sum(char kind, std::string_view bytes, std::uint64_t number, Instant taken_at) {
  const std::uint64_t place = number * 256 + static_cast<unsigned char>(kind);
  return static_cast<std::uint64_t>(sum_of(bytes, place, to_ms(taken_at)));
}

std::string header_text(const BackupHeader& header) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("beckon", header.beckon)
      .member("schema", header.schema)
      .member("takenAt", to_rfc3339(header.taken_at))
      .member("position", static_cast<std::int64_t>(header.position))
      .member("key", header.key)
      .member("bytes", static_cast<std::int64_t>(header.bytes))
      .end_object();
  return text;
}

std::optional<BackupHeader> header_of(std::string text) {
  const auto read = json::parse(std::move(text));
  if (!read) return std::nullopt;
  const auto find = [&](std::string_view name) { return read->root().find(name); };
  const json::Value *beckon = find("beckon"), *schema = find("schema"), *taken_at = find("takenAt"),
                    *position = find("position"), *key = find("key"), *bytes = find("bytes");
  for (const json::Value* one : {beckon, schema, taken_at, position, key, bytes})
    if (one == nullptr) return std::nullopt;
  const auto at = taken_at->instant();
  const auto whole = [](const json::Value& value) { return value.integer().value_or(-1); };
  if (!at || whole(*schema) < 0 || whole(*position) < 0 || whole(*bytes) <= 0) return std::nullopt;
  return BackupHeader{.beckon = std::string(beckon->text()),
                      .schema = whole(*schema),
                      .taken_at = *at,
                      .position = static_cast<std::uint64_t>(whole(*position)),
                      .key = std::string(key->text()),
                      .bytes = static_cast<std::uint64_t>(whole(*bytes))};
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// Puts blocks behind one another.
class Blocks {
 public:
  Blocks(const BackupSink& sink, Instant taken_at) : sink_(sink), taken_at_(taken_at) {}

  Result<void> raw(std::string_view bytes) {
    if (!sink_(bytes))
      return unexpected(operator_fault("The backup cannot be written: " + system_message(errno) + "."));
    written_ += bytes.size();
    return {};
  }
  Result<void> block(char kind, std::string_view bytes) {
    std::string out(1, kind);
    out.reserve(kHead + bytes.size() + kSum);
    append_number(out, static_cast<std::uint32_t>(bytes.size()));
    out += bytes;
    append_number(out, block_sum(kind, bytes, number_++, kind == kHeader ? Instant{} : taken_at_));
    return raw(out);
  }
  std::uint64_t written() const { return written_; }

 private:
  const BackupSink& sink_;
  const Instant taken_at_;
  std::uint64_t number_ = 0, written_ = 0;
};

}  // namespace

Result<std::uint64_t> write_backup(const BackupHeader& header, int data, const BackupSink& sink) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  CHECK(context != nullptr);
  Blocks blocks(sink, header.taken_at);
  if (auto put = blocks.raw(std::string(kMagic) + std::string(kFormat)); !put) return unexpected(put.error());
  if (auto put = blocks.block(kHeader, header_text(header)); !put) return unexpected(put.error());
  std::string plain, packed(ZSTD_compressBound(std::min<std::uint64_t>(header.bytes, kPiece)), '\0');
  for (std::uint64_t left = header.bytes; left > 0; left -= plain.size()) {
    const std::size_t wanted = std::min<std::uint64_t>(left, kPiece);
    if (!read_all(data, plain, wanted) || plain.size() != wanted)
      return unexpected(operator_fault("The copy of the data cannot be read back."));
    const std::size_t size =
        ZSTD_compressCCtx(context.get(), packed.data(), packed.size(), plain.data(), plain.size(), kLevel);
    CHECK(!ZSTD_isError(size));  // there is room for every input
    if (auto put = blocks.block(kPieces, std::string_view(packed).substr(0, size)); !put)
      return unexpected(put.error());
  }
  if (auto put = blocks.block(kEnd, {}); !put) return unexpected(put.error());
  return blocks.written();
}

bool is_backup(const std::string& file) {
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string begin;
  return opened && read_all(opened.number(), begin, kMagic.size()) && begin == kMagic;
}

Result<BackupReader> BackupReader::open(const std::string& file) {
  FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat what = {};
  if (!opened || ::fstat(opened.number(), &what) != 0)
    return unexpected(operator_fault("The backup " + file + " cannot be read: " + system_message(errno) + "."));
  if (!S_ISREG(what.st_mode)) return unexpected(operator_fault("The backup " + file + " must be a file."));
  BackupReader reader(file, std::move(opened));
  if (auto read = reader.read_header(); !read) return unexpected(read.error());
  return reader;
}

Result<void> BackupReader::read_header() {
  std::string magic;
  if (!fill(magic, kMagicSize) || !magic.starts_with(kMagic))
    return unexpected(operator_fault(file_ + " is not a backup made by beckon backup."));
  if (!magic.ends_with(kFormat))
    return unexpected(
        operator_fault("The backup " + file_ +
                       " was made by a newer version of Beckon, in a format that this one (" BECKON_VERSION
                       ") does not read; use the newer version."));
  offset_ = kMagicSize;
  const auto first = block();
  if (!first) return unexpected(first.error());
  const auto header = first->kind == kHeader ? header_of(first->bytes) : std::nullopt;
  if (!header) return unexpected(damaged("its header cannot be read"));
  if (header->schema > newest_schema())
    return unexpected(operator_fault("The backup " + file_ + " was made by a newer version of Beckon, " +
                                     header->beckon + " (schema " + std::to_string(header->schema) +
                                     ", this version, " BECKON_VERSION ", supports " + std::to_string(newest_schema()) +
                                     "); use the newer version."));
  header_ = *header;
  first_piece_ = offset_;
  return {};
}

Result<std::string_view> BackupReader::next() {
  if (ended_) return std::string_view{};
  const auto read = block();
  if (!read) return unexpected(read.error());
  if (read->kind == kEnd) {
    std::string more;
    if (restored_ != header_.bytes) return unexpected(damaged("pieces are missing"));
    if (fill(more, 1)) return unexpected(damaged("there is more behind its end"));
    ended_ = true;
    return std::string_view{};
  }
  const std::size_t wanted = std::min<std::uint64_t>(kPiece, header_.bytes - restored_);
  if (read->kind != kPieces || wanted == 0) return unexpected(damaged("a block is not what must be there"));
  piece_.resize(wanted);
  const std::size_t size = ZSTD_decompress(piece_.data(), wanted, read->bytes.data(), read->bytes.size());
  if (ZSTD_isError(size) || size != wanted) return unexpected(damaged("a piece cannot be decompressed"));
  restored_ += wanted;
  return std::string_view(piece_);
}

void BackupReader::rewind() {
  CHECK(::lseek(opened_.number(), static_cast<off_t>(first_piece_), SEEK_SET) >= 0);
  offset_ = first_piece_;
  number_ = 1;
  restored_ = 0;
  ended_ = false;
}

// Whether there were this many bytes.
bool BackupReader::fill(std::string& into, std::size_t size) {
  return read_all(opened_.number(), into, size) && into.size() == size;
}

Result<BackupReader::Block> BackupReader::block() {
  std::string head, rest;
  const auto cut = [this] {
    return unexpected(operator_fault("The backup " + file_ +
                                     " is truncated: it ends in the block that begins at byte " +
                                     std::to_string(offset_) + ". Use another backup."));
  };
  if (!fill(head, kHead)) return cut();
  const char kind = head[0];
  const std::size_t size = number_at<std::uint32_t>(head, 1);
  if (size > (kind == kPieces ? ZSTD_compressBound(kPiece) : kLongestHeader))
    return unexpected(damaged("a block is too long"));
  if (!fill(rest, size + kSum)) return cut();
  const auto sum = number_at<std::uint64_t>(rest, size);
  rest.resize(size);
  if (sum != block_sum(kind, rest, number_, number_ == 0 ? Instant{} : header_.taken_at))
    return unexpected(damaged("its checksum does not match"));
  offset_ += kHead + size + kSum;
  ++number_;
  return Block{kind, std::move(rest)};
}

Fault BackupReader::damaged(const std::string& what) const {
  return operator_fault("The backup " + file_ + " is damaged in the block at byte " + std::to_string(offset_) + ": " +
                        what + ". Use another backup.");
}

}  // namespace beckon::store
