#include "neighbours/inflate.h"

#include <zlib.h>

#include <array>

#include "base/check.h"

namespace beckon::neighbours {
namespace {

constexpr int kOnlyGzip = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater() { CHECK(inflateInit2(&stream_, kOnlyGzip) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream* operator->() { return &stream_; }
  // Z_STREAM_END only after the last member.
  int step() {
    const int state = inflate(&stream_, Z_NO_FLUSH);
    if (state != Z_STREAM_END || stream_.avail_in == 0) return state;
    return inflateReset(&stream_);
  }

 private:
  z_stream stream_{};
};

Fault no_gzip() {
  return {.code = FaultCode::kInvalidPayload,
          .message = "The body is not the gzip that its content-encoding says, or not all of it; send it whole."};
}

Fault inflates_to(const std::string& what, FaultCode code) {
  return {.code = code, .message = "The body inflates to " + what + "; send smaller batches."};
}

}  // namespace

Result<std::string> inflate_gzip(std::string_view bytes, FaultCode too_large) {
  Inflater inflater;
  // zlib does not accept a pointer to const; it does not write there.
  inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  inflater->avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  std::array<char, 16 * 1024> buffer;
  int state = Z_OK;
  while (state == Z_OK) {
    inflater->next_out = reinterpret_cast<Bytef*>(buffer.data());
    inflater->avail_out = buffer.size();
    state = inflater.step();
    const std::size_t made = buffer.size() - inflater->avail_out;
    if (text.size() + made > kInflatedMost) return unexpected(inflates_to("more than 1 MiB", too_large));
    text.append(buffer.data(), made);
    const std::size_t taken = bytes.size() - inflater->avail_in;
    if (text.size() > kInflateFreely && text.size() > taken * kInflateRatio)
      return unexpected(inflates_to("more than 200 times its size", FaultCode::kPayloadTooLarge));
  }
  if (state != Z_STREAM_END) return unexpected(no_gzip());
  return text;
}

}  // namespace beckon::neighbours
