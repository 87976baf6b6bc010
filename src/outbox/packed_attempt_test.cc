#include "outbox/packed_attempt.h"

#include <gtest/gtest.h>

namespace beckon::outbox {
namespace {

Attempt full() {
  return {.number = 300,
          .at = instant_ms(1'700'000'000'123),
          .url = "https://hooks.example.com/a",
          .outcome = AttemptOutcome::kTimeout,
          .status = 503,
          .error = "timeout",
          .dns_us = 1,
          .connect_us = 127,
          .tls_us = 128,
          .first_byte_us = 1'000'000'000'000,
          .total_us = 1'000'000'000'001,
          .request_headers = R"({"a":"1"})",
          .response_headers = std::string(300, 'h'),
          .response_body = std::string("\0\xff", 2),
          .response_headers_cut = true};
}

TEST(PackedAttempt, ComesBackAsItWas) {
  const Attempt given = full();
  const auto found = unpacked_attempt(packed_attempt(given));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number, given.number);
  EXPECT_EQ(found->at, given.at);
  EXPECT_EQ(found->url, given.url);
  EXPECT_EQ(found->outcome, given.outcome);
  EXPECT_EQ(found->status, given.status);
  EXPECT_EQ(found->error, given.error);
  EXPECT_EQ(found->dns_us, given.dns_us);
  EXPECT_EQ(found->connect_us, given.connect_us);
  EXPECT_EQ(found->tls_us, given.tls_us);
  EXPECT_EQ(found->first_byte_us, given.first_byte_us);
  EXPECT_EQ(found->total_us, given.total_us);
  EXPECT_EQ(found->request_headers, given.request_headers);
  EXPECT_EQ(found->response_headers, given.response_headers);
  EXPECT_EQ(found->response_body, given.response_body);
  EXPECT_TRUE(found->response_headers_cut);
}

TEST(PackedAttempt, IsRefusedWhenCutShortOrTooLongOrOfAnotherFormat) {
  const std::string bytes = packed_attempt(full());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(unpacked_attempt(bytes.substr(0, size))) << size;
  EXPECT_FALSE(unpacked_attempt(bytes + "x"));
  EXPECT_FALSE(unpacked_attempt("\2" + bytes.substr(1)));
}

}  // namespace
}  // namespace beckon::outbox
