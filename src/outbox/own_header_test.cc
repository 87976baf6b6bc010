#include "outbox/own_header.h"

#include <gtest/gtest.h>

#include "system/encoding.h"

namespace beckon::outbox {
namespace {

class OwnHeaders : public testing::Test {
 protected:
  std::string seal(std::string_view name, std::string_view value) {
    return seal_header(acme_, hook_, name, value, secrets_, random_);
  }
  const Handle acme_{"acme"};
  const SubscriptionId hook_{"whs_1"};
  SecretBox secrets_{std::string(32, 'k')};
  SeededRandom random_{3};
};

TEST_F(OwnHeaders, OpenInTheirOwnPlaceAlone) {
  const std::string sealed = seal("X-Warehouse", "north 4");
  EXPECT_EQ(sealed.find("north"), std::string::npos);
  EXPECT_EQ(open_header(acme_, hook_, "x-warehouse", sealed, secrets_), "north 4") << "in any case of letters";
  EXPECT_FALSE(open_header(Handle{"other"}, hook_, "x-warehouse", sealed, secrets_));
  EXPECT_FALSE(open_header(acme_, SubscriptionId{"whs_2"}, "x-warehouse", sealed, secrets_));
  EXPECT_FALSE(open_header(acme_, hook_, "x-shown", sealed, secrets_));
  EXPECT_FALSE(secrets_.open(sealed, "acme/whs_1")) << "nor does it pass for the secret";
  const SecretBox other(std::string(32, 'o'));
  EXPECT_FALSE(open_header(acme_, hook_, "x-warehouse", sealed, other));
  EXPECT_EQ(shown_header(acme_, hook_, "x-warehouse", sealed, other), kMask);
}

TEST_F(OwnHeaders, AreRecordedSealedAndShownWithoutCredentials) {
  std::string text;
  json::Writer record(text);
  record.begin_object().member("webhook-id", "evt_1");
  record_header(record, "x-warehouse", seal("X-Warehouse", "north 4"));
  record_header(record, "x-shop-token", seal("X-Shop-Token", "t0p"));
  record.end_object();
  EXPECT_EQ(text.find("north"), std::string::npos);
  EXPECT_EQ(text.find(to_base64("t0p")), std::string::npos);
  const Attempt attempt{.request_headers = text};
  const Headers shown{{"webhook-id", "evt_1"}, {"x-warehouse", "north 4"}, {"x-shop-token", "***"}};
  EXPECT_EQ(recorded_headers(attempt, acme_, hook_, secrets_), shown);
  EXPECT_EQ(recorded_headers(attempt, acme_, SubscriptionId{"whs_2"}, secrets_).at(1).second, kMask);
}

TEST_F(OwnHeaders, OfAnErasedAttemptAreNone) {
  EXPECT_TRUE(recorded_headers({.request_headers = "{}"}, acme_, hook_, secrets_).empty());
  EXPECT_TRUE(recorded_headers({}, acme_, hook_, secrets_).empty());
}

TEST(NamesACredential, InAnyCaseOfLetters) {
  for (const char* name :
       {"Authorization", "proxy-authorization", "COOKIE", "x-api-key", "X-Shop-Token", "apikey", "x-signature"})
    EXPECT_TRUE(names_a_credential(name)) << name;
  for (const char* name : {"content-type", "x-team", "x-api", ""}) EXPECT_FALSE(names_a_credential(name)) << name;
}

}  // namespace
}  // namespace beckon::outbox
