#include "access/jose.h"

#include <gtest/gtest.h>

#include "access/key_set.h"
#include "access/testing/key.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

bool is_usable(const std::string& jwk) { return PublicKey::from_jwk(document_of(jwk).root()).has_value(); }

const TestKey& ec_key() {
  static const TestKey key = TestKey::ec("e1");
  return key;
}
const TestKey& rsa_key() {
  static const TestKey key = TestKey::rsa("r1");
  return key;
}

TEST(Jose, AKeyVerifiesWhatItSignedAndNothingElse) {
  const Es256Key key = Es256Key::make(), other = Es256Key::make();
  const std::string token = key.sign(R"({"sub":"x"})");
  EXPECT_TRUE(key.public_key().verifies(token));
  EXPECT_FALSE(other.public_key().verifies(token));
  EXPECT_NE(key.kid(), other.kid());
  EXPECT_EQ(key.kid().size(), 43u);
}

TEST(Jose, AKeySurvivesItsPrivateJwkAlsoWhenItsNumbersBeginWithZeros) {
  for (int i = 0; i < 600; ++i) {  // one in 256 of each number begins with a zero byte
    const Es256Key key = Es256Key::make();
    const auto again = Es256Key::from_private_jwk(key.private_jwk());
    ASSERT_TRUE(again) << i;
    ASSERT_EQ(again->kid(), key.kid());
    ASSERT_TRUE(key.public_key().verifies(again->sign("{}")));
  }
}

TEST(Jose, APrivateKeyOfAnotherPublicKeyIsRefused) {
  const auto one = document_of(Es256Key::make().private_jwk());
  const auto two = document_of(Es256Key::make().private_jwk());
  const auto part = [](const json::Document& from, const char* name) {
    return std::string(from.root().find(name)->text());
  };
  const std::string mixed = R"({"kty":"EC","crv":"P-256","x":")" + part(one, "x") + R"(","y":")" + part(one, "y") +
                            R"(","d":")" + part(two, "d") + R"("})";
  EXPECT_FALSE(Es256Key::from_private_jwk(mixed));
  EXPECT_FALSE(Es256Key::from_private_jwk("{}"));
  EXPECT_FALSE(Es256Key::from_private_jwk("nonsense"));
}

TEST(Jose, ThePublicJwkHoldsNoPrivateNumber) {
  const Es256Key key = Es256Key::make();
  const auto jwk = document_of(key.public_key().jwk());
  EXPECT_EQ(jwk.root().find("d"), nullptr);
  EXPECT_EQ(jwk.root().find("kid")->text(), key.kid());
  EXPECT_EQ(jwk.root().find("alg")->text(), "ES256");
  EXPECT_EQ(jwk.root().find("use")->text(), "sig");
  EXPECT_TRUE(is_usable(key.public_key().jwk()));
}

TEST(Jose, VerifiesSignaturesMadeByAnotherLibraryByEachAlgorithm) {
  EXPECT_TRUE(ec_key().public_key().verifies(ec_key().token(R"({"alg":"ES256"})", "{}")));
  EXPECT_TRUE(rsa_key().public_key().verifies(rsa_key().token(R"({"alg":"RS256"})", "{}", Algorithm::kRs256)));
  const PublicKey pss = rsa_key().public_key(R"("alg":"PS256")");
  EXPECT_EQ(pss.algorithm(), Algorithm::kPs256);
  EXPECT_TRUE(pss.verifies(rsa_key().token(R"({"alg":"PS256"})", "{}", Algorithm::kPs256)));
}

TEST(Jose, TheAlgorithmComesFromTheKeyNotFromTheHeader) {
  const PublicKey rs256 = rsa_key().public_key(), ps256 = rsa_key().public_key(R"("alg":"PS256")");
  EXPECT_FALSE(rs256.verifies(rsa_key().token(R"({"alg":"PS256"})", "{}", Algorithm::kPs256)));
  EXPECT_FALSE(ps256.verifies(rsa_key().token(R"({"alg":"RS256"})", "{}", Algorithm::kRs256)));
  EXPECT_FALSE(ec_key().public_key().verifies(ec_key().token(R"({"alg":"HS256"})", "{}")));
  EXPECT_FALSE(ec_key().public_key().verifies(ec_key().token(R"({"alg":"none"})", "{}")));
  EXPECT_FALSE(ec_key().public_key().verifies(ec_key().token("{}", "{}")));
}

TEST(Jose, ASignatureOfAnotherLengthOrOfZerosIsRefused) {
  const std::string text = to_base64url(R"({"alg":"ES256"})") + "." + to_base64url("{}");
  const std::string good = ec_key().signature(text, Algorithm::kEs256);
  const PublicKey key = ec_key().public_key();
  EXPECT_TRUE(key.verifies(text + "." + to_base64url(good)));
  EXPECT_FALSE(key.verifies(text + "." + to_base64url(std::string(64, '\0'))));
  EXPECT_FALSE(key.verifies(text + "." + to_base64url(std::string(64, '\xff'))));
  EXPECT_FALSE(key.verifies(text + "." + to_base64url(good.substr(0, 63))));
  // The same two numbers, each with a leading zero byte.
  const std::string padded = std::string(1, '\0') + good.substr(0, 32) + std::string(1, '\0') + good.substr(32);
  EXPECT_FALSE(key.verifies(text + "." + to_base64url(padded)));
  EXPECT_FALSE(key.verifies(text + "."));
  EXPECT_FALSE(key.verifies(text));
  EXPECT_FALSE(key.verifies(""));
}

TEST(Jose, KeysThatMayNotVerifyATokenAreRefused) {
  EXPECT_TRUE(is_usable(ec_key().jwk()));
  EXPECT_TRUE(is_usable(ec_key().jwk(R"("use":"sig","alg":"ES256","key_ops":["verify"])")));
  for (const char* more :
       {R"("use":"enc")", R"("use":1)", R"("alg":"RS256")", R"("alg":"HS256")", R"("alg":"none")", R"("alg":null)",
        R"("key_ops":["sign"])", R"("key_ops":"verify")", R"("d":"AAAA")", R"("k":"AAAA")"})
    EXPECT_FALSE(is_usable(ec_key().jwk(more))) << more;
  for (const char* more : {R"("alg":"ES256")", R"("alg":"RS384")", R"("alg":"RSA-OAEP")", R"("p":"AAAA")"})
    EXPECT_FALSE(is_usable(rsa_key().jwk(more))) << more;
  EXPECT_FALSE(is_usable(R"({"kty":"oct","kid":"a","k":"c2VjcmV0","alg":"HS256"})"));
  EXPECT_FALSE(is_usable(R"({"kty":"OKP","kid":"a","crv":"Ed25519","x":"AAAA"})"));
  EXPECT_FALSE(is_usable("{}"));
  EXPECT_FALSE(is_usable(TestKey::ec("").jwk()));
  EXPECT_FALSE(is_usable(TestKey::ec(std::string(257, 'k')).jwk()));
}

TEST(Jose, APointOffTheCurveIsRefused) {
  const std::string one = to_base64url(std::string(31, '\0') + "\x01"), zero = to_base64url(std::string(32, '\0'));
  for (const auto& [x, y] : {std::pair{one, one}, std::pair{zero, zero}, std::pair{one, std::string("AQ")}})
    EXPECT_FALSE(is_usable(R"({"kid":"a","kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + R"("})"));
}

TEST(Jose, AnRsaKeyBelow2048BitsOrWithABadExponentIsRefused) {
  EXPECT_FALSE(is_usable(TestKey::rsa("weak", 1024).jwk()));
  EXPECT_FALSE(is_usable(TestKey::rsa("weak", 2040).jwk()));
  EXPECT_TRUE(is_usable(rsa_key().jwk()));
  const auto jwk = document_of(rsa_key().jwk());
  const std::string n(jwk.root().find("n")->text());
  const auto with = [](const std::string& modulus, const std::string& e) {
    return R"({"kid":"a","kty":"RSA","n":")" + modulus + R"(","e":")" + e + R"("})";
  };
  EXPECT_TRUE(is_usable(with(n, "AQAB")));
  for (const char* e : {"AQ", "", "AA", "Ag", "AAEAAQ", "AQABAQAB", "AQAB="}) EXPECT_FALSE(is_usable(with(n, e))) << e;
  EXPECT_FALSE(is_usable(with("AAAA" + n, "AQAB")));  // leading zero bytes pretend a longer modulus
  EXPECT_FALSE(is_usable(with(to_base64url(std::string(1, '\x80') + std::string(255, '\0')), "AQAB")));  // even
  EXPECT_FALSE(is_usable(with(to_base64url(std::string(1025, '\xff')), "AQAB")));
}

TEST(KeySet, KeysOfAllAlgorithmsStandInOneSet) {
  const auto set =
      parse_jwks("{\"keys\":[" + ec_key().jwk() + "," + rsa_key().jwk() + "," +
                 TestKey::rsa("r2").jwk(R"("alg":"PS256","x5t":"ignored")") + R"(,{"kty":"oct","k":"AA"},{}]})");
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->find("e1")->algorithm(), Algorithm::kEs256);
  EXPECT_EQ(set->find("r1")->algorithm(), Algorithm::kRs256);
  EXPECT_EQ(set->find("r2")->algorithm(), Algorithm::kPs256);
  EXPECT_EQ(set->find("r3"), nullptr);
  const auto again = parse_jwks(set->jwks());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->jwks(), set->jwks());
}

TEST(KeySet, AnRsaKeyWithoutAlgorithmTakesTheOneConfigured) {
  const auto set = parse_jwks("{\"keys\":[" + rsa_key().jwk() + "]}", Algorithm::kPs256);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->find("r1")->algorithm(), Algorithm::kPs256);
}

TEST(KeySet, IsRefusedAsAWholeForADuplicateKidOrABrokenLimit) {
  const std::string key = ec_key().jwk();
  std::string many;
  for (int i = 0; i < 32; ++i) many += "{},";
  const std::pair<std::string, std::string> cases[] = {
      {"{\"keys\":[" + key + "," + key + "]}", "same `kid`"},
      {"{\"keys\":[" + key + R"(,{"kid":"e1","kty":"oct"}]})", "same `kid`"},
      {"{\"keys\":[" + many + key + "]}", "more than 32"},
      {"{\"keys\":[" + key + "]" + std::string(64 * 1024, ' ') + "}", "64 KiB"},
      {"{\"keys\":[" + key + "],\"keys\":[]}", "strict JSON"},
      {"{\"keys\":[" + key + ",7]}", "not an object"},
      {"{\"keys\":{}}", "no array"},
      {"[]", "no array"},
      {"{\"keys\":[]}", "none of its keys"},
      {"{\"keys\":[{\"kty\":\"oct\"}]}", "none of its keys"},
      {"", "strict JSON"},
  };
  for (const auto& [text, why] : cases) {
    const auto set = parse_jwks(text);
    ASSERT_FALSE(set) << why;
    EXPECT_NE(set.error().message.find(why), std::string::npos) << set.error().message;
  }
}

}  // namespace
}  // namespace beckon::access
