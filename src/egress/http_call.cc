#include "egress/http_call.h"

#include <curl/curl.h>

#include <memory>

#include "base/check.h"

namespace beckon::egress {
namespace {

// libcurl's options, typed and checked: one that it refuses is a bug of ours. libcurl copies strings, but not
// CURLOPT_POSTFIELDS.
template <class T>
void set(CURL* easy, CURLoption option, T value) {
  const auto done = curl_easy_setopt(easy, option, value);
  CHECK(done == CURLE_OK);
}

void set_up_curl() {
  static const auto done = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(done == CURLE_OK);
}

constexpr std::size_t kMostBody = 64u << 20;

std::size_t on_body(char* data, std::size_t one, std::size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + one * size > kMostBody) return 0;
  text.append(data, one * size);
  return one * size;
}

void read_headers(CURL* easy, CallAnswer& answer) {
  for (curl_header* each = nullptr; (each = curl_easy_nextheader(easy, CURLH_HEADER, -1, each)) != nullptr;)
    answer.headers.push_back({each->name, each->value});
}

}  // namespace

Result<CallAnswer, std::string> http_call(const std::string& method, const std::string& url,
                                          const std::vector<Header>& headers, const std::string& body,
                                          Duration timeout) {
  set_up_curl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owned(curl_easy_init(), &curl_easy_cleanup);
  CURL* easy = owned.get();
  CHECK(easy != nullptr);
  CallAnswer answer;
  char error[CURL_ERROR_SIZE] = {};
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& header : headers) list = curl_slist_append(list, (header.name + ": " + header.value).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned_list(list, &curl_slist_free_all);

  set(easy, CURLOPT_URL, url.c_str());
  set(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method == "HEAD") set(easy, CURLOPT_NOBODY, 1L);
  if (!body.empty()) {
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(easy, CURLOPT_POSTFIELDS, body.c_str());
  }
  set(easy, CURLOPT_HTTPHEADER, list);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_USERAGENT, "Beckon/" BECKON_VERSION);
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(error));
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&answer.body));

  const auto code = curl_easy_perform(easy);
  if (code != CURLE_OK)
    return unexpected(method + " " + url + " failed: " + (error[0] != '\0' ? error : curl_easy_strerror(code)) + ".");
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  read_headers(easy, answer);
  return answer;
}

}  // namespace beckon::egress
