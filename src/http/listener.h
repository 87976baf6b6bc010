// The HTTP server: accepts connections, reads requests, finds their route, runs it and writes the response.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/ip_address.h"
#include "http/limits.h"
#include "http/metrics.h"
#include "http/router.h"
#include "http/sockets.h"
#include "http/tls_certificates.h"

namespace beckon::http {

enum class RequestLog : std::uint8_t { kAll, kErrors, kOff };  // kErrors: status 400 and above

struct ListenerOptions {
  std::string host = "127.0.0.1";  // an IP address, not a name
  std::uint16_t port = 0;          // 0: any free one
  int io_threads = 1;              // one event loop and one socket each, on the same port (SO_REUSEPORT)
  int control_threads = 2;
  int control_threads_per_handle = 0;  // of these, for requests of one handle at once; 0: half
  HttpLimits limits = {};
  RequestLog request_log = RequestLog::kAll;
  std::vector<IpRange> trusted_proxies = {};
  // The one header in which they report the client; others are ignored, since clients can send those themselves.
  std::string client_header = "x-forwarded-for";
  std::shared_ptr<const TlsCertificates> tls = {};  // if set, the listener speaks only TLS
  std::shared_ptr<const Sockets> sockets = {};      // in place of host and port: one for each io thread, duplicated
  Duration hsts = std::chrono::days{365};           // Strict-Transport-Security over TLS, for host names; zero: none
};

// Thread-safe. `router`, `clock` and `metrics` must outlive it.
class Listener {
 public:
  // Binds and serves. The error says what could not be bound, and why.
  static std::expected<std::unique_ptr<Listener>, std::string> start(ListenerOptions options, const Router& router,
                                                                     const Clock& clock, HttpMetrics& metrics);
  ~Listener();  // stops at once if it still runs

  std::uint16_t port() const;
  std::size_t body_bytes() const;       // of what HttpLimits::bodies limits, now
  std::size_t control_waiting() const;  // requests that wait for a control thread, now

  // Another listener takes the clients over: accepts no more, and closes each connection with its next response, or
  // when it has been idle for too long.
  void retire();

  // Drains: accepts no more connections, closes idle ones, and lets requests in flight finish with `connection: close`.
  // True when all have ended; false if the rest was closed after `patience`. Call once, not from an io thread.
  bool stop(std::chrono::milliseconds patience);

 private:
  struct Inside;
  explicit Listener(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace beckon::http
