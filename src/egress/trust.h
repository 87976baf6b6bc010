// TLS trust: the authorities of the CA files, for exactly the name or address of the URL. OpenSSL.
#pragma once
#include <string>

#include "egress/url.h"
#include "net/tls_session.h"

struct ssl_ctx_st;

namespace beckon::egress {

inline constexpr const char* kDebianCaFile = "/etc/ssl/certs/ca-certificates.crt";

// Reading Debian's CA file takes about 30 ms of CPU, so it is read once for many connections, and again when it has
// changed (socket_client.h). Immutable, thread-safe.
class Trust {
 public:
  // An unreadable file is logged; then only the authorities of the other one are trusted. `extra_ca_file` may be empty.
  Trust(const std::string& ca_file, const std::string& extra_ca_file);

  // Whether certificates can be read from the file.
  static bool can_read(const std::string& ca_file);

  bool is_complete() const { return complete_; }  // both files were read
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  // A client session: TLS 1.2 or newer, HTTP/1.1 by ALPN, the server's name sent
  // (SNI) and its certificate's alternative names (never its CN) checked against
  // it. The handshake is still to be done. If the server then requests a client
  // certificate, it gets none, and `asked`, which must outlive the session,
  // becomes true.
  net::SslSession session(const Url& url, bool& asked) const;

 private:
  ssl_ctx_st* context_;
  bool complete_ = true;
};

}  // namespace beckon::egress
