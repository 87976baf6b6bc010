// A plain HTTP call for the command line, where the person at the keyboard chose the URL: no guard, any method,
// blocking. Never for a URL that came over the network.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "egress/http_client.h"

namespace beckon::egress {

struct CallAnswer {
  int status = 0;
  std::vector<Header> headers;  // names as sent
  std::string body;             // at most 64 MiB

  const std::string* header(std::string_view name) const { return find_header(headers, name); }
};

// Redirects are not followed, proxy variables are not read. The error is a sentence. Thread-safe.
Result<CallAnswer, std::string> http_call(const std::string& method, const std::string& url,
                                          const std::vector<Header>& headers, const std::string& body,
                                          Duration timeout = Duration{30'000});

}  // namespace beckon::egress
