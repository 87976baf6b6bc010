// The frames that nodes exchange on one connection, and how a stream of bytes is cut into them. Pure.
//
//   frame: length of the payload (4 bytes, the lowest first), kind, flags, id (8 bytes), payload
//
// A message longer than a frame is continued: `more` says that parts of the same id follow. The id is that of a
// request, chosen by the node that forwards it, or the number of a lane of shards.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace beckon::node {

enum class FrameKind : std::uint8_t {
  kRequest = 1,  // to an owner: CarriedRequest
  kAnswer = 2,   // from the owner: CarriedAnswer; `streams`: pieces of its body follow
  kPart = 3,     // the rest of a request or an answer
  kPiece = 4,    // from the owner: bytes of a stream
  kEnd = 5,      // from the owner: of a stream
  kCancel = 6,   // to the owner: nobody waits for this request, or reads this stream, anymore
  kRefused = 7,  // from a node that does not own the lane: the request was not looked at
  kChanged = 8,  // from a node that has given away the lane of this id, or, if the payload is kTaken, taken it
};
inline constexpr std::string_view kTaken = "+";
inline constexpr std::uint8_t kMore = 1;
inline constexpr std::uint8_t kStreams = 2;

inline constexpr std::size_t kFrameHead = 14;             // bytes
inline constexpr std::size_t kMostPayload = 128 * 1024;   // bytes; a longer frame is a fault
inline constexpr std::size_t kMostMessage = 64ull << 20;  // bytes of a message in all its parts; likewise

struct Frame {
  FrameKind kind = FrameKind::kEnd;
  std::uint8_t flags = 0;
  std::uint64_t id = 0;
  std::string_view payload;

  bool has_more() const { return (flags & kMore) != 0; }
  bool streams() const { return (flags & kStreams) != 0; }
};

void append_frame(std::string& out, const Frame& frame);  // CHECK: the payload fits
// The whole message as one frame of `kind`, or as that and parts.
void append_message(std::string& out, FrameKind kind, std::uint8_t flags, std::uint64_t id, std::string_view message);

// Cuts frames from bytes as they arrive. After a fault nothing more can be read.
class FrameReader {
 public:
  // Bytes that have arrived. Frames that were taken before are no longer valid.
  void add(std::string_view bytes);
  // The next complete frame, valid until add(); std::nullopt if there is none yet. The error is a sentence: a length,
  // kind or flag that no node sends.
  std::expected<std::optional<Frame>, const char*> next();

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace beckon::node
