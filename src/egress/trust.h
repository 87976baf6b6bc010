// Whom we believe over TLS: the authorities of the CA files, for the very name or address of the URL. OpenSSL.
#pragma once
#include <memory>
#include <string>

#include "egress/url.h"

struct ssl_st;
struct ssl_ctx_st;

namespace beckon::egress {

inline constexpr const char* kDebianCaFile = "/etc/ssl/certs/ca-certificates.crt";

struct SslFree {
  void operator()(ssl_st* session) const;
};
using SslSession = std::unique_ptr<ssl_st, SslFree>;

// Reading Debian's CA file costs some 30 ms of CPU, so it is read once for many connections. Immutable, thread-safe.
// OpenSSL writes without MSG_NOSIGNAL: the process ignores SIGPIPE.
class Trust {
 public:
  // A file that cannot be read is logged; then only the other's authorities are trusted. `extra_ca_file` may be empty.
  Trust(const std::string& ca_file, const std::string& extra_ca_file);
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  // A client's session over a connected socket, which it does not own: TLS 1.2 or newer, HTTP/1.1 by ALPN, the server's
  // name sent and its certificate held against it. Its handshake is still to be made.
  SslSession session(const Url& url, int fd) const;

 private:
  ssl_ctx_st* context_;
};

}  // namespace beckon::egress
