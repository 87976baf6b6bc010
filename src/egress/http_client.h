// The port for sending one request to addresses that the guard has admitted. Owned by egress; the simulator has its own
// driver. Also the types of its result, which all of egress uses.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "egress/guard.h"
#include "egress/limits.h"
#include "egress/trouble.h"

namespace beckon::egress {

enum class Method : std::uint8_t { kPost, kGet, kPut, kPatch, kDelete, kOptions };

std::string_view method_name(Method method);  // as on the wire

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

// The value of the first header of that name (case-insensitive), or null.
const std::string* find_header(std::span<const Header> headers, std::string_view name);

// "refused by policy", "dns", "connect", "tls", "timeout", "status 503".
std::string reason_text(Outcome outcome, int status);

// When each phase ended, in microseconds since the request was started; 0 for a phase that did not take place (dns for
// a numeric host; connected and tls on a pooled connection).
struct Latency {
  std::chrono::microseconds dns{0}, connected{0}, tls{0};
  std::chrono::microseconds sent{0};        // the connection was ready and writing the request began
  std::chrono::microseconds first_byte{0};  // of the response
  std::chrono::microseconds total{0};
};

// The result of one request. A status counts once the headers of the final response are complete: it is the receiver's
// answer, even if its body breaks off, stalls or reaches the limit. A response that ends within its headers is kConnect
// or kTimeout.
struct Answer {
  Outcome outcome = Outcome::kConnect;
  int status = 0;                       // 0 if no status line came
  std::optional<Refusal> refusal;       // with kRefused
  Trouble trouble = Trouble::kNone;     // set unless the response is complete
  std::vector<Header> headers;          // of the final response, in order, at most Limits::header_bytes
  std::string head;                     // the same as received: one line each, without the status line
  bool head_cut = false;                // `head` is incomplete
  std::string body;                     // the first HttpRequest::kept_bytes, as sent: never decompressed
  bool body_cut = false;                // the body was longer than `body`
  std::optional<Duration> retry_after;  // Retry-After, in seconds or as an HTTP date; not negative
  Latency latency;
  std::optional<IpAddress> remote;  // the address of the connection, or the last one tried
  bool connected = false;           // a connection was established: the request may have arrived

  bool is_whole() const { return outcome == Outcome::kStatus && trouble == Trouble::kNone; }
  std::string explanation() const;  // a sentence of a closed list; empty for a whole response
  const std::string* header(std::string_view name) const { return find_header(headers, name); }
  std::string reason() const { return reason_text(outcome, status); }
};

struct HttpRequest {
  Method method = Method::kPost;
  Target target;                            // for Host, SNI and certificate verification
  std::vector<IpAddress> addresses;         // the only ones to connect to, in order; at least one
  std::vector<Header> headers;              // each is sendable (guard.h)
  std::shared_ptr<const std::string> body;  // null for none
  PolicySnapshot policy;                    // checked again as the socket opens; ignored by an unguarded client
  Duration connect{3'000};                  // from the last address that was tried, including TLS
  Duration whole{10'000};                   // what is left of the deadline
  std::size_t body_bytes = 16 * 1024;
  std::size_t kept_bytes = 4 * 1024;
};

// Confined to one thread, except wake().
class HttpClient {
 public:
  using Completion = std::move_only_function<void(Answer)>;
  using Ticket = std::uint64_t;
  virtual ~HttpClient() = default;

  // Completes exactly once, from poll(), never from inside start(); not at all after cancel().
  virtual Ticket start(HttpRequest request, Completion completion) = 0;
  virtual void cancel(Ticket ticket) = 0;  // closes the connection; no effect if it has completed

  // Waits for work of this client and of its resolver, for at most `at_most`, and does it.
  virtual void poll(Duration at_most) = 0;
  virtual void wake() = 0;  // ends the current poll, or the next one; thread-safe
};

}  // namespace beckon::egress
