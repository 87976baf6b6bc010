// What jose.cc and es256_key.cc use of cjose; not to be included elsewhere.
#pragma once
#include <cjose/cjose.h>

#include <memory>
#include <string>
#include <string_view>

#include "access/jose.h"
#include "system/encoding.h"

namespace beckon::access {

inline constexpr std::size_t kCoordinate = 32;  // bytes of one number of P-256

struct PublicKey::Native {
  explicit Native(cjose_jwk_t* from) : key(from) {}
  ~Native() { cjose_jwk_release(key); }
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

  cjose_jwk_t* key;  // never retained again: cjose counts without atomics
};

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

// The member as the bytes of an unsigned integer in canonical form, else empty.
inline std::string bytes_of_member(const json::Value& jwk, std::string_view name) {
  return from_base64url(jwk.text_of(name)).value_or("");
}

inline std::string member_text(std::string_view name, std::string_view text) {
  return json::quote(name) + ":" + json::quote(text);
}

}  // namespace beckon::access
