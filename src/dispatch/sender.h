// The port for outgoing requests. Implemented by egress; tests and the simulator use scripts.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "outbox/delivery.h"

namespace beckon::dispatch {

struct SendRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case; each may be sent
  std::shared_ptr<const std::string> body;
  Duration connect{};  // deadlines; `whole` is from DNS to the last byte of the response
  Duration whole{};
  std::size_t response_kept = 0;
};

struct SendResult {
  outbox::AttemptOutcome outcome = outbox::AttemptOutcome::kConnect;
  int status = 0;
  std::string error;                    // one of a closed set of sentences: no address, port or name
  std::optional<Duration> retry_after;  // as the receiver requested
  std::string headers;                  // of the response, as received: one line each, at most 16 KiB
  bool headers_cut = false;             // they are incomplete
  std::string body;                     // the first response_kept bytes
  std::int64_t dns_us = 0, connect_us = 0, tls_us = 0, first_byte_us = 0, total_us = 0;  // as in outbox::Attempt
};

// Confined to the dispatcher's thread, except wake().
class Sender {
 public:
  using Completion = std::move_only_function<void(SendResult)>;
  virtual ~Sender() = default;

  // Begins a request. `done` is called once, from poll, never from within send.
  virtual void send(SendRequest request, Completion done) = 0;

  // Works until something completed, wake() was called (even before this call), or `most` has passed.
  virtual void poll(Duration most) = 0;

  virtual void wake() = 0;  // thread-safe

  // Ends all requests in flight without calling their completions.
  virtual void abandon() = 0;
};

}  // namespace beckon::dispatch
