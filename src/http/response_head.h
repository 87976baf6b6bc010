// Serializes a response: RFC 9112. Pure.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "http/message.h"

namespace beckon::http {

struct ResponseFrame {
  std::string_view request_id;
  std::string_view date_line;           // to_date_line(), made once a second
  std::string_view security_line = {};  // to_security_line(), or empty
  bool keep_alive = true;
  bool is_http_1_0 = false;   // needs an explicit keep-alive
  bool without_body = false;  // HEAD: content-length as if there were one
};

// Appends head and body. A stream has no content-length: it ends when the connection closes.
void append_response(std::string& out, const Response& response, const ResponseFrame& frame);

// True if no name or value in `headers` could be read as more than one field.
bool has_clean_headers(const Response& response);

// "strict-transport-security: max-age=…" and its CRLF, RFC 6797 section 6.1; without includeSubDomains, since the
// server does not know the subdomains. Empty for zero.
std::string to_security_line(std::chrono::seconds life);

// "date: Sun, 06 Nov 1994 08:49:37 GMT" and its CRLF, RFC 9110 section 5.6.7.
std::string to_date_line(Instant at);

}  // namespace beckon::http
