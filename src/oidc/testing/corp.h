// For tests: a provider "corp" with one key, and tokens signed by it.
#pragma once
#include <string>

#include "access/testing/key.h"
#include "oidc/tokens.h"

namespace beckon::oidc::testing {

inline constexpr std::int64_t kNow = 1'772'020'800;  // 2026-02-25T12:00:00Z
inline const Instant kInstant = instant_ms(kNow * 1000);

inline Provider corp(const std::string& issuer = "https://login.example.com") {
  return {.name = "corp",
          .title = "Acme SSO",
          .issuer = issuer,
          .client_id = "beckon",
          .audience = "https://beckon.example.com",
          .policy = std::make_shared<const egress::Policy>()};
}

inline const access::TestKey& key() {
  static const access::TestKey made = access::TestKey::rsa("k1");
  return made;
}
inline const access::KeySet& keys() {
  static const access::KeySet made({key().public_key()});
  return made;
}

using Members = std::vector<std::pair<std::string, std::string>>;  // name → JSON text; empty: left out

inline std::string object(Members members, const Members& changes) {
  for (const auto& change : changes) {
    std::erase_if(members, [&](const auto& member) { return member.first == change.first; });
    if (!change.second.empty()) members.push_back(change);
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [name, value] : members) writer.member_raw(name, value);
  writer.end_object();
  return out;
}

inline std::string signed_token(const std::string& type, const std::string& claims) {
  return key().token(R"({"alg":"RS256","kid":"k1","typ":")" + type + "\"}", claims, access::Algorithm::kRs256);
}

inline Members times() { return {{"iat", std::to_string(kNow)}, {"exp", std::to_string(kNow + 600)}}; }

inline std::string id_token(const Members& changes = {}, const std::string& issuer = "https://login.example.com") {
  Members members = times();
  members.insert(members.end(), {{"iss", json::quote(issuer)},
                                 {"aud", "\"beckon\""},
                                 {"sub", "\"u-1\""},
                                 {"sid", "\"s-1\""},
                                 {"nonce", "\"n-1\""}});
  return signed_token("JWT", object(members, changes));
}

inline std::string access_token(const Members& changes = {}, const std::string& type = "at+jwt") {
  Members members = times();
  members.insert(members.end(), {{"iss", "\"https://login.example.com\""},
                                 {"aud", "\"https://beckon.example.com\""},
                                 {"sub", "\"u-1\""},
                                 {"client_id", "\"shop\""},
                                 {"jti", "\"t-1\""}});
  return signed_token(type, object(members, changes));
}

inline std::string logout_token(const Members& changes = {}, const std::string& type = "logout+jwt") {
  Members members = times();
  members.insert(members.end(), {{"iss", "\"https://login.example.com\""},
                                 {"aud", "\"beckon\""},
                                 {"sub", "\"u-1\""},
                                 {"sid", "\"s-1\""},
                                 {"jti", "\"l-1\""},
                                 {"events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})"}});
  return signed_token(type, object(members, changes));
}

}  // namespace beckon::oidc::testing
