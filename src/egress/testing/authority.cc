#include "egress/testing/authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>

#include "base/check.h"

namespace beckon::egress::testing {
namespace {

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Identity::Identity(const std::string& name, const Identity* issuer, Kind kind)
    : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
  static std::atomic<long> serial{1};
  X509* made = certificate_.get();
  CHECK(key_ && made != nullptr && X509_set_version(made, 2) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made), kind == Kind::kNotYetValid ? 3600 : -48 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(made), kind == Kind::kExpired ? -3600 : 24 * 3600);
  X509_set_pubkey(made, key_.get());
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, text, static_cast<int>(name.size()), -1,
                             0);
  X509* by = issuer != nullptr ? issuer->certificate_.get() : made;
  X509_set_issuer_name(made, X509_get_subject_name(by));
  add_extension(made, by, NID_basic_constraints, kind == Kind::kAuthority ? "critical,CA:TRUE" : "CA:FALSE");
  if (kind != Kind::kNamedByCnAlone) add_extension(made, by, NID_subject_alt_name, "DNS:" + name);
  CHECK(X509_sign(made, issuer != nullptr ? issuer->key_.get() : key_.get(), EVP_sha256()) > 0);
}

ssl_ctx_st* Identity::server_context() const {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  CHECK(context != nullptr && SSL_CTX_use_certificate(context, certificate_.get()) == 1 &&
        SSL_CTX_use_PrivateKey(context, key_.get()) == 1);
  configure(context);
  return context;
}

void Identity::write_certificate(const std::string& path) const {
  FILE* file = std::fopen(path.c_str(), "w");
  CHECK(file != nullptr && PEM_write_X509(file, certificate_.get()) == 1);
  std::fclose(file);
}

}  // namespace beckon::egress::testing
