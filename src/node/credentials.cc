#include "node/credentials.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>

#include "base/check.h"
#include "system/derived_key.h"

namespace beckon::node {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

// Its own issuer, and valid for any time: only its key counts.
std::unique_ptr<X509, Free> certificate_of(EVP_PKEY* key) {
  std::unique_ptr<X509, Free> made(X509_new());
  CHECK(made && X509_set_version(made.get(), X509_VERSION_3) == 1);
  CHECK(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1);
  CHECK(ASN1_TIME_set_string_X509(X509_getm_notBefore(made.get()), "20200101000000Z") == 1);
  CHECK(ASN1_TIME_set_string_X509(X509_getm_notAfter(made.get()), "99991231235959Z") == 1);
  X509_NAME* name = X509_get_subject_name(made.get());
  const std::string common = "beckon node";
  CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common.data()),
                                   static_cast<int>(common.size()), -1, 0) == 1);
  CHECK(X509_set_issuer_name(made.get(), name) == 1 && X509_set_pubkey(made.get(), key) == 1);
  CHECK(X509_sign(made.get(), key, nullptr) > 0);
  return made;
}

int verify(X509_STORE_CTX* store, void* credentials) {
  X509* shown = X509_STORE_CTX_get0_cert(store);
  const bool known = shown != nullptr && static_cast<const Credentials*>(credentials)->admits(X509_get0_pubkey(shown));
  X509_STORE_CTX_set_error(store, known ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
  return known ? 1 : 0;
}

// What nodes speak, by version, as TLS negotiates it (ALPN): a newer program goes on offering what the version before
// it speaks, so that nodes can be upgraded one after the other.
constexpr std::string_view kProtocols =
    "\x0d"
    "beckon-node/2";

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, bytes_of(kProtocols), kProtocols.size(), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

SSL_CTX* make_context(const SSL_METHOD* method, EVP_PKEY* key, Credentials* credentials) {
  SSL_CTX* context = SSL_CTX_new(method);
  CHECK(context != nullptr && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1);
  CHECK(SSL_CTX_use_certificate(context, certificate_of(key).get()) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, credentials);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  CHECK(SSL_CTX_set_num_tickets(context, 0) == 1);
  CHECK(SSL_CTX_set_alpn_protos(context, bytes_of(kProtocols), kProtocols.size()) == 0);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return context;
}

net::SslSession session_of(SSL_CTX* context) {
  net::SslSession session(SSL_new(context));
  CHECK(session);
  return session;
}

}  // namespace

void Credentials::KeyFree::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void Credentials::ContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Credentials::Credentials(const std::vector<std::string>& master_keys) {
  CHECK(!master_keys.empty());
  for (const std::string& master : master_keys) {
    const std::string seed = derived_key(master, "beckon node");
    keys_.emplace_back(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                                    reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
    CHECK(keys_.back());
  }
  client_.reset(make_context(TLS_client_method(), keys_.front().get(), this));
  server_.reset(make_context(TLS_server_method(), keys_.front().get(), this));
}

Credentials::~Credentials() = default;

bool Credentials::admits(const evp_pkey_st* key) const {
  return key != nullptr &&
         std::ranges::any_of(keys_, [&](const auto& own) { return EVP_PKEY_eq(own.get(), key) == 1; });
}

net::SslSession Credentials::for_client() const {
  auto session = session_of(client_.get());
  SSL_set_connect_state(session.get());
  return session;
}

net::SslSession Credentials::for_server() const {
  auto session = session_of(server_.get());
  SSL_set_accept_state(session.get());
  return session;
}

}  // namespace beckon::node
