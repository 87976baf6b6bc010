#include "egress/trust.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "base/check.h"
#include "system/log.h"

namespace beckon::egress {
namespace {

bool load(SSL_CTX* context, const std::string& path) {
  if (path.empty() || SSL_CTX_load_verify_file(context, path.c_str()) == 1) return true;
  ERR_clear_error();
  log::error("ca_file_unreadable").add("path", path);
  return false;
}

constexpr int kAsked = 0;  // index of a session's flag

// The server has requested a certificate: it gets none.
int note_question(SSL* session, X509**, EVP_PKEY**) {
  *static_cast<bool*>(SSL_get_ex_data(session, kAsked)) = true;
  return 0;
}

}  // namespace

Trust::Trust(const std::string& ca_file, const std::string& extra_ca_file)
    : context_(SSL_CTX_new(TLS_client_method())) {
  static constexpr auto kHttp11 = std::to_array<unsigned char>({8, 'h', 't', 't', 'p', '/', '1', '.', '1'});
  CHECK(context_ != nullptr);
  CHECK(SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_alpn_protos(context_, kHttp11.data(), kHttp11.size()) == 0);
  SSL_CTX_set_client_cert_cb(context_, note_question);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context_,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_read_ahead(context_, 1);  // one system call per record, instead of two for header and body
  for (const std::string& path : {ca_file, extra_ca_file})
    if (!load(context_, path)) complete_ = false;
}

bool Trust::can_read(const std::string& ca_file) { return Trust("", ca_file).is_complete(); }

Trust::~Trust() { SSL_CTX_free(context_); }

net::SslSession Trust::session(const Url& url, bool& asked) const {
  net::SslSession session(SSL_new(context_));
  CHECK(session && SSL_set_ex_data(session.get(), kAsked, &asked) == 1);
  SSL_set_connect_state(session.get());
  if (url.address) {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), url.host.c_str()) == 1);
  } else {
    SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    CHECK(SSL_set1_host(session.get(), url.host.c_str()) == 1);
    std::string name = url.host;  // SSL_set_tlsext_host_name, whose cast our warning flags refuse
    CHECK(SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1);
  }
  return session;
}

}  // namespace beckon::egress
