#include "store/sqlite/blocks.h"

#include <unistd.h>
#include <zstd.h>

#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/operator_fault.h"
#include "store/sum.h"

namespace beckon::store {
namespace {

constexpr std::size_t kHead = 5, kSum = 8;  // of a block, before and after its bytes
// zstd's fastest regular level: 650 MB/s of a data file on one core, compressed to a seventh. Level 3 saves a twelfth
// and is half as fast.
constexpr int kLevel = 1;
constexpr int kWindowLog = 22;  // 4 MiB: pages that are rewritten often are found in earlier commits

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

std::uint64_t block_sum(char kind, std::string_view bytes, std::uint64_t number, std::int64_t seed) {
  const std::uint64_t place = number * 256 + static_cast<unsigned char>(kind);
  return static_cast<std::uint64_t>(sum_of(bytes, place, seed));
}

}  // namespace

bool BlockWriter::raw(std::string_view bytes) {
  if (!sink_(bytes)) return false;
  written_ += bytes.size();
  return true;
}

bool BlockWriter::block(char kind, std::string_view bytes) {
  std::string out(1, kind);
  out.reserve(kHead + bytes.size() + kSum);
  append_number(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
  append_number(out, block_sum(kind, bytes, number_++, seed_));
  return raw(out);
}

BlockReader::BlockReader(FileDescriptor opened, std::string name, char piece, std::size_t longest)
    : opened_(std::move(opened)), name_(std::move(name)), piece_(piece), longest_piece_(ZSTD_compressBound(longest)) {}

bool BlockReader::fill(std::string& into, std::size_t size) {
  return read_all(opened_.number(), into, size) && into.size() == size;
}

void BlockReader::begin_at(std::uint64_t offset, std::uint64_t number) {
  CHECK(::lseek(opened_.number(), static_cast<off_t>(offset), SEEK_SET) >= 0);
  offset_ = offset;
  number_ = number;
}

Result<BlockReader::Block> BlockReader::next() {
  std::string head, rest;
  const auto cut = [this] {
    return unexpected(operator_fault(name_ + " is truncated: it ends in the block that begins at byte " +
                                     std::to_string(offset_) + ". Use another backup."));
  };
  if (!fill(head, kHead)) return cut();
  const char kind = head[0];
  const std::size_t size = number_at<std::uint32_t>(head, 1);
  if (size > (kind == piece_ ? longest_piece_ : kLongestHeader)) return unexpected(damaged("a block is too long"));
  if (!fill(rest, size + kSum)) return cut();
  const auto sum = number_at<std::uint64_t>(rest, size);
  rest.resize(size);
  if (sum != block_sum(kind, rest, number_, seed_)) return unexpected(damaged("its checksum does not match"));
  offset_ += kHead + size + kSum;
  ++number_;
  return Block{kind, std::move(rest)};
}

Fault BlockReader::damaged(const std::string& what) const {
  return operator_fault(name_ + " is damaged in the block at byte " + std::to_string(offset_) + ": " + what +
                        ". Use another backup.");
}

void Packer::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Packer::Packer() : context_(ZSTD_createCCtx()) {
  CHECK(context_ != nullptr);
  CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel)));
  CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kWindowLog)));
}

std::string_view Packer::pack(std::string_view plain) {
  packed_.resize(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress2(context_.get(), packed_.data(), packed_.size(), plain.data(), plain.size());
  CHECK(!ZSTD_isError(size));  // there is room for any input
  return std::string_view(packed_).substr(0, size);
}

bool unpack(std::string_view piece, std::size_t size, std::string& plain) {
  plain.resize(size);
  return ZSTD_decompress(plain.data(), size, piece.data(), piece.size()) == size;
}

}  // namespace beckon::store
