#include "http/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "system/random.h"

namespace beckon::http {
namespace {

TicketKeys::Key make_key() {
  TicketKeys::Key key{};
  SystemRandom random;
  for (const auto part :
       {std::span<unsigned char>(key.name), std::span<unsigned char>(key.cipher), std::span<unsigned char>(key.mac)})
    random.fill(std::as_writable_bytes(part));
  return key;
}

bool use(TicketKeys::Key& key, EVP_MAC_CTX* mac) {
  std::string digest = "SHA256";
  const std::array parameters{OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
                              OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                              OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

// The return values of SSL_CTX_set_tlsext_ticket_key_evp_cb: -1 is a failure, 0 an unknown key, 1 success, 2 success
// with renewal.
int ticket_key(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
               int encrypt) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
  const auto now = std::chrono::steady_clock::now();
  if (encrypt == 1) {
    auto key = keys.current(now);
    std::ranges::copy(key.name, name);
    const bool ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
                       EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr) == 1 &&
                       use(key, mac);
    return ready ? 1 : -1;
  }
  bool renew = false;
  auto key = keys.find(name, now, renew);
  if (!key) return 0;
  const bool ready =
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key->cipher.data(), iv, nullptr) == 1 && use(*key, mac);
  return !ready ? -1 : renew ? 2 : 1;
}

}  // namespace

void TicketKeys::serve(ssl_ctx_st* context) {
  SSL_CTX_set_app_data(context, this);
  CHECK(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key) == 1);
  SSL_CTX_set_timeout(context, std::chrono::seconds{kEach}.count());
}

TicketKeys::Key TicketKeys::current(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!current_ || now - current_->at >= kEach) {
    before_ = current_;
    current_ = Made{make_key(), now};
  }
  return current_->key;
}

std::optional<TicketKeys::Key> TicketKeys::find(const unsigned char* name, std::chrono::steady_clock::time_point now,
                                                bool& renew) {
  const std::lock_guard lock(mutex_);
  for (const auto* made : {&current_, &before_}) {
    if (!*made || now - (*made)->at >= 2 * kEach || !std::ranges::equal((*made)->key.name, std::span(name, 16)))
      continue;
    renew = now - (*made)->at >= kEach;
    return (*made)->key;
  }
  return std::nullopt;
}

}  // namespace beckon::http
