// Responses in pieces of every size, and what is refused.
#include "egress/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace beckon::egress {
namespace {

using State = AnswerReader::State;

struct Read {
  State state;
  int status;
  std::string body;
  bool cut;
  bool reusable;
  friend bool operator==(const Read&, const Read&) = default;
};

// NOLINTNEXTLINE(readability-identifier-naming): googletest finds it by this name
void PrintTo(const Read& read, std::ostream* out) {
  *out << "state " << static_cast<int>(read.state) << " status " << read.status << " body " << read.body;
}

// In pieces of `size` bytes; then the peer closes, if more is expected.
Read read(std::string_view text, std::size_t size, std::size_t header_bytes = 200, std::size_t body_bytes = 100,
          std::size_t kept = 8) {
  Answer answer;
  AnswerReader reader;
  reader.begin(answer, header_bytes, body_bytes, kept);
  auto state = State::kMore;
  for (std::size_t at = 0; at < text.size() && state == State::kMore; at += size)
    state = reader.feed(text.substr(at, size));
  if (state == State::kMore) state = reader.end();
  return {state, answer.status, answer.body, answer.body_cut, state == State::kWhole && reader.reusable()};
}

struct Row {
  const char* text;
  Read read;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", {State::kWhole, 200, "hello", false, true}},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", {State::kWhole, 200, "", false, true}},
      {"HTTP/1.1 204\r\n\r\n", {State::kWhole, 204, "", false, true}},
      {"HTTP/1.0 503\r\nContent-Length: 2\r\n\r\nno", {State::kWhole, 503, "no", false, false}},
      {"HTTP/1.1 100\r\n\r\nHTTP/1.1 103\r\nA: b\r\n\r\nHTTP/1.1 410\r\nContent-Length: 3\r\n\r\nend",
       {State::kWhole, 410, "end", false, true}},
      {"HTTP/1.1 20\r\nContent-Length: 0\r\n\r\n", {State::kBroken, 0, "", false, false}},
      {"HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n", {State::kBroken, 0, "", false, false}},
      {"HTTP/1.1 2000\r\nContent-Length: 0\r\n\r\n", {State::kBroken, 0, "", false, false}},
      {"HTTP/2.0 200\r\nContent-Length: 0\r\n\r\n", {State::kBroken, 0, "", false, false}},
      {"HTTP/1.1 200", {State::kBroken, 0, "", false, false}},
      {"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", {State::kWhole, 200, "", false, true}},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", {State::kWhole, 200, "ok", false, false}},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", {State::kWhole, 200, "ok", false, false}},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", {State::kWhole, 200, "until th", true, false}},
      {"HTTP/1.1 204 No Content\r\n\r\n", {State::kWhole, 204, "", false, true}},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", {State::kWhole, 304, "", false, true}},
      {"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 1\r\n\r\nx",
       {State::kWhole, 202, "x", false, true}},
      {"HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\n", {State::kBroken, 103, "", false, false}},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", {State::kWhole, 101, "", false, false}},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nX-Sum: 1\r\n\r\n",
       {State::kWhole, 200, "abcd", false, true}},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", {State::kBroken, 200, "", false, false}},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", {State::kBroken, 200, "ab", false, false}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", {State::kBroken, 200, "ab", false, false}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", {State::kBroken, 200, "", false, false}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       {State::kBroken, 200, "", false, false}},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", {State::kBroken, 200, "", false, false}},
      {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", {State::kBroken, 200, "", false, false}},
      {"HTTP/2 200 OK\r\n\r\n", {State::kBroken, 0, "", false, false}},
      {"220 mail.example ESMTP\r\n", {State::kBroken, 0, "", false, false}},
      {"", {State::kBroken, 0, "", false, false}},
  };
  return kRows;
}

TEST(AnswerReader, ReadsTheSameInPiecesOfEverySize) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.text);
    for (std::size_t size = 1; size <= std::string_view(row.text).size() + 1; ++size)
      EXPECT_EQ(read(row.text, size), row.read) << "in pieces of " << size;
  }
}

// The reading of a response must not depend on how the network splits it, whatever its bytes are.
TEST(AnswerReader, ReadsMutationsTheSameInPiecesOfEverySize) {
  SeededRandom random(20261126);
  static constexpr std::string_view kAlphabet = "\r\n 0123456789abcdef;:=,\"\t-CTHP/.\0\x7f\xff";
  int whole = 0, broken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = rows()[random.next() % rows().size()].text;
    for (auto times = random.next() % 3; times < 3; ++times) {
      const auto at = text.empty() ? 0 : random.next() % text.size();
      const char byte = kAlphabet[random.next() % kAlphabet.size()];
      switch (random.next() % 4) {
        case 0: text.insert(at, 1, byte); break;
        case 1: text.erase(at, 1 + random.next() % 3); break;
        case 2: text += rows()[random.next() % rows().size()].text; break;
        case 3:
          if (!text.empty()) text[at] = byte;
          break;
      }
    }
    const Read at_once = read(text, text.size() + 1);
    const Read in_pieces = read(text, 1 + random.next() % 7);
    EXPECT_EQ(in_pieces.state, at_once.state) << testing::PrintToString(text);
    if (at_once.state != State::kBroken) {  // otherwise only that is reported
      EXPECT_EQ(in_pieces.status, at_once.status) << testing::PrintToString(text);
      EXPECT_EQ(in_pieces.body, at_once.body) << testing::PrintToString(text);
    }
    if (HasFailure()) return;
    whole += at_once.state == State::kWhole;
    broken += at_once.state == State::kBroken;
  }
  EXPECT_GT(whole, 1000);
  EXPECT_GT(broken, 1000);
}

TEST(AnswerReader, TellsThatMoreFollowedThanOneAnswer) {
  Answer answer;
  AnswerReader reader;
  reader.begin(answer, 200, 100, 8);
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n"), State::kWhole);
  EXPECT_FALSE(reader.reusable());
}

// In pieces of `size` bytes, as far as it reads; with limits that some heads exceed.
Answer read_head(std::string_view text, std::size_t size) {
  Answer answer;
  AnswerReader reader;
  reader.begin(answer, 60, 100, 8);
  auto state = State::kMore;
  for (std::size_t at = 0; at < text.size() && state == State::kMore; at += size)
    state = reader.feed(text.substr(at, size));
  reader.keep_partial_head();
  return answer;
}

// The head, and whether it is marked as cut, in pieces of every size.
void expect_head(std::string_view text, std::string_view head, bool cut) {
  for (std::size_t size = 1; size <= text.size() + 1; ++size) {
    const Answer answer = read_head(text, size);
    EXPECT_EQ(answer.head, head) << text << " in pieces of " << size;
    EXPECT_EQ(answer.head_cut, cut) << text << " in pieces of " << size;
  }
}

TEST(AnswerReader, KeepsTheHeadAsItArrived) {
  expect_head("HTTP/1.1 200 OK\r\nB:  2 \r\na: 1\r\nContent-Length: 1\r\n\r\nx",
              "B:  2 \r\na: 1\r\nContent-Length: 1\r\n", false);
  expect_head("HTTP/1.1 204\r\n\r\n", "", false);
  expect_head("HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 204 No\r\nA: b\r\n\r\n", "A: b\r\n", false);
}

TEST(AnswerReader, KeepsWhatCameOfAHeadThatIsNotWhole) {
  expect_head("HTTP/1.1 200 OK\r\nA: b\r\nC: d", "A: b\r\nC: d", true);
  expect_head("HTTP/1.1 103 Early\r\nLink: <a>\r\n\r\nHTTP/1.1 500 No\r\nA:", "A:", true);
}

TEST(AnswerReader, KeepsAHeadThatItRefusesButNotItsBody) {
  constexpr std::string_view kBad = "HTTP/1.1 200 OK\r\nA : b\r\n\r\nbody";
  for (std::size_t size = 1; size <= kBad.size() + 1; ++size) {
    EXPECT_TRUE(read_head(kBad, size).head.starts_with("A")) << size;
    EXPECT_EQ(read_head(kBad, size).head.find("body"), std::string::npos) << size;
  }
}

TEST(AnswerReader, KeepsNothingOfWhatIsNotHttp) {
  expect_head("220 mail.example ESMTP\r\n250 secret\r\n\r\n", "", false);
  expect_head("", "", false);
}

TEST(AnswerReader, StopsAtItsLimits) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  const auto many = [](std::string_view what, int times) {
    std::string all;
    while (times-- > 0) all += what;
    return all;
  };
  for (const std::size_t size : {1u, 7u, 5000u}) {
    SCOPED_TRACE(size);
    const auto state = [&](const std::string& text) { return read(text, size).state; };
    EXPECT_EQ(state(head + "\r\n" + std::string(100, 'x')), State::kWhole);
    EXPECT_EQ(state(head + "\r\n" + std::string(101, 'x')), State::kEnough);
    EXPECT_EQ(state(head + "Content-Length: 4000\r\n\r\n" + std::string(4000, 'x')), State::kEnough);
    EXPECT_EQ(state(chunked + many("1\r\nx\r\n", 100) + "0\r\n\r\n"), State::kWhole);
    EXPECT_EQ(state(chunked + many("1\r\nx\r\n", 101)), State::kEnough);
    EXPECT_EQ(state(chunked + many("1;a=" + std::string(90, 'e') + "\r\nx\r\n", 40)), State::kBroken);
    EXPECT_EQ(state(chunked + "1;a=" + std::string(400, 'e')), State::kBroken);
    EXPECT_EQ(state(chunked + "0\r\n" + many("X-More: y\r\n", 60)), State::kBroken);
    EXPECT_EQ(state(head + many("X-More: y\r\n", 20)), State::kBroken);
    EXPECT_EQ(state(head + "X-Long: " + std::string(300, 'y')), State::kBroken);
    EXPECT_EQ(state(many("HTTP/1.1 103 Early\r\nA: b\r\n\r\n", 20)), State::kBroken);
    // Also if all of it has arrived.
    const std::string end = "0\r\n\r\n";
    EXPECT_EQ(state(chunked + "1;a=" + std::string(190, 'e') + "\r\nx\r\n" + end), State::kWhole);
    EXPECT_EQ(state(chunked + "1;a=" + std::string(250, 'e') + "\r\nx\r\n" + end), State::kBroken);
    EXPECT_EQ(state(chunked + many("2;a=" + std::string(80, 'e') + "\r\nxx\r\n", 12) + end), State::kBroken);
    EXPECT_EQ(state(chunked + "0\r\n" + many("X-Much: y\r\n", 20) + "\r\n"), State::kBroken);
    // The framing of the body is within its limit; together with head and body it is not.
    EXPECT_EQ(state(chunked + many("2;a=" + std::string(80, 'e') + "\r\nxx\r\n", 10) + end), State::kWhole);
  }
}

TEST(AnswerReader, CountsNoHeadBeyondItsLimit) {
  const std::string text = "HTTP/1.1 204 No Content\r\nX-Long: " + std::string(200, 'y') + "\r\n\r\n";
  for (const std::size_t size : {1u, 50u, 5000u}) {
    Answer answer;
    AnswerReader reader;
    reader.begin(answer, 200, 100, 8);
    auto state = State::kMore;
    for (std::size_t at = 0; at < text.size() && state == State::kMore; at += size)
      state = reader.feed(std::string_view(text).substr(at, size));
    EXPECT_EQ(state, State::kBroken);
    EXPECT_FALSE(reader.has_head());
    EXPECT_EQ(reader.trouble(), Trouble::kHeadersTooLarge);
  }
}

TEST(AnswerReader, KeepsTheHeadersOfTheFinalAnswerInOrder) {
  Answer answer;
  AnswerReader reader;
  reader.begin(answer, 400, 100, 8);
  EXPECT_EQ(
      reader.feed(
          "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nB: 1\r\nA:  two words \r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\nX-Trailer: 1\r\n\r\n"),
      State::kWhole);
  EXPECT_THAT(answer.headers,
              testing::ElementsAre(Header{"B", "1"}, Header{"A", "two words"}, Header{"Transfer-Encoding", "chunked"}));
}

}  // namespace
}  // namespace beckon::egress
