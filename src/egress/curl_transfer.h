// One request in libcurl: an easy handle with all options of safety.md section 1 set, used again and again.
#pragma once
#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "egress/http_client.h"

namespace beckon::egress {

class OwnAddresses;
class Reactor;

// Confined to one thread. Used for one request at a time: begin(), hand easy() to a multi handle, then finish().
class CurlTransfer {
 public:
  CurlTransfer(const std::string& ca_file, const Limits& limits, OwnAddresses& own, Reactor& reactor);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  void begin(std::uint64_t ticket, HttpRequest request, HttpClient::Completion completion);
  // The answer after libcurl ended with `code`; the handle is free for another request.
  Answer finish(CURLcode code, Instant now);

  CURL* easy() const { return easy_; }
  std::uint64_t ticket() const { return ticket_; }
  const HttpRequest& request() const { return request_; }
  HttpClient::Completion take_completion() { return std::move(completion_); }

 private:
  void set_method_and_body();
  curl_slist* pin();
  curl_slist* header_list();
  bool take_header(std::string_view line);
  std::size_t take_body(std::string_view piece);
  Outcome outcome_of(CURLcode code) const;
  std::string detail_of(CURLcode code, const Answer& answer) const;
  void read_figures(Answer& answer) const;

  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* to);
  static int on_connected(void* self, char* remote, char* local, int remote_port, int local_port);

  CURL* easy_;
  OwnAddresses& own_;
  Reactor& reactor_;
  std::size_t header_limit_;
  std::uint64_t ticket_ = 0;
  HttpRequest request_;
  HttpClient::Completion completion_;
  // libcurl takes these lists without copying them: nodes over one text, used again and again.
  std::string pin_text_;
  curl_slist pin_{};
  std::string header_lines_;
  std::vector<curl_slist> headers_;
  Answer answer_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool headers_whole_ = false;
  bool headers_too_long_ = false;
  bool body_stopped_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace beckon::egress
