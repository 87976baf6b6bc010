// The head of an HTTP/1.1 request (RFC 9112), parsed strictly: what two parsers could read differently is refused.
//
// Pure: no I/O, no clock. The rules are those of safety.md section 3:
//   head        = method SP target SP "HTTP/1." ( "0" / "1" ) CRLF *( field CRLF ) CRLF
//   field       = token ":" OWS value OWS          ; no space before the colon, no folding
// Lines end with CRLF only; no control bytes; exactly one Host; one Content-Length of digits or one
// Transfer-Encoding of exactly "chunked", never both.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "base/fault.h"
#include "http/limits.h"
#include "http/message.h"

namespace beckon::http {

// Why a head (or the framing of a body) is refused; the connection must then be closed. `message` is static.
struct Refusal {
  FaultCode code = FaultCode::kInvalidPayload;
  const char* message = "";
};

// How far a head was searched for its end, so that a slow one is not searched again from its start.
struct HeadScan {
  std::size_t searched = 0;
  std::size_t line_start = 0;
  std::size_t first_line = 0;  // bytes of the request line, including CRLF; 0 until it is complete
  std::size_t lines = 0;
};

// The length of the head with its empty line, or 0 when more bytes are needed. `bytes` may only grow between calls with
// one scan. Refused: a bare LF (kInvalidPayload), 414, 431.
std::expected<std::size_t, Refusal> find_head_end(std::string_view bytes, HeadScan& scan, const HttpLimits& limits);

// How the rest of the request is framed.
struct Framing {
  bool keep_alive = true;
  bool is_http_1_0 = false;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t length = 0;  // without `chunked`

  bool has_body() const { return chunked || length > 0; }
};

// Fills method, target, path, query and fields of `request` with views into `head`, which find_head_end() delimited.
std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request, const HttpLimits& limits);

// Whether a Host field's value is a public name: not an address, and not "localhost" or a name below it.
bool is_public_name(std::string_view host);

}  // namespace beckon::http
