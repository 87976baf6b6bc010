// All limits of the HTTP server. The source is safety.md section 3 unless another is named.
#pragma once
#include <chrono>
#include <cstddef>

namespace beckon::http {

struct HttpLimits {
  // Sizes, in bytes.
  std::size_t target = 8 * 1024;          // beyond: 414
  std::size_t fields_bytes = 16 * 1024;   // all header lines together; beyond: 431
  std::size_t fields = 100;               // header lines; beyond: 431
  std::size_t body = 64 * 1024;           // contract section 4; beyond: 413, before it is read
  std::size_t bodies = 32 * 1024 * 1024;  // all bodies of more than 4 KiB being received or handled; beyond: 503
  std::size_t bodies_per_client = 16 * 1024 * 1024;  // of these, for a handle, or an address on public routes
  std::size_t stream_backlog = 256 * 1024;           // unsent bytes of a stream; beyond: the client is too slow

  // Deadlines. Checked every `sweep`, so each may be late by that much.
  std::chrono::milliseconds handshake{10'000};    // of TLS, from the accepted connection to its end
  std::chrono::milliseconds head{10'000};         // from the first byte of a request to the end of its head
  std::chrono::milliseconds body_grace{5'000};    // in each period of this length, a body must arrive at `body_rate`
  std::size_t body_rate = 500;                    // bytes per second, averaged over that period
  std::chrono::milliseconds write_stall{10'000};  // during which the client accepted no byte
  std::chrono::milliseconds idle{30'000};         // between requests, and before the first
  std::chrono::milliseconds sweep{250};

  // Counts, over all io threads. Room is made among the idle connections of the thread that accepts.
  std::size_t connections = 10'000;             // beyond: the oldest idle one is closed, or the new one
  std::size_t connections_per_address = 1'000;  // by the peer's address, IPv6 by /64; trusted proxies exempt
  std::size_t in_flight = 4'096;                // requests being handled; beyond: 503 with Retry-After
  std::size_t waiting_per_handle = 256;         // of those, for a control thread; beyond: the same
};

}  // namespace beckon::http
