#include "node/frame.h"

#include "base/check.h"

namespace beckon::node {
namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

template <class Number>
Number number_at(std::string_view bytes) {
  Number number = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;)
    number = static_cast<Number>(number << 8 | static_cast<std::uint8_t>(bytes[i]));
  return number;
}

}  // namespace

void append_frame(std::string& out, const Frame& frame) {
  CHECK(frame.payload.size() <= kMostPayload);
  append_number(out, static_cast<std::uint32_t>(frame.payload.size()));
  out += static_cast<char>(frame.kind);
  out += static_cast<char>(frame.flags);
  append_number(out, frame.id);
  out += frame.payload;
}

void append_message(std::string& out, FrameKind kind, std::uint8_t flags, std::uint64_t id, std::string_view message) {
  do {
    const std::string_view payload = message.substr(0, kMostPayload);
    message.remove_prefix(payload.size());
    const auto more = static_cast<std::uint8_t>(message.empty() ? 0 : kMore);
    append_frame(out, {.kind = kind, .flags = static_cast<std::uint8_t>(flags | more), .id = id, .payload = payload});
    kind = FrameKind::kPart;
    flags = 0;
  } while (!message.empty());
}

void FrameReader::add(std::string_view bytes) {
  buffer_.erase(0, std::exchange(begin_, 0));
  buffer_ += bytes;
}

std::expected<std::optional<Frame>, const char*> FrameReader::next() {
  const std::string_view left = std::string_view(buffer_).substr(begin_);
  if (left.size() < kFrameHead) return std::nullopt;
  const auto size = number_at<std::uint32_t>(left);
  if (size > kMostPayload) return std::unexpected("a frame is too long");
  Frame frame{.kind = static_cast<FrameKind>(left[4]),
              .flags = static_cast<std::uint8_t>(left[5]),
              .id = number_at<std::uint64_t>(left.substr(6)),
              .payload = {}};
  if (frame.kind < FrameKind::kRequest || frame.kind > FrameKind::kChanged)
    return std::unexpected("a frame is of an unknown kind");
  if ((frame.flags & ~(kMore | kStreams)) != 0) return std::unexpected("a frame has an unknown flag");
  if (left.size() - kFrameHead < size) return std::nullopt;
  frame.payload = left.substr(kFrameHead, size);
  begin_ += kFrameHead + size;
  return frame;
}

}  // namespace beckon::node
