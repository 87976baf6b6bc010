#include "egress/curl_transfer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "egress/curl_options.h"
#include "egress/own_addresses.h"
#include "egress/reactor.h"
#include "egress/retry_after.h"

namespace beckon::egress {
namespace {

long milliseconds(Duration duration) { return static_cast<long>(std::max<Duration::rep>(duration.count(), 1)); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::chrono::microseconds figure(CURL* easy, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, info, &value);
  return std::chrono::microseconds{value};
}

}  // namespace

CurlTransfer::CurlTransfer(const std::string& ca_file, const Limits& limits, OwnAddresses& own, Reactor& reactor)
    : easy_(curl_easy_init()), own_(own), reactor_(reactor), header_limit_(limits.header_bytes) {
  CHECK(easy_ != nullptr);
  set_guarded_options(easy_, ca_file, limits.idle);
  set(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(easy_, CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
  set(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open);
  set(easy_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_connected);
  set(easy_, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

CurlTransfer::~CurlTransfer() { curl_easy_cleanup(easy_); }

void CurlTransfer::begin(std::uint64_t ticket, HttpRequest request, HttpClient::Completion completion) {
  ticket_ = ticket;
  request_ = std::move(request);
  completion_ = std::move(completion);
  answer_ = Answer{.remote = request_.address};
  header_bytes_ = body_bytes_ = 0;
  headers_whole_ = headers_too_long_ = body_stopped_ = false;
  error_[0] = '\0';

  set(easy_, CURLOPT_URL, request_.target.url.text().c_str());
  set(easy_, CURLOPT_CONNECT_TO, pin());
  set(easy_, CURLOPT_HTTPHEADER, header_list());
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(request_.connect, request_.whole)));
  set(easy_, CURLOPT_TIMEOUT_MS, milliseconds(request_.whole));
  set_method_and_body();
}

void CurlTransfer::set_method_and_body() {
  switch (request_.method) {
    case Method::kGet: set(easy_, CURLOPT_HTTPGET, 1L); return;
    case Method::kPost: break;
  }
  set(easy_, CURLOPT_POST, 1L);
  set(easy_, CURLOPT_POSTFIELDS, request_.body ? request_.body->data() : "");
  set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body ? request_.body->size() : 0));
}

// Host and port left empty stand for any, so that the pin holds whatever libcurl makes of the URL; it is also part of the
// key of a pooled connection, so that another address never gets an old connection.
curl_slist* CurlTransfer::pin() {
  pin_text_ = "::" + request_.address.host_text() + ":" + std::to_string(request_.target.url.port);
  pin_.data = pin_text_.data();
  return &pin_;
}

curl_slist* CurlTransfer::header_list() {
  header_lines_ = "Expect:";  // libcurl's own for a large body
  header_lines_ += '\0';
  for (const auto& header : request_.headers) {
    // "name;" is libcurl's form for a header without a value. No value holds a zero: is_sendable_header.
    header_lines_.append(header.name).append(header.value.empty() ? ";" : ": ").append(header.value) += '\0';
  }
  headers_.resize(request_.headers.size() + 1);
  char* line = header_lines_.data();
  for (curl_slist& node : headers_) {
    node = {.data = line, .next = &node + 1};
    line += std::strlen(line) + 1;
  }
  headers_.back().next = nullptr;
  return headers_.data();
}

// False to end the transfer.
bool CurlTransfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > header_limit_) {
    headers_too_long_ = true;
    return false;
  }
  if (headers_whole_ && answer_.status >= 200) return true;  // a trailer
  if (line.starts_with("HTTP/")) {  // each status line begins anew: a 1xx is no answer
    answer_.headers.clear();
    headers_whole_ = false;
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    return true;
  }
  const auto text = trimmed(line);
  if (text.empty()) {
    headers_whole_ = answer_.status >= 200;
    return true;
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos)
    answer_.headers.push_back({std::string(text.substr(0, colon)), std::string(trimmed(text.substr(colon + 1)))});
  return true;
}

std::size_t CurlTransfer::take_body(std::string_view piece) {
  const auto room = request_.kept_bytes - std::min(request_.kept_bytes, answer_.body.size());
  answer_.body_cut = answer_.body_cut || piece.size() > room;
  answer_.body.append(piece.substr(0, room));
  body_bytes_ += piece.size();
  if (body_bytes_ <= request_.body_bytes) return piece.size();
  body_stopped_ = true;
  return 0;  // enough: libcurl ends the transfer and closes the connection
}

std::size_t CurlTransfer::on_header(char* data, std::size_t one, std::size_t size, void* self) {
  return static_cast<CurlTransfer*>(self)->take_header({data, one * size}) ? one * size : 0;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t one, std::size_t size, void* self) {
  return static_cast<CurlTransfer*>(self)->take_body({data, one * size});
}

// Rule 6: the very address, once more, as the socket opens.
curl_socket_t CurlTransfer::on_open(void* self, curlsocktype, curl_sockaddr* to) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const auto& request = transfer.request_;
  const auto address = Address::from(&to->addr);
  auto policy = *request.policy;
  policy.own.insert(policy.own.end(), transfer.own_.now().begin(), transfer.own_.now().end());
  auto refusal = address ? judge(*address, request.target, policy) : std::optional{Refusal::kBadHost};
  if (!refusal && (*address != request.address || port_of(&to->addr) != request.target.url.port))
    refusal = Refusal::kSpecialAddress;
  if (refusal) {
    transfer.answer_.refusal = refusal;
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  if (fd >= 0) transfer.reactor_.opened(fd);
  return fd;
}

// The same for a connection out of the pool, before a byte of the request is written.
int CurlTransfer::on_connected(void* self, char* remote, char*, int remote_port, int) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (Address::parse(remote) == transfer.request_.address && remote_port == transfer.request_.target.url.port)
    return CURL_PREREQFUNC_OK;
  transfer.answer_.refusal = Refusal::kSpecialAddress;
  return CURL_PREREQFUNC_ABORT;
}

Outcome CurlTransfer::outcome_of(CURLcode code) const {
  static constexpr auto kTls = std::to_array<CURLcode>(
      {CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM,
       CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED,
       CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
       CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT});
  if (answer_.refusal) return Outcome::kRefused;
  if (headers_whole_ && (code == CURLE_OK || body_stopped_)) return Outcome::kStatus;  // libcurl takes half a head
  if (code == CURLE_OPERATION_TIMEDOUT) return Outcome::kTimeout;
  return std::ranges::find(kTls, code) != kTls.end() ? Outcome::kTls : Outcome::kConnect;
}

void CurlTransfer::read_figures(Answer& answer) const {
  auto& latency = answer.latency;
  latency.connected = figure(easy_, CURLINFO_CONNECT_TIME_T);
  latency.tls = figure(easy_, CURLINFO_APPCONNECT_TIME_T);
  latency.sent = figure(easy_, CURLINFO_PRETRANSFER_TIME_T);
  latency.first_byte = figure(easy_, CURLINFO_STARTTRANSFER_TIME_T);
  latency.total = figure(easy_, CURLINFO_TOTAL_TIME_T);
  answer.connected = latency.connected.count() > 0 || latency.sent.count() > 0;
  long fresh = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &fresh);
  if (fresh == 0) latency.connected = latency.tls = {};  // out of the pool
}

std::string CurlTransfer::detail_of(CURLcode code, const Answer& answer) const {
  if (answer.refusal) return "The address " + std::string(sentence(*answer.refusal)) + ".";
  if (headers_too_long_) return "The answer's headers exceed the limit.";
  if (code == CURLE_OK) return "The answer broke off within its headers.";
  return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
}

Answer CurlTransfer::finish(CURLcode code, Instant now) {
  auto answer = std::move(answer_);
  answer.outcome = outcome_of(code);
  read_figures(answer);
  if (const auto* wait = answer.header("retry-after")) answer.retry_after = parse_retry_after(*wait, now);
  if (answer.outcome != Outcome::kStatus) answer.detail = detail_of(code, answer);
  request_ = {};
  completion_ = nullptr;
  return answer;
}

}  // namespace beckon::egress
