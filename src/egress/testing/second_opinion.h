// For tests: how libcurl and the C library read an accepted URL.
#pragma once
#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>
#include <string>

#include "egress/address_table.h"
#include "egress/guard.h"

namespace beckon::egress::testing {

// libcurl must see the same host and port in our canonical text as we do. Empty, or what it sees.
inline std::string objection_of_curl(const Url& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  const auto code = curl_url_set(parsed.get(), CURLUPART_URL, url.text().c_str(), CURLU_PATH_AS_IS);
  if (code != CURLUE_OK) return "refused: " + std::to_string(code);
  const auto part = [&](CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    curl_url_get(parsed.get(), which, &text, flags);
    const std::string copy = text == nullptr ? "" : text;
    curl_free(text);
    return copy;
  };
  const std::string seen = part(CURLUPART_SCHEME) + "://" + part(CURLUPART_USER) + part(CURLUPART_PASSWORD) +
                           part(CURLUPART_HOST) + ":" + part(CURLUPART_PORT, CURLU_DEFAULT_PORT) +
                           part(CURLUPART_FRAGMENT);
  const std::string ours =
      (url.scheme == Scheme::kHttps ? "https://" : "http://") + url.host_text() + ":" + std::to_string(url.port);
  return seen == ours ? "" : seen;
}

// Properties that every text must have, checked first as a URL, then by the guard. Empty, or the violated one.
inline std::string fault_of(const std::string& text) {
  const auto url = parse_url(text);
  if (!url) return sentence(url.error()).empty() ? "a refusal without a reason" : "";
  if (parse_url(url->text()) != url) return "the canonical text reads differently: " + url->text();
  if (const auto seen = objection_of_curl(*url); !seen.empty()) return "libcurl sees " + seen;
  if (url->address.has_value() != IpAddress::parse(url->host).has_value()) return "a numeric host without address";
  if (url->address && url->address->text() != url->host) return "a numeric host in another spelling: " + url->host;
  const auto target = check_url(text, Policy{.admit_http = true});
  if (!target) return sentence(target.error()).empty() ? "a refusal without a reason" : "";
  if (target->url != *url) return "the guard admits another URL than was read";
  if (url->address) {
    if (standing_of(*url->address) != Standing::kPublic) return "an address that is not public was admitted";
    const std::string host = url->address->is_v6() ? "[" : url->host;
    return text.find(host) == std::string::npos ? "an address that the text does not show" : "";
  }
  if (url->host.find('.') == std::string::npos) return "a name of one label was admitted";
  in_addr loose{};  // the C library's most lenient parsing of an IPv4 address
  return inet_aton(url->host.c_str(), &loose) != 0 ? "the C library reads the name as an address" : "";
}

}  // namespace beckon::egress::testing
