#include "outbox/event_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outbox/event_body.h"

namespace beckon::outbox {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::shared_ptr<const std::string> stored(std::string_view payload) {
  return std::make_shared<const std::string>(
      event_body(EventId{"evt_1"}, "signal.cart", Handle{"acme"}, instant_ms(1'800'000'000'000), payload));
}

TEST(EventFormat, IsNamedAndReadBack) {
  for (const char* text : {"beckon", "cloudevents", "cloudevents-binary"})
    EXPECT_EQ(to_text(*parse_event_format(text)), text);
  EXPECT_FALSE(parse_event_format("CloudEvents"));
}

TEST(EventFormat, OfOurOwnIsWhatIsStored) {
  const auto body = stored("{}");
  const auto written = written_as(EventFormat::kBeckon, body);
  EXPECT_EQ(written.body, body);
  EXPECT_THAT(written.headers, ElementsAre(Pair("content-type", "application/json")));
  EXPECT_EQ(format_of(written.headers), EventFormat::kBeckon);
}

TEST(EventFormat, StructuredHasAllInTheBody) {
  const auto written =
      written_as(EventFormat::kCloudEvents, stored(R"({"sessionId":"s1","visitorId":"für","version":1})"));
  EXPECT_THAT(written.headers, ElementsAre(Pair("content-type", "application/cloudevents+json")));
  EXPECT_EQ(*written.body,
            R"({"specversion":"1.0","id":"evt_1","source":"/v2/handles/acme","type":"signal.cart",)"
            R"("time":"2027-01-15T08:00:00Z","subject":"für","sessionid":"s1","datacontenttype":"application/json",)"
            R"("data":{"sessionId":"s1","visitorId":"für","version":1}})");
  EXPECT_EQ(format_of(written.headers), EventFormat::kCloudEvents);
}

TEST(EventFormat, BinaryHasThePayloadInTheBodyAndTheRestEncodedInHeaders) {
  const auto written = written_as(EventFormat::kCloudEventsBinary, stored(R"({"visitorId":"für \"50 %\""})"));
  EXPECT_THAT(written.headers,
              ElementsAre(Pair("content-type", "application/json"), Pair("ce-specversion", "1.0"),
                          Pair("ce-id", "evt_1"), Pair("ce-source", "/v2/handles/acme"), Pair("ce-type", "signal.cart"),
                          Pair("ce-time", "2027-01-15T08:00:00Z"), Pair("ce-subject", "f%C3%BCr%20%2250%20%25%22")));
  EXPECT_EQ(*written.body, R"({"visitorId":"für \"50 %\""})");
  EXPECT_EQ(format_of(written.headers), EventFormat::kCloudEventsBinary);
}

}  // namespace
}  // namespace beckon::outbox
