#include "store/sqlite/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/json.h"
#include "base/operator_fault.h"
#include "store/sqlite/schema.h"

namespace beckon::store {
namespace {

constexpr std::string_view kMagic = "beckon backup ";
constexpr std::string_view kFormat = "1\n";
constexpr std::size_t kMagicSize = kMagic.size() + kFormat.size();
constexpr char kHeader = 'h', kPieces = 'p', kEnd = 'e';
constexpr std::size_t kPiece = 1u << 20;  // of the data file

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

}  // namespace

Result<std::uint64_t> write_backup(const BackupHeader& header, int data, const BackupSink& sink) {
  const auto failed = [] {
    return unexpected(operator_fault("The backup cannot be written: " + system_message(errno) + "."));
  };
  BlockWriter blocks(sink);
  if (!blocks.raw(std::string(kMagic) + std::string(kFormat)) || !blocks.block(kHeader, header_text(header)))
    return failed();
  blocks.set_seed(to_ms(header.taken_at));
  Packer packer;
  std::string plain;
  for (std::uint64_t left = header.bytes; left > 0; left -= plain.size()) {
    const std::size_t wanted = std::min<std::uint64_t>(left, kPiece);
    if (!read_all(data, plain, wanted) || plain.size() != wanted)
      return unexpected(operator_fault("The copy of the data cannot be read back."));
    if (!blocks.block(kPieces, packer.pack(plain))) return failed();
  }
  if (!blocks.block(kEnd, {})) return failed();
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
  if (auto read = reader.read_header(file); !read) return unexpected(read.error());
  return reader;
}

BackupReader::BackupReader(const std::string& file, FileDescriptor opened)
    : blocks_(std::move(opened), "The backup " + file, kPieces, kPiece) {}

Result<void> BackupReader::read_header(const std::string& file) {
  std::string magic;
  if (!blocks_.fill(magic, kMagicSize) || !magic.starts_with(kMagic))
    return unexpected(operator_fault(file + " is not a backup made by beckon backup."));
  if (!magic.ends_with(kFormat))
    return unexpected(
        operator_fault("The backup " + file +
                       " was made by a newer version of Beckon, in a format that this one (" BECKON_VERSION
                       ") does not read; use the newer version."));
  blocks_.begin_at(kMagicSize, 0);
  const auto first = blocks_.next();
  if (!first) return unexpected(first.error());
  const auto header = first->kind == kHeader ? header_of(first->bytes) : std::nullopt;
  if (!header) return unexpected(blocks_.damaged("its header cannot be read"));
  if (header->schema > newest_schema())
    return unexpected(operator_fault("The backup " + file + " was made by a newer version of Beckon, " +
                                     header->beckon + " (schema " + std::to_string(header->schema) +
                                     ", this version, " BECKON_VERSION ", supports " + std::to_string(newest_schema()) +
                                     "); use the newer version."));
  header_ = *header;
  blocks_.set_seed(to_ms(header_.taken_at));
  first_piece_ = blocks_.offset();
  return {};
}

Result<std::string_view> BackupReader::next() {
  if (ended_) return std::string_view{};
  const auto read = blocks_.next();
  if (!read) return unexpected(read.error());
  if (read->kind == kEnd) {
    std::string more;
    if (restored_ != header_.bytes) return unexpected(blocks_.damaged("pieces are missing"));
    if (blocks_.fill(more, 1)) return unexpected(blocks_.damaged("there is more behind its end"));
    ended_ = true;
    return std::string_view{};
  }
  const std::size_t wanted = std::min<std::uint64_t>(kPiece, header_.bytes - restored_);
  if (read->kind != kPieces || wanted == 0) return unexpected(blocks_.damaged("a block is not what must be there"));
  if (!unpack(read->bytes, wanted, piece_)) return unexpected(blocks_.damaged("a piece cannot be decompressed"));
  restored_ += wanted;
  return std::string_view(piece_);
}

void BackupReader::rewind() {
  blocks_.begin_at(first_piece_, 1);
  restored_ = 0;
  ended_ = false;
}

}  // namespace beckon::store
