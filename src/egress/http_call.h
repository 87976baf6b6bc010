// A plain HTTP call for the command line, where the user chose the URL: no guard, blocking. Never use it for a URL that
// came over the network.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "egress/http_client.h"

namespace beckon::egress {

struct CallResponse {
  int status = 0;
  std::vector<Header> headers;  // names as sent
  std::string body;             // at most 64 MiB

  const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

// One request by the server's own client, over a connection of its own. Names are looked up as by the system
// (getaddrinfo: the hosts file, DNS, search domains), and their addresses tried in turn until one accepts. Redirects
// are not followed, proxy variables are not read; TLS is verified as for deliveries (trust.h), also with the CA
// certificates of `extra_ca_file`. `timeout` covers everything from the first connection to the last byte. The error is
// a sentence. Thread-safe.
Result<CallResponse, std::string> http_call(Method method, const std::string& url, const std::vector<Header>& headers,
                                            const std::string& body, Duration timeout = Duration{30'000},
                                            const std::string& extra_ca_file = "");

}  // namespace beckon::egress
