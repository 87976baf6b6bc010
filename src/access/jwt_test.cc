#include "access/jwt.h"

#include <gtest/gtest.h>

#include "access/testing/key.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

constexpr std::int64_t kNow = 1'772'020'800;  // 2026-02-25T12:00:00Z
const std::string kHeader = R"({"alg":"ES256","kid":"k1","typ":"JWT"})";

const TestKey& key() {
  static const TestKey made = TestKey::ec("k1");
  return made;
}

// The claims of a valid token with some members replaced: name → JSON text, empty to omit it.
std::string claims(std::initializer_list<std::pair<std::string, std::string>> changes = {}) {
  std::vector<std::pair<std::string, std::string>> all = {{"iss", "\"beckon\""},
                                                          {"aud", "\"beckon\""},
                                                          {"sub", "\"ada@example.com\""},
                                                          {"iat", std::to_string(kNow)},
                                                          {"exp", std::to_string(kNow + 3600)}};
  for (const auto& change : changes) {
    std::erase_if(all, [&](const auto& claim) { return claim.first == change.first; });
    if (!change.second.empty()) all.push_back(change);
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [name, value] : all) writer.member_raw(name, value);
  writer.end_object();
  return out;
}

Result<Jwt> judge(const std::string& token, std::int64_t now_ms = kNow * 1000) {
  auto read = read_jwt(token);
  if (!read) return unexpected(read.error());
  if (read->kid != "k1") return unexpected(invalid_token("unknown kid"));
  return verify_jwt(*std::move(read), key().public_key(), {.issuer = "beckon", .audience = "beckon"},
                    instant_ms(now_ms));
}

Result<Jwt> judge_claims(std::initializer_list<std::pair<std::string, std::string>> changes,
                         std::int64_t now_ms = kNow * 1000) {
  return judge(key().token(kHeader, claims(changes)), now_ms);
}

std::string why(const Result<Jwt>& result) { return result ? "accepted" : result.error().message; }

TEST(Jwt, AGoodTokenIsBelieved) {
  const auto jwt = judge(key().token(kHeader, claims({{"role", "\"OWNER\""}})));
  ASSERT_TRUE(jwt) << why(jwt);
  EXPECT_EQ(jwt->subject, "ada@example.com");
  EXPECT_EQ(jwt->kid, "k1");
  EXPECT_EQ(to_ms(jwt->issued_at), kNow * 1000);
  EXPECT_EQ(to_ms(jwt->expires_at), (kNow + 3600) * 1000);
  EXPECT_EQ(jwt->claims.root().find("role")->text(), "OWNER");
}

TEST(Jwt, HarmlessVariantsAreBelieved) {
  EXPECT_TRUE(judge(key().token(R"({"kid":"k1","alg":"ES256"})", claims())));
  EXPECT_TRUE(judge(key().token(R"({"kid":"k1","alg":"ES256","typ":"at+jwt","x5t":"abc"})", claims())));
  EXPECT_TRUE(judge_claims({{"aud", "[\"beckon\"]"}}));
  EXPECT_TRUE(judge_claims({{"exp", std::to_string(kNow + 10) + ".5"}}));
  EXPECT_TRUE(judge_claims({{"nbf", std::to_string(kNow)}}));
}

TEST(Jwt, EveryHostileHeaderIsRefusedThoughItsSignatureIsGood) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"alg":"none","kid":"k1"})", "algorithm"},
      {R"({"alg":"None","kid":"k1"})", "algorithm"},
      {R"({"alg":"NONE","kid":"k1"})", "algorithm"},
      {R"({"alg":"","kid":"k1"})", "algorithm"},
      {R"({"alg":"HS256","kid":"k1"})", "algorithm"},
      {R"({"alg":"HS384","kid":"k1"})", "algorithm"},
      {R"({"alg":"HS512","kid":"k1"})", "algorithm"},
      {R"({"alg":"es256","kid":"k1"})", "algorithm"},
      {R"({"alg":"ES256 ","kid":"k1"})", "algorithm"},
      {R"({"alg":"ES384","kid":"k1"})", "algorithm"},
      {R"({"alg":"ES256K","kid":"k1"})", "algorithm"},
      {R"({"alg":"EdDSA","kid":"k1"})", "algorithm"},
      {R"({"alg":["ES256"],"kid":"k1"})", "algorithm"},
      {R"({"alg":null,"kid":"k1"})", "algorithm"},
      {R"({"kid":"k1"})", "algorithm"},
      {R"({"alg":"RS256","kid":"k1"})", "does not match its key"},
      {R"({"alg":"PS256","kid":"k1"})", "does not match its key"},
      {R"({"alg":"ES256"})", "kid"},
      {R"({"alg":"ES256","kid":""})", "kid"},
      {R"({"alg":"ES256","kid":7})", "kid"},
      {R"({"alg":"ES256","kid":["k1"]})", "kid"},
      {R"({"alg":"ES256","kid":")" + std::string(257, 'k') + R"("})", "kid"},
      {R"({"alg":"ES256","kid":"../../etc/passwd"})", "unknown kid"},
      {R"({"alg":"ES256","kid":"k1\u0000"})", "unknown kid"},
      {R"({"alg":"ES256","kid":"k1' OR '1'='1"})", "unknown kid"},
      {R"({"alg":"ES256","kid":"k1","jku":"https://evil.example/keys"})", "jku"},
      {R"({"alg":"ES256","kid":"k1","x5u":"https://evil.example/cert"})", "x5u"},
      {R"({"alg":"ES256","kid":"k1","x5c":[]})", "x5c"},
      {R"({"alg":"ES256","kid":"k1","jwk":)" + key().jwk() + "}", "jwk"},
      {R"({"alg":"ES256","kid":"k1","jwk":null})", "jwk"},
      {R"({"alg":"ES256","kid":"k1","crit":["exp"]})", "crit"},
      {R"({"alg":"ES256","kid":"k1","crit":[]})", "crit"},
      {R"({"alg":"ES256","kid":"k1","crit":["b64"],"b64":false})", "crit"},
      {R"({"alg":"ES256","kid":"k1","b64":false})", "b64"},
      {R"({"alg":"ES256","kid":"k1","zip":"DEF"})", "zip"},
      {R"({"alg":"ES256","kid":"k1","enc":"A128GCM"})", "enc"},
      {R"({"alg":"ES256","kid":"k1","cty":"JWT"})", "another token"},
      {R"({"alg":"ES256","kid":"k1","typ":"logout+jwt"})", "typ"},
      {R"({"alg":"ES256","kid":"k1","typ":"dpop+jwt"})", "typ"},
      {R"({"alg":"ES256","kid":"k1","typ":1})", "typ"},
      {R"({"alg":"none","alg":"ES256","kid":"k1"})", "without duplicate keys"},
      {R"({"alg":"ES256","kid":"k1","\u006bid":"k2"})", "without duplicate keys"},
      {R"(["ES256"])", "JSON object"},
      {R"("ES256")", "JSON object"},
      {R"({"alg":"ES256","kid":"k1"} )"
       "x",
       "JSON object"},
      {"\xEF\xBB\xBF{\"alg\":\"ES256\",\"kid\":\"k1\"}", "JSON object"},
      {"{\"alg\":\"ES256\",\"kid\":\"\xff\"}", "JSON object"},
      {"", "JSON object"},
  };
  for (const auto& [header, reason] : cases) {
    const auto jwt = judge(key().token(header, claims()));
    ASSERT_FALSE(jwt) << header;
    EXPECT_EQ(jwt.error().code, FaultCode::kInvalidToken);
    EXPECT_NE(why(jwt).find(reason), std::string::npos) << header << " → " << why(jwt);
  }
}

TEST(Jwt, EveryHostileSetOfClaimsIsRefusedThoughItsSignatureIsGood) {
  const std::string now = std::to_string(kNow);
  const std::pair<std::string, std::string> cases[] = {
      {claims({{"iss", ""}}), "(iss)"},
      {claims({{"iss", "\"beckon/\""}}), "(iss)"},
      {claims({{"iss", "\"Beckon\""}}), "(iss)"},
      {claims({{"iss", "[\"beckon\"]"}}), "(iss)"},
      {claims({{"aud", ""}}), "(aud)"},
      {claims({{"aud", "\"beckon2\""}}), "(aud)"},
      {claims({{"aud", "\"\""}}), "(aud)"},
      {claims({{"aud", "[]"}}), "(aud)"},
      {claims({{"aud", "[\"beckon\",\"other\"]"}}), "(aud)"},
      {claims({{"aud", "{\"beckon\":1}"}}), "(aud)"},
      {claims({{"sub", ""}}), "(sub)"},
      {claims({{"sub", "\"\""}}), "(sub)"},
      {claims({{"sub", "7"}}), "(sub)"},
      {claims({{"sub", json::quote(std::string(256, 'a'))}}), "(sub)"},
      {claims({{"exp", ""}}), "(exp)"},
      {claims({{"exp", "null"}}), "(exp)"},
      {claims({{"exp", "\"" + now + "\""}}), "(exp)"},
      {claims({{"exp", "-1"}}), "(exp)"},
      {claims({{"exp", "1e300"}}), "(exp)"},
      {claims({{"exp", "99999999999999999999"}}), "(exp)"},
      {claims({{"iat", ""}}), "(iat)"},
      {claims({{"iat", "true"}}), "(iat)"},
      {claims({{"exp", now}}), "before it was issued"},
      {claims({{"nbf", "\"soon\""}}), "nbf"},
      {claims({{"nbf", std::to_string(kNow + 61)}}), "not valid yet"},
      {R"({"iss":"beckon","aud":"beckon","sub":"a","sub":"b","iat":1,"exp":2})", "without duplicate keys"},
      {R"({"a":{"b":1,"b":2}})", "without duplicate keys"},
      {"[]", "JSON object"},
      {"", "JSON object"},
      {"{}x", "JSON object"},
      {key().token(kHeader, claims()), "JSON object"},  // a nested token
      {json::quote(key().token(kHeader, claims())), "JSON object"},
      {std::string(33, '[') + std::string(33, ']'), "JSON object"},
  };
  for (const auto& [payload, reason] : cases) {
    const auto jwt = judge(key().token(kHeader, payload));
    ASSERT_FALSE(jwt) << payload;
    EXPECT_EQ(jwt.error().code, FaultCode::kInvalidToken) << payload;
    EXPECT_NE(why(jwt).find(reason), std::string::npos) << payload << " → " << why(jwt);
  }
}

TEST(Jwt, EveryOtherSerialisationAndSpellingIsRefused) {
  const std::string good = key().token(kHeader, claims());
  const std::size_t first = good.find('.'), second = good.rfind('.');
  const std::string head = good.substr(0, first), body = good.substr(first + 1, second - first - 1),
                    sign = good.substr(second + 1);
  // The last of the 86 characters contains 2 bits that must be zero: another spelling of the same signature.
  std::string twin = good;
  twin.back() = static_cast<char>(twin.back() + 1);
  const std::string cases[] = {
      "",
      ".",
      "..",
      "...",
      head,
      head + "." + body,
      head + "." + body + ".",
      "." + body + "." + sign,
      head + ".." + sign,
      good + "." + sign,
      good + "." + sign + "." + sign,
      good + ".",
      "." + good,
      good + "=",
      head + "=." + body + "." + sign,
      head + "." + body + "=." + sign,
      head + "." + body + "." + sign + "==",
      " " + good,
      good + " ",
      good + "\n",
      head + " ." + body + "." + sign,
      head + "\n." + body + "." + sign,
      good + std::string(1, '\0'),
      twin,
      head + "." + body + "." + sign + "+",
      head + "." + body + "." + sign.substr(1),
      head + "." + body + "./" + sign.substr(1),
      R"({"payload":")" + body + R"(","protected":")" + head + R"(","signature":")" + sign + R"("})",
      R"({"payload":")" + body + R"(","signatures":[{"protected":")" + head + R"(","signature":")" + sign + R"("}]})",
      to_base64(kHeader) + "." + body + "." + sign,
      "Bearer " + good,
  };
  ASSERT_TRUE(judge(good));
  for (const std::string& token : cases) {
    const auto jwt = judge(token);
    ASSERT_FALSE(jwt) << token;
    EXPECT_EQ(jwt.error().code, FaultCode::kInvalidToken) << token;
  }
}

TEST(Jwt, AChangedByteAnywhereIsRefused) {
  const std::string good = key().token(kHeader, claims());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    ASSERT_FALSE(judge(changed)) << i;
  }
}

TEST(Jwt, ThePublicKeyIsNoHmacSecret) {
  const std::string text = to_base64url(R"({"alg":"HS256","kid":"k1"})") + "." + to_base64url(claims());
  EXPECT_NE(why(judge(text + "." + to_base64url(hmac_sha256(key().jwk(), text)))).find("algorithm"), std::string::npos);
}

TEST(Jwt, AnotherKeyOfTheSameNameDoesNotSignForUs) {
  EXPECT_NE(why(judge(TestKey::ec("k1").token(kHeader, claims()))).find("signature"), std::string::npos);
}

TEST(Jwt, MoreThan8KiBIsRefusedAnd8KiBIsTaken) {
  const auto with = [](std::size_t filler) {
    return key().token(kHeader, claims({{"note", json::quote(std::string(filler, 'n'))}}));
  };
  std::size_t filler = 5'000;
  while (with(filler + 1).size() <= kLargestToken) ++filler;
  EXPECT_TRUE(judge(with(filler)));
  EXPECT_NE(why(judge(with(filler + 3))).find("8 KiB"), std::string::npos);
}

TEST(Jwt, ExpiresAMinuteAfterItsExpNotBefore) {
  const std::int64_t exp = (kNow + 3600) * 1000;
  EXPECT_TRUE(judge_claims({}, exp));
  EXPECT_TRUE(judge_claims({}, exp + 59'999));
  const auto jwt = judge_claims({}, exp + 60'000);
  ASSERT_FALSE(jwt);
  EXPECT_EQ(jwt.error().code, FaultCode::kTokenExpired);
  EXPECT_NE(why(jwt).find("2026-02-25T13:00:00Z"), std::string::npos);
  EXPECT_NE(why(jwt).find("beckon token"), std::string::npos);
}

TEST(Jwt, ATokenThatExpiredAndWasForgedIsInvalidNotExpired) {
  const auto jwt = judge(TestKey::ec("k1").token(kHeader, claims()), (kNow + 100'000) * 1000);
  ASSERT_FALSE(jwt);
  EXPECT_EQ(jwt.error().code, FaultCode::kInvalidToken);
}

TEST(Jwt, MayBeMadeOrBeginAMinuteAheadOfOurClockNotMore) {
  EXPECT_TRUE(judge_claims({}, (kNow - 60) * 1000));
  EXPECT_NE(why(judge_claims({}, (kNow - 60) * 1000 - 1)).find("future"), std::string::npos);
  EXPECT_TRUE(judge_claims({{"nbf", std::to_string(kNow + 60)}}));
  EXPECT_FALSE(judge_claims({{"nbf", std::to_string(kNow + 60) + ".001"}}));
}

TEST(Jwt, LivesForADayAtMost) {
  EXPECT_TRUE(judge_claims({{"exp", std::to_string(kNow + 86'400)}}));
  EXPECT_NE(why(judge_claims({{"exp", std::to_string(kNow + 86'401)}})).find("24 hours"), std::string::npos);
  // A long life is refused on its last day too.
  EXPECT_NE(why(judge_claims({{"iat", std::to_string(kNow - 86'400 * 30)}})).find("24 hours"), std::string::npos);
}

TEST(Jwt, NoRefusalRepeatsAPartOfTheToken) {
  const std::string secret = "c2VjcmV0LXRva2VuLXRleHQ";
  for (const std::string& token :
       {secret, secret + "." + secret + "." + secret, secret + ".e30." + secret,
        key().token(R"({"alg":"ES256","kid":"k1"})", claims({{"iss", json::quote(secret)}}))})
    EXPECT_EQ(why(judge(token)).find(secret.substr(0, 8)), std::string::npos);
}

// Additional claims of an ID token.
std::string why_id_token(std::initializer_list<std::pair<std::string, std::string>> changes) {
  auto read = parse_jwt(key().token(kHeader, claims(changes)));
  if (!read) return read.error().why;
  const auto jwt =
      check_jwt(*std::move(read), key().public_key(),
                {.issuer = "beckon", .audience = "beckon", .may_share_audience = true}, instant_ms(kNow * 1000));
  return jwt ? "accepted" : jwt.error().why;
}

TEST(Jwt, AnIdTokenMayShareItsAudienceIfTheClientIsItsParty) {
  EXPECT_EQ(why_id_token({}), "accepted");
  EXPECT_EQ(why_id_token({{"azp", "\"beckon\""}}), "accepted");
  EXPECT_EQ(why_id_token({{"aud", R"(["other","beckon"])"}, {"azp", "\"beckon\""}}), "accepted");
  for (const auto& changes : {std::pair{R"(["other","beckon"])", ""},
                              {R"(["other","beckon"])", R"("other")"},
                              {R"("beckon")", R"("other")"},
                              {R"(["other"])", R"("beckon")"},
                              {R"([])", R"("beckon")"}})
    EXPECT_EQ(why_id_token({{"aud", changes.first}, {"azp", changes.second}}), "it is for another audience (aud)");
}

TEST(Jwt, ATokenOfAnotherKindIsTakenWhereItIsExpected) {
  static constexpr std::string_view kLogout[] = {"logout+jwt"};
  const std::string logout = key().token(R"({"alg":"ES256","kid":"k1","typ":"logout+jwt"})", claims({{"sub", ""}}));
  EXPECT_EQ(parse_jwt(logout).error().why, "its header says that it is not an access token (typ)");
  auto read = parse_jwt(logout, kLogout);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->type, "logout+jwt");
  const auto jwt =
      check_jwt(*std::move(read), key().public_key(),
                {.issuer = "beckon", .audience = "beckon", .needs_subject = false}, instant_ms(kNow * 1000));
  ASSERT_TRUE(jwt) << jwt.error().why;
  EXPECT_EQ(jwt->subject, "");
  EXPECT_EQ(parse_jwt(key().token(kHeader, claims()), kLogout).error().why,
            "its header says that it is a token of another kind (typ)");
  EXPECT_EQ(parse_jwt(key().token(R"({"alg":"ES256","kid":"k1"})", claims()))->type, "");
}

}  // namespace
}  // namespace beckon::access
