// Writes an answer as bytes: RFC 9112. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/instant.h"
#include "http/message.h"

namespace beckon::http {

struct ResponseFrame {
  std::string_view request_id;
  std::string_view date_line;  // to_date_line(), made once a second
  bool keep_alive = true;
  bool is_http_1_0 = false;   // which must be told of keep-alive
  bool without_body = false;  // HEAD: length as if there were one
};

// Appends head and body. A stream has no content-length: its end is the end of the connection.
void append_response(std::string& out, const Response& response, const ResponseFrame& frame);

// Whether no name or value of `headers` could be read as more than one field.
bool has_clean_headers(const Response& response);

// "date: Sun, 06 Nov 1994 08:49:37 GMT" and the end of its line, RFC 9110 section 5.6.7.
std::string to_date_line(Instant at);

}  // namespace beckon::http
