#include "http/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <string_view>

#include "base/check.h"
#include "system/private_file.h"

namespace beckon::http {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> over(const std::string& text) {
  Owned<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  CHECK(bio);
  return bio;
}

int note_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned int length, void*) {
  static constexpr auto kHttp11 = std::to_array<unsigned char>({8, 'h', 't', 't', 'p', '/', '1', '.', '1'});
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, size, kHttp11.data(), kHttp11.size(), offered, length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

SSL_CTX* make_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  CHECK(context != nullptr);
  SSL_CTX_set_security_level(context, 2);  // RSA of 2048 bits or more, no SHA-1
  std::string groups = "X25519:P-256:P-384";
  CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
        SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
        SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, groups.data()) == 1 &&
        SSL_CTX_set_ciphersuites(context,
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
        SSL_CTX_set_cipher_list(
            context,
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
            "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305") == 1);
  // The server's order, but ChaCha20 for clients that prefer it: phones without AES in hardware.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one system call per record, instead of two for header and body
  CHECK(SSL_CTX_set_max_early_data(context, 0) == 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // a client's ticket contains what is needed to resume
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return context;
}

Instant to_instant(const ASN1_TIME* time) {
  std::tm parts{};
  CHECK(ASN1_TIME_to_tm(time, &parts) == 1);
  return Instant{std::chrono::seconds{::timegm(&parts)}};
}

std::unexpected<std::string> refused(const std::string& file, const std::string& why) {
  return std::unexpected(file + " " + why);
}

// OpenSSL's reason for refusing a certificate, such as "ee key too small".
std::string newest_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unknown reason" : reason;
}

}  // namespace

void TlsCertificate::ContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsCertificate::~TlsCertificate() = default;

std::expected<std::shared_ptr<const TlsCertificate>, std::string> TlsCertificate::read(
    const TlsFiles& files, const std::function<void(ssl_ctx_st*)>& complete) {
  const auto chain = read_public_file("TLS certificate", files.certificate);
  if (!chain) return std::unexpected(chain.error());
  const auto secret = read_private_file("TLS key", files.key);
  if (!secret) return std::unexpected(secret.error());
  const std::string of_chain = "The TLS certificate " + files.certificate, of_key = "The TLS key " + files.key;
  const auto certificates = over(*chain), keys = over(*secret);
  const struct Errors {  // OpenSSL keeps them per thread
    Errors() { ERR_clear_error(); }
    ~Errors() { ERR_clear_error(); }
  } errors;

  const Owned<X509> own(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  if (!own) return refused(of_chain, "holds no certificate in PEM, or a damaged one.");
  bool asked = false;
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(keys.get(), nullptr, note_passphrase, &asked));
  if (!key && asked) return refused(of_key, "has a passphrase; store it without: openssl pkey -in KEY -out NEW-KEY");
  if (!key) return refused(of_key, "holds no private key in PEM, or a damaged one.");
  if (X509_check_private_key(own.get(), key.get()) != 1)
    return refused(of_key, "does not fit the first certificate in " + files.certificate +
                               "; the server's own certificate comes first, then those that signed it.");

  std::shared_ptr<TlsCertificate> made(new TlsCertificate);
  made->context_.reset(make_context());
  SSL_CTX* context = made->context_.get();
  complete(context);
  if (SSL_CTX_use_certificate(context, own.get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return refused(of_chain, "cannot be used: " + newest_reason() + ".");
  for (;;) {
    ERR_clear_error();
    Owned<X509> next(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
      return refused(of_chain, "has a certificate behind the first that cannot be used: " + newest_reason() + ".");
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return refused(of_chain, "has a damaged certificate behind the first.");
  made->not_before_ = to_instant(X509_get0_notBefore(own.get()));
  made->not_after_ = to_instant(X509_get0_notAfter(own.get()));
  return made;
}

bool TlsCertificate::is_for(const std::string& host, bool exactly) const {
  const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                         (exactly ? X509_CHECK_FLAG_NO_WILDCARDS : X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_check_host(SSL_CTX_get0_certificate(context()), host.data(), host.size(), flags, nullptr) == 1;
}

bool TlsCertificate::equals(const TlsCertificate& other) const {
  return X509_cmp(SSL_CTX_get0_certificate(context()), SSL_CTX_get0_certificate(other.context())) == 0;
}

}  // namespace beckon::http
