// Who may speak to a node: whoever has the master key. A key pair is derived from each master key of the file (HKDF,
// label "beckon node"), each side shows a certificate with it, and admits only certificates with one of its own pairs.
// So there is no further secret to hand out, and no authority to trust.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "net/tls_session.h"

struct ssl_ctx_st;
struct evp_pkey_st;

namespace beckon::node {

// TLS 1.3 only. Thread-safe.
class Credentials {
 public:
  // The first key's pair is shown; those of all are admitted.
  explicit Credentials(const std::vector<std::string>& master_keys);
  ~Credentials();
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

  net::SslSession for_client() const;
  net::SslSession for_server() const;

  bool admits(const evp_pkey_st* key) const;

 private:
  struct KeyFree {
    void operator()(evp_pkey_st* key) const;
  };
  struct ContextFree {
    void operator()(ssl_ctx_st* context) const;
  };
  std::vector<std::unique_ptr<evp_pkey_st, KeyFree>> keys_;
  std::unique_ptr<ssl_ctx_st, ContextFree> client_, server_;
};

}  // namespace beckon::node
