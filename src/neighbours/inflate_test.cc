#include "neighbours/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace beckon::neighbours {
namespace {

std::string gzip(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 7;
  for (char& c : text) c = static_cast<char>('a' + ((state = state * 1'664'525 + 1'013'904'223) >> 24) % 26);
  return text;
}

TEST(InflateGzip, GivesTheTextBack) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}, kInflatedMost}) {
    const std::string text = noise(size);
    const auto back = inflate_gzip(gzip(text));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, text);
  }
}

TEST(InflateGzip, GivesTheTextOfAllMembers) {
  EXPECT_EQ(inflate_gzip(gzip("[1,") + gzip("") + gzip("2]")), std::string("[1,2]"));
  EXPECT_EQ(inflate_gzip(gzip(noise(kInflatedMost)) + gzip("x")).error().code, FaultCode::kPayloadTooLarge);
}

TEST(InflateGzip, RefusesWhatIsLargerThanItsLimit) {
  EXPECT_EQ(inflate_gzip(gzip(noise(kInflatedMost + 1))).error().code, FaultCode::kPayloadTooLarge);
}

TEST(InflateGzip, RefusesABomb) {
  EXPECT_EQ(inflate_gzip(gzip(std::string(kInflatedMost / 2, 'x'))).error().code, FaultCode::kPayloadTooLarge);
  EXPECT_TRUE(inflate_gzip(gzip(std::string(kInflateFreely, 'x'))));
}

TEST(InflateGzip, RefusesWhatIsNoGzipOrNotAllOfIt) {
  const std::string whole = gzip(noise(1'000));
  for (const std::string& bytes : {std::string(), std::string("{}"), whole.substr(0, whole.size() - 1), whole + "x",
                                   whole.substr(0, 5), "x" + whole})
    EXPECT_EQ(inflate_gzip(bytes).error().code, FaultCode::kInvalidPayload) << bytes.size();
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // its checksum
  EXPECT_EQ(inflate_gzip(damaged).error().code, FaultCode::kInvalidPayload);
}

}  // namespace
}  // namespace beckon::neighbours
