#include "http/chunked.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

// The body, "…" for one that needs more, or "!" and the code of a refusal; fed in pieces of `step` bytes.
std::string decode(std::string_view bytes, std::size_t step, std::size_t limit = 100) {
  ChunkedDecoder decoder;
  std::string body;
  while (!bytes.empty() && !decoder.done()) {
    const auto used = decoder.feed(bytes.substr(0, step), body, limit);
    if (!used) return used.error().code == FaultCode::kPayloadTooLarge ? "!413" : "!400";
    bytes.remove_prefix(*used);
  }
  if (!decoder.done()) return body.append("…");
  return bytes.empty() ? body : body.append("|").append(bytes);
}

TEST(Chunked, IsDecodedWhateverThePieces) {
  for (std::size_t step : {1U, 2U, 3U, 100U}) {
    EXPECT_EQ(decode("5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\n\r\n", step), "hello world");
    EXPECT_EQ(decode("0\r\nTrailer: x\r\n\r\nGET", step), "|GET");
    EXPECT_EQ(decode("00A\r\n0123456789\r\n0\r\n\r\n", step), "0123456789");
    EXPECT_EQ(decode("5\r\nhel", step), "hel…");
  }
}

TEST(Chunked, RefusesMalformedFraming) {
  for (const char* bytes :
       {"\r\n", "x\r\n", "5 \r\nhello", "5\nhello\r\n", "5\r\nhello0\r\n", "5\r\nhello\n0\r\n", "-1\r\n", "0x5\r\n",
        "000000001\r\n", "5;\x01\r\n", "0\r\n folded: x\r\n\r\n", "0\r\nx\n\r\n", "5\rhello", "5;a\nhello\r\n"}) {
    for (std::size_t step : {1U, 100U}) EXPECT_EQ(decode(bytes, step), "!400") << bytes;
  }
}

TEST(Chunked, TakesExtensionsAsTheGrammarHasThem) {
  for (const char* extension : {";a", ";a=b", ";a=\"\"", ";a=\"x;y=\\\"z\"", "; a = b ;c", ";a;b;c=\"d\" ", ";!#$=~"}) {
    for (std::size_t step : {1U, 2U, 100U})
      EXPECT_EQ(decode("3" + std::string(extension) + "\r\nabc\r\n0\r\n\r\n", step), "abc") << extension;
  }
}

TEST(Chunked, RefusesExtensionsThatTheGrammarDoesNotHave) {
  for (const char* extension :
       {";", ";;", ";a;", ";=b", ";a=", ";a==b", ";a b", ";a=b c", ";a=\"b", ";a=\"b\"c", ";a=\"\\", ";a=b\"", ";a=b=c",
        ";a,b", ";\xC3\xA9", ";a=\"\x7F\"", ";a=\"b\\\x01\"", " ;a"}) {
    for (std::size_t step : {1U, 100U}) {
      EXPECT_EQ(decode("3" + std::string(extension) + "\r\nabc\r\n0\r\n\r\n", step), "!400") << extension;
      EXPECT_EQ(decode("3\r\nabc\r\n0" + std::string(extension) + "\r\n\r\n", step), "!400") << extension;
    }
  }
}

TEST(Chunked, RefusesTrailersThatAreNoFields) {
  EXPECT_EQ(decode("0\r\nDigest: x\r\nEmpty:\r\n\r\n", 1), "");
  for (const char* trailer : {"x", ":x", "x :y", "a b: c", " x: y", "x\t:y", "x: \x01"})
    EXPECT_EQ(decode("0\r\n" + std::string(trailer) + "\r\n\r\n", 1), "!400") << trailer;
}

TEST(Chunked, RefusesMoreThanTheLimitBeforeItIsTaken) {
  EXPECT_EQ(decode("4\r\nabcd\r\n0\r\n\r\n", 1, 4), "abcd");
  EXPECT_EQ(decode("5\r\n", 1, 4), "!413");
  EXPECT_EQ(decode("4\r\nabcd\r\n1\r\n", 1, 4), "!413");
  EXPECT_EQ(decode("ffffffff\r\n", 1, 4), "!413");
}

TEST(Chunked, LimitsExtensionsAndTrailers) {
  EXPECT_EQ(decode("1;" + std::string(5000, 'x'), 100), "!400");
  EXPECT_EQ(decode("0\r\n" + std::string(5000, 'x'), 100), "!400");
}

}  // namespace
}  // namespace beckon::http
