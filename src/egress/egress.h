// Sends one request to a URL chosen by a third party: parse, resolve, classify, pin, send, under one deadline.
//
//   order --check_url--> target --resolver--> answers --classify--> addresses --client--> answer
//             | refused            | dns                  | refused
//
// All addresses of a name are tried (up to kMostAddresses), a moment apart, until one connects (socket_client.h); the
// request is written once.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "egress/http_client.h"
#include "egress/resolver.h"

namespace beckon::egress {

// What to send, where, and under which policy. Callers change the limits only to tighten them or to read a longer body.
struct Order {
  Method method = Method::kPost;
  std::string url;
  std::vector<Header> headers;
  std::shared_ptr<const std::string> body;
  PolicySnapshot policy;
  Limits limits;
};

// Confined to one thread, except wake(). `resolver` and `client` outlive it.
class Egress {
 public:
  using Completion = HttpClient::Completion;
  using Ticket = std::uint64_t;
  Egress(Resolver& resolver, HttpClient& client) : resolver_(resolver), client_(client) {}
  ~Egress();
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;

  // Completes exactly once, from poll(), never from inside send(), within limits.whole; not at all after cancel().
  // Completions may send and cancel.
  Ticket send(Order order, Completion completion);
  void cancel(Ticket ticket);  // no effect if it has completed

  // Waits for work, for at most `at_most`, and does it. wake() ends the wait; it is thread-safe.
  void poll(Duration at_most);
  void wake() { client_.wake(); }

  std::size_t in_flight() const { return flights_.size(); }

 private:
  struct Flight {
    Order order;
    Completion completion;
    Target target;
    std::chrono::microseconds dns{0};
    std::uint64_t lookup = 0, request = 0;  // tickets in progress; 0 if none
  };

  void check(Ticket ticket, Flight& flight);
  void resolved(Ticket ticket, Lookup lookup);
  void classified(Ticket ticket, Flight& flight, std::span<const IpAddress> answers);
  void answered(Ticket ticket, Answer answer);
  void refuse(Ticket ticket, Refusal refusal);
  void end(Ticket ticket, Answer answer);

  Resolver& resolver_;
  HttpClient& client_;
  Ticket next_ = 1;
  std::unordered_map<Ticket, Flight> flights_;
  std::deque<std::pair<Ticket, Answer>> ready_;  // ended before anything was sent
};

}  // namespace beckon::egress
