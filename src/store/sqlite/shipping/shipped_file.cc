#include "store/sqlite/shipping/shipped_file.h"

#include <fcntl.h>

#include <cerrno>
#include <charconv>

#include "base/json.h"
#include "base/operator_fault.h"
#include "store/sqlite/schema.h"

namespace beckon::store {
namespace {

constexpr std::string_view kFormat = "1\n";
constexpr char kHeader = 'h', kPieces = 'p', kEnd = 'e';
constexpr std::size_t kEntries = 4u << 20;  // maximum bytes of a segment's piece

std::string_view magic_of(const SegmentHeader&) { return "beckon segment "; }
std::string_view magic_of(const BaseHeader&) { return "beckon base "; }

std::size_t piece_of(const SegmentHeader& header) {
  const std::size_t entry = PageEntry::kHead + header.page_size;
  return kEntries / entry * entry;
}
std::size_t piece_of(const BaseHeader&) { return BaseWriter::kPiece; }

void write_members(json::Writer& out, const ShippedHeader& header) {
  out.member("beckon", header.beckon)
      .member("schema", header.schema)
      .member("series", std::to_string(header.series))  // a 64-bit number, too large for JSON
      .member("pageSize", static_cast<std::int64_t>(header.page_size))
      .member("bytes", static_cast<std::int64_t>(header.bytes));
}

std::string header_text(const SegmentHeader& header) {
  const auto whole = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_members(out, header);
  out.member("number", whole(header.number))
      .member("first", whole(header.first))
      .member("last", whole(header.last))
      .member("firstAt", to_rfc3339(header.first_at))
      .member("lastAt", to_rfc3339(header.last_at))
      .member("logBegan", whole(header.wal_began))
      .key("log")
      .begin_array();
  for (const std::uint32_t number :
       {header.place.salt1, header.place.salt2, header.place.frames, header.place.sum1, header.place.sum2})
    out.number(number);
  out.end_array().end_object();
  return text;
}

std::string header_text(const BaseHeader& header) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_members(out, header);
  out.member("key", header.key).member("segment", static_cast<std::int64_t>(header.segment)).end_object();
  return text;
}

std::string end_text(const BaseEnd& end) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("from", static_cast<std::int64_t>(end.from))
      .member("fromAt", to_rfc3339(end.from_at))
      .end_object();
  return text;
}

// Reads the members of an object, and remembers if any is invalid.
class Members {
 public:
  explicit Members(const json::Value& object) : object_(object) {}

  std::string text(std::string_view name) { return std::string(find(name).text()); }
  std::uint64_t whole(std::string_view name) { return whole(find(name)); }
  std::uint64_t whole(const json::Value& value) {
    const auto read = value.integer();
    good_ = good_ && read && *read >= 0;
    return read ? static_cast<std::uint64_t>(*read) : 0;
  }
  std::uint64_t bits(std::string_view name) {
    const std::string_view text = find(name).text();
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    good_ = good_ && fault == std::errc{} && end == text.data() + text.size();
    return value;
  }
  Instant instant(std::string_view name) {
    const auto read = find(name).instant();
    good_ = good_ && read;
    return read.value_or(Instant{});
  }
  WalPlace place(std::string_view name) {
    const auto items = find(name).items();
    good_ = good_ && items.size() == 5;
    if (!good_) return {};
    const auto number = [&](std::size_t i) { return static_cast<std::uint32_t>(whole(items[i])); };
    return {number(0), number(1), number(2), number(3), number(4)};
  }
  void check(bool good) { good_ = good_ && good; }
  bool good() const { return good_; }

 private:
  const json::Value& find(std::string_view name) {
    static const json::Value kNothing;
    const json::Value* found = object_.find(name);
    good_ = good_ && found != nullptr;
    return found != nullptr ? *found : kNothing;
  }

  const json::Value& object_;
  bool good_ = true;
};

void read_members(Members& from, ShippedHeader& header) {
  header.beckon = from.text("beckon");
  header.schema = static_cast<std::int64_t>(from.whole("schema"));
  header.series = from.bits("series");
  header.page_size = from.whole("pageSize");
  header.bytes = from.whole("bytes");
  from.check(header.page_size >= 512 && header.page_size <= 65536);
}

void read_own(Members& from, SegmentHeader& header) {
  header.number = from.whole("number");
  header.first = from.whole("first");
  header.last = from.whole("last");
  header.first_at = from.instant("firstAt");
  header.last_at = from.instant("lastAt");
  header.wal_began = from.whole("logBegan");
  header.place = from.place("log");
  if (!from.good()) return;
  from.check(header.first <= header.last && header.bytes % (PageEntry::kHead + header.page_size) == 0);
}

void read_own(Members& from, BaseHeader& header) {
  header.key = from.text("key");
  header.segment = from.whole("segment");
}

template <class Header>
bool read_json(std::string text, Header& into) {
  const auto read = json::parse(std::move(text));
  if (!read || !read->root().is_object()) return false;
  Members members(read->root());
  read_members(members, into);
  read_own(members, into);
  return members.good();
}

bool read_json(std::string text, BaseEnd& into) {
  const auto read = json::parse(std::move(text));
  if (!read || !read->root().is_object()) return false;
  Members members(read->root());
  into.from = members.whole("from");
  into.from_at = members.instant("fromAt");
  return members.good();
}

template <class Header>
bool begin_file(BlockWriter& blocks, const Header& header) {
  if (!blocks.raw(std::string(magic_of(header)) + std::string(kFormat)) || !blocks.block(kHeader, header_text(header)))
    return false;
  blocks.set_seed(static_cast<std::int64_t>(header.series));
  return true;
}

}  // namespace

bool write_segment(const SegmentHeader& header, std::string_view entries, const BackupSink& sink) {
  BlockWriter blocks(sink);
  if (!begin_file(blocks, header)) return false;
  Packer packer;
  for (; !entries.empty(); entries.remove_prefix(std::min(entries.size(), piece_of(header))))
    if (!blocks.block(kPieces, packer.pack(entries.substr(0, piece_of(header))))) return false;
  return blocks.block(kEnd, {});
}

bool BaseWriter::begin(const BaseHeader& header) { return begin_file(blocks_, header); }
bool BaseWriter::piece(std::string_view bytes) { return blocks_.block(kPieces, packer_.pack(bytes)); }
bool BaseWriter::end(const BaseEnd& end) { return blocks_.block(kEnd, end_text(end)); }

template <class Header>
Result<ShippedReader<Header>> ShippedReader<Header>::open(const std::string& file) {
  FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened)
    return unexpected(operator_fault("The backup " + file + " cannot be read: " + system_message(errno) + "."));
  ShippedReader reader(BlockReader(std::move(opened), "The backup " + file, kPieces, kEntries));
  if (auto read = reader.read_header(file); !read) return unexpected(read.error());
  return reader;
}

template <class Header>
Result<void> ShippedReader<Header>::read_header(const std::string& file) {
  const std::string_view expected = magic_of(header_);
  std::string magic;
  if (!blocks_.fill(magic, expected.size() + kFormat.size()) || !magic.starts_with(expected))
    return unexpected(operator_fault(file + " is not what its name says, a file of a backup folder."));
  if (!magic.ends_with(kFormat))
    return unexpected(
        operator_fault("The backup " + file +
                       " was made by a newer version of Beckon, in a format that this one (" BECKON_VERSION
                       ") does not read; use the newer version."));
  blocks_.begin_at(magic.size(), 0);
  auto first = blocks_.next();
  if (!first) return unexpected(first.error());
  if (first->kind != kHeader || !read_json(std::move(first->bytes), header_))
    return unexpected(blocks_.damaged("its header cannot be read"));
  if (header_.schema > newest_schema())
    return unexpected(operator_fault("The backup " + file + " was made by a newer version of Beckon, " +
                                     header_.beckon + " (schema " + std::to_string(header_.schema) +
                                     ", this version, " BECKON_VERSION ", supports " + std::to_string(newest_schema()) +
                                     "); use the newer version."));
  blocks_.set_seed(static_cast<std::int64_t>(header_.series));
  left_ = header_.bytes;
  return {};
}

template <class Header>
Result<std::string_view> ShippedReader<Header>::next() {
  if (ended_) return std::string_view{};
  auto read = blocks_.next();
  if (!read) return unexpected(read.error());
  if (read->kind == kEnd) {
    std::string more;
    if (left_ != 0) return unexpected(blocks_.damaged("pieces are missing"));
    if constexpr (std::is_same_v<Header, BaseHeader>)
      if (!read_json(std::move(read->bytes), end_)) return unexpected(blocks_.damaged("its end cannot be read"));
    if (blocks_.fill(more, 1)) return unexpected(blocks_.damaged("there is more behind its end"));
    ended_ = true;
    return std::string_view{};
  }
  const std::size_t wanted = std::min<std::uint64_t>(piece_of(header_), left_);
  if (read->kind != kPieces || wanted == 0) return unexpected(blocks_.damaged("a block is not what must be there"));
  if (!unpack(read->bytes, wanted, piece_)) return unexpected(blocks_.damaged("a piece cannot be decompressed"));
  left_ -= wanted;
  return std::string_view(piece_);
}

template class ShippedReader<SegmentHeader>;
template class ShippedReader<BaseHeader>;

}  // namespace beckon::store
