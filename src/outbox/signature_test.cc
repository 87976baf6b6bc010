#include "outbox/signature.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "system/encoding.h"

namespace beckon::outbox {
namespace {

constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string value_of(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "absent";
}

// The example of the Standard Webhooks libraries, "sign function works".
TEST(StandardWebhooks, MatchesThePublishedExample) {
  EXPECT_EQ(standard_signature(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, RefusesASecretThatIsNone) {
  for (const char* secret : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_***", "whsec_abc"})
    EXPECT_FALSE(standard_signature(secret, "evt_1", 1, "{}")) << secret;
}

TEST(PlatformSignature, IsKeyedByTheWholeSecret) {
  EXPECT_EQ(platform_signature(kSecret, "{}"), "sha256=" + to_hex(hmac_sha256(kSecret, "{}")));
}

TEST(Secret, Holds32RandomBytes) {
  SeededRandom random(1);
  const std::string one = make_secret(random), other = make_secret(random);
  EXPECT_TRUE(one.starts_with("whsec_"));
  EXPECT_EQ(from_base64(one.substr(6))->size(), 32u);
  EXPECT_NE(one, other);
}

TEST(SignatureHeaders, NameTheEventAndTheAttempt) {
  const auto headers = signature_headers({.event_id = "evt_1",
                                          .event_type = "link.clicked",
                                          .attempt = 3,
                                          .at = instant_ms(1'614'265'330'999),
                                          .body = "{}"},
                                         kSecret, "");
  ASSERT_TRUE(headers);
  EXPECT_EQ(value_of(*headers, "webhook-id"), "evt_1");
  EXPECT_EQ(value_of(*headers, "webhook-timestamp"), "1614265330");
  EXPECT_EQ(value_of(*headers, "webhook-signature"), standard_signature(kSecret, "evt_1", 1614265330, "{}"));
  EXPECT_EQ(value_of(*headers, "x-arjun-signature"), platform_signature(kSecret, "{}"));
  EXPECT_EQ(value_of(*headers, "x-arjun-signature-previous"), "absent");
  EXPECT_EQ(value_of(*headers, "x-arjun-event-type"), "link.clicked");
  EXPECT_EQ(value_of(*headers, "x-arjun-attempt"), "3");
}

TEST(SignatureHeaders, CarryTheOldSecretsTooDuringARotation) {
  SeededRandom random(1);
  const std::string old = make_secret(random);
  const auto headers =
      signature_headers({.event_id = "evt_1", .event_type = "a", .at = instant_ms(5000), .body = "{}"}, kSecret, old);
  ASSERT_TRUE(headers);
  EXPECT_EQ(value_of(*headers, "webhook-signature"),
            *standard_signature(kSecret, "evt_1", 5, "{}") + " " + *standard_signature(old, "evt_1", 5, "{}"));
  EXPECT_EQ(value_of(*headers, "x-arjun-signature-previous"), platform_signature(old, "{}"));
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

// Project Wycheproof, hmac_sha256_test.json: 174 cases, of which 108 have a tag that must be rejected.
TEST(Hmac, JudgesEveryWycheproofCase) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing writes the environment
  const char* root = std::getenv("BECKON_PROJECT_ROOT");
  const std::string path =
      std::string(root ? root : BECKON_PROJECT_ROOT) + "/../shared/data/hmac/hmac_sha256_test.json";
  std::ifstream file(path);
  if (!file) GTEST_SKIP() << "the Wycheproof cases are not at " << path;
  std::ostringstream text;
  text << file.rdbuf();
  const auto cases = json::parse(text.str());
  ASSERT_TRUE(cases) << cases.error().message;
  int judged = 0;
  for (const json::Value& group : cases->root().find("testGroups")->items()) {
    const auto size = static_cast<std::size_t>(*group.find("tagSize")->integer() / 8);
    for (const json::Value& one : group.find("tests")->items()) {
      const std::string mac = hmac_sha256(from_hex(one.find("key")->text()), from_hex(one.find("msg")->text()));
      const bool equal = equal_in_constant_time(mac.substr(0, size), from_hex(one.find("tag")->text()));
      EXPECT_EQ(equal, one.find("result")->text() == "valid") << "tcId " << one.find("tcId")->text();
      ++judged;
    }
  }
  EXPECT_EQ(judged, *cases->root().find("numberOfTests")->integer());
}

}  // namespace
}  // namespace beckon::outbox
