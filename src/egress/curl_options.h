// libcurl's options, typed and checked. A refused option is a bug of ours.
#pragma once
#include <curl/curl.h>

#include <string>

#include "base/check.h"
#include "base/instant.h"

namespace beckon::egress {

// `value` is what the option takes: long, curl_off_t, a pointer. libcurl copies strings, but not CURLOPT_POSTFIELDS.
template <class T>
void set(CURL* easy, CURLoption option, T value) {
  const auto done = curl_easy_setopt(easy, option, value);
  CHECK(done == CURLE_OK);
}

// libcurl's set-up, once for the process. Thread-safe.
void set_up_curl();

// The options that hold for every request to a URL that a stranger chose: safety.md section 1, rules 6 and 7.
void set_guarded_options(CURL* easy, const std::string& ca_file, Duration idle);

}  // namespace beckon::egress
