// Certificates made in the test: one that signs itself, or one that a test authority signs. For tests only.
#pragma once
#include <functional>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;
struct ssl_st;
struct ssl_ctx_st;

namespace beckon::egress::testing {

// A key and the certificate for it. Thread-safe once it is configured.
class Identity {
 public:
  enum class Kind { kServer, kAuthority, kNamedByCnAlone, kExpired, kNotYetValid };
  // For a DNS name; signed by `issuer`, or by itself. An authority may sign others.
  Identity(const std::string& name, const Identity* issuer, Kind kind = Kind::kServer);

  std::function<void(ssl_ctx_st*)> configure = [](ssl_ctx_st*) {};  // what a test wants of a server beyond this

  ssl_ctx_st* server_context() const;                     // to be freed by the caller
  void write_certificate(const std::string& path) const;  // PEM

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace beckon::egress::testing
