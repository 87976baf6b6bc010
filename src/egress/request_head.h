// The header fields of a request, as written and as shown afterwards: one rule for both.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "egress/http_client.h"

namespace beckon::egress {

// Calls write(name, value) for each field in wire order: Host first, User-Agent and Accept unless they are among
// `given`, then `given`, and Content-Length if there is a body or the method has one. Each name occurs once, if those
// given are distinct and sendable (guard.h).
template <class Write>
void write_fields(Method method, const Url& url, std::span<const Header> given, std::optional<std::size_t> body_bytes,
                  const Write& write) {
  if (url.default_port())
    write("Host", url.host_text());
  else
    write("Host", url.host_text() + ":" + std::to_string(url.port));
  if (!find_header(given, "user-agent")) write("User-Agent", "Beckon/" BECKON_VERSION);
  if (!find_header(given, "accept")) write("Accept", "*/*");
  for (const Header& header : given) write(header.name, header.value);
  if (method == Method::kPost || body_bytes) write("Content-Length", std::to_string(body_bytes.value_or(0)));
}

}  // namespace beckon::egress
