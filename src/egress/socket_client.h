// The HTTP client: HTTP/1.1 over sockets, one request at a time on each connection, connections pooled by scheme, host,
// port and address. If there are several addresses, each is tried a moment after the previous one, or as soon as that
// one has failed, and the first to connect is used (RFC 8305), so that dead ones cost a moment rather than a timeout.
// It does nothing that safety.md section 1, rule 7 forbids: no redirects, proxies, cookies, Alt-Svc or decompression.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "egress/answer_reader.h"
#include "egress/connection_pool.h"
#include "egress/http_client.h"
#include "egress/own_addresses.h"
#include "egress/trust.h"
#include "system/file_watch.h"

namespace beckon::egress {

struct ClientSettings {
  Limits limits;
  std::string ca_file = kDebianCaFile;
  std::string extra_ca_file;   // PEM, trusted in addition to ca_file; empty for none
  Duration watch_each{5'000};  // minimum interval between checks for changes of the files
  bool guarded = true;         // false only if the user at the command line chose the URL: ignores the policy
};

// Confined to the event loop's thread, except wake(). `loop` and `clock` outlive it.
class SocketClient final : public HttpClient {
 public:
  SocketClient(EventLoop& loop, const Clock& clock, ClientSettings settings);
  ~SocketClient() override;

  Ticket start(HttpRequest request, Completion completion) override;
  void cancel(Ticket ticket) override;
  void poll(Duration at_most) override;
  void wake() override { loop_.wake(); }

 private:
  class Exchange;
  friend class Exchange;

  std::unique_ptr<Exchange> take_spare();
  std::optional<Refusal> refusal_of(const HttpRequest& request, const IpAddress& address);
  const Trust& trust();
  void renew_trust();
  void keep_policy(const PolicySnapshot& policy);
  bool is_current(const PolicySnapshot& policy) const;
  void complete(Exchange& exchange);

  EventLoop& loop_;
  const Clock& clock_;
  ClientSettings settings_;
  FileWatch ca_files_;
  std::unique_ptr<Trust> trust_;  // created on first use
  OwnAddresses own_;
  ConnectionPool pool_;
  PolicySnapshot policy_;                      // that the pooled connections were made under
  std::array<char, 16 * 1024 + 64> buffer_{};  // slightly more than a TLS record
  Ticket next_ = 1;
  bool starting_ = false;
  std::unordered_map<Ticket, std::unique_ptr<Exchange>> running_;
  std::vector<Ticket> ended_;  // inside start(), to be completed by the next poll()
  std::vector<std::unique_ptr<Exchange>> spare_;
};

}  // namespace beckon::egress
