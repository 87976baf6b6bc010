#include "node/frame.h"

#include <gtest/gtest.h>

#include <vector>

#include "node/carried.h"

namespace beckon::node {
namespace {

struct Taken {
  FrameKind kind;
  std::uint8_t flags;
  std::uint64_t id;
  std::string payload;
  friend bool operator==(const Taken&, const Taken&) = default;
};

std::vector<Taken> all_of(FrameReader& reader) {
  std::vector<Taken> taken;
  for (;;) {
    const auto frame = reader.next();
    EXPECT_TRUE(frame) << frame.error();
    if (!frame || !*frame) return taken;
    taken.push_back({(*frame)->kind, (*frame)->flags, (*frame)->id, std::string((*frame)->payload)});
  }
}

std::string some_frames() {
  std::string bytes;
  append_frame(bytes, {.kind = FrameKind::kRequest, .flags = kMore, .id = 7, .payload = "first"});
  append_frame(bytes, {.kind = FrameKind::kPart, .id = 0x1234'5678'9abc'def0, .payload = std::string(300, 'x')});
  append_frame(bytes, {.kind = FrameKind::kChanged, .id = 0, .payload = {}});
  return bytes;
}

const std::vector<Taken> kSome{{FrameKind::kRequest, kMore, 7, "first"},
                               {FrameKind::kPart, 0, 0x1234'5678'9abc'def0, std::string(300, 'x')},
                               {FrameKind::kChanged, 0, 0, ""}};

TEST(Frames, AreReadAsTheyWereWrittenWhereverTheBytesAreCut) {
  const std::string bytes = some_frames();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    reader.add(bytes.substr(0, cut));
    std::vector<Taken> taken = all_of(reader);
    reader.add(bytes.substr(cut));
    for (Taken& one : all_of(reader)) taken.push_back(std::move(one));
    EXPECT_EQ(taken, kSome) << "cut at " << cut;
  }
}

TEST(Frames, AreReadAsTheyWereWrittenFromSingleBytes) {
  FrameReader reader;
  std::vector<Taken> taken;
  for (const char byte : some_frames()) {
    reader.add({&byte, 1});
    for (Taken& one : all_of(reader)) taken.push_back(std::move(one));
  }
  EXPECT_EQ(taken, kSome);
}

TEST(Frames, ALengthBeyondTheLimitIsAFaultBeforeItsBytesHaveCome) {
  std::string bytes;
  append_frame(bytes, {.kind = FrameKind::kAnswer, .id = 1, .payload = {}});
  const auto with_length = [&](std::uint32_t length) {
    std::string changed = bytes;
    for (int i = 0; i < 4; ++i) changed[static_cast<std::size_t>(i)] = static_cast<char>(length >> (8 * i) & 0xff);
    FrameReader reader;
    reader.add(changed);
    return reader.next().has_value();
  };
  EXPECT_TRUE(with_length(kMostPayload)) << "it is waited for";
  EXPECT_FALSE(with_length(kMostPayload + 1));
  EXPECT_FALSE(with_length(0xffff'ffff));
}

TEST(Frames, UnknownKindsAndFlagsAreFaults) {
  for (int value = 0; value < 256; ++value) {
    std::string of_kind, of_flags;
    append_frame(of_kind, {.kind = static_cast<FrameKind>(value), .id = 1, .payload = {}});
    append_frame(of_flags,
                 {.kind = FrameKind::kAnswer, .flags = static_cast<std::uint8_t>(value), .id = 1, .payload = {}});
    FrameReader kinds, flags;
    kinds.add(of_kind);
    flags.add(of_flags);
    EXPECT_EQ(kinds.next().has_value(), value >= 1 && value <= 8) << value;
    EXPECT_EQ(flags.next().has_value(), value <= 3) << value;
  }
}

TEST(Frames, ALongMessageIsContinuedInParts) {
  for (const std::size_t size : {std::size_t{0}, kMostPayload - 1, kMostPayload, kMostPayload + 1, 3 * kMostPayload}) {
    std::string message;
    for (std::size_t i = 0; i < size; ++i) message += static_cast<char>('a' + i % 26);
    std::string bytes, joined;
    append_message(bytes, FrameKind::kAnswer, kStreams, 9, message);
    FrameReader reader;
    reader.add(bytes);
    const auto frames = all_of(reader);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(frames[i].kind, i == 0 ? FrameKind::kAnswer : FrameKind::kPart);
      EXPECT_EQ((frames[i].flags & kStreams) != 0, i == 0);
      EXPECT_EQ((frames[i].flags & kMore) != 0, i + 1 < frames.size());
      joined += frames[i].payload;
    }
    EXPECT_EQ(joined, message);
    EXPECT_EQ(frames.size(), std::max<std::size_t>(1, (size + kMostPayload - 1) / kMostPayload));
  }
}

http::Request some_request() {
  http::Request request;
  request.method = http::Method::kPut;
  request.target = "http://host/v2/handles/a%2Fb?x=1";
  request.path = "/v2/handles/a%2Fb";
  request.query = "x=1";
  request.fields = {{"content-type", "application/json"}, {"x-empty", ""}};
  request.body = std::string("{\0}", 3);
  request.client = *IpAddress::parse("2001:db8::7");
  request.id.text = "req_1";
  request.is_placed = true;
  return request;
}

TEST(Carried, ARequestArrivesAsItWasRead) {
  const auto arrived = unpack_request(pack_request(some_request(), 5, std::chrono::milliseconds{1500}), instant_ms(42));
  ASSERT_TRUE(arrived);
  const http::Request& request = *arrived->request;
  EXPECT_EQ(arrived->patience, std::chrono::milliseconds{1500});
  EXPECT_EQ(arrived->lane, 5);
  EXPECT_TRUE(request.is_placed);
  EXPECT_EQ(request.method, http::Method::kPut);
  EXPECT_EQ(request.target, "http://host/v2/handles/a%2Fb?x=1");
  EXPECT_EQ(request.path, "/v2/handles/a%2Fb");
  EXPECT_EQ(request.query, "x=1");
  ASSERT_EQ(request.fields.size(), 2u);
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.body, std::string("{\0}", 3));
  EXPECT_EQ(request.client.text(), "2001:db8::7");
  EXPECT_EQ(request.id.text, "req_1");
  EXPECT_EQ(request.received, instant_ms(42));
}

TEST(Carried, ARequestThatIsCutOrContinuedIsNone) {
  const std::string packed = pack_request(some_request(), 5, std::chrono::milliseconds{1500});
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_FALSE(unpack_request(packed.substr(0, size), Instant{})) << size;
  EXPECT_FALSE(unpack_request(packed + '\0', Instant{}));
}

TEST(Carried, ALaneBeyondTheLimitIsNone) {
  for (const int lane : {0, kMostLanes - 1, kMostLanes, 255})
    EXPECT_EQ(unpack_request(pack_request(some_request(), lane, std::chrono::milliseconds{1}), Instant{}).has_value(),
              lane < kMostLanes)
        << lane;
}

TEST(Carried, AnAnswerArrivesAsItWasGiven) {
  http::Response given{.status = 503, .body = "{}", .headers = {{"retry-after", "1"}, {"vary", ""}}};
  const std::string packed = pack_answer(given);
  const auto response = unpack_answer(packed);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(response->content_type, "application/json");
  EXPECT_EQ(response->headers, given.headers);
  for (std::size_t size = 0; size < packed.size(); ++size) EXPECT_FALSE(unpack_answer(packed.substr(0, size))) << size;
  EXPECT_FALSE(unpack_answer(packed + "x"));
}

TEST(Carried, ContentTypesAreKeptOnceAndBounded) {
  http::Response given{.status = 200};
  for (int i = 0; i < 1000; ++i) {
    const std::string type = "text/x-" + std::to_string(i);
    given.content_type = type;
    const auto response = unpack_answer(pack_answer(given));
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->content_type == type || response->content_type == "application/octet-stream");
  }
}

}  // namespace
}  // namespace beckon::node
