#include "egress/curl_options.h"

#include <algorithm>

namespace beckon::egress {

void set_up_curl() {
  static const auto done = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(done == CURLE_OK);
}

void set_guarded_options(CURL* easy, const std::string& ca_file, Duration idle) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_USERAGENT, "Beckon/" BECKON_VERSION);
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_BUFFERSIZE, 16L * 1024);
  // Rule 7: what libcurl leaves off by default is said all the same.
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NOPROXY, "*");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy, CURLOPT_ACCEPT_ENCODING, static_cast<char*>(nullptr));
  set(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L);
  set(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  // TLS. A CA directory costs some 35 ms of CPU for each connection: OpenSSL reads it anew. One file is kept parsed.
  set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(easy, CURLOPT_CAINFO, ca_file.c_str());
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy, CURLOPT_MAXAGE_CONN, std::max(1L, static_cast<long>(idle.count() / 1000)));
}

}  // namespace beckon::egress
