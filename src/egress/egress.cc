#include "egress/egress.h"

#include <algorithm>

#include "base/check.h"
#include "egress/reserved_name.h"

namespace beckon::egress {
namespace {

using std::chrono::microseconds;

// Addresses tried per name; more would let the owner of its zone use us as a scanner.
constexpr std::size_t kMostAddresses = 16;

// RFC 6761 section 6.3: localhost never goes to DNS.
const std::vector<IpAddress>& loopback_addresses() {
  static const std::vector<IpAddress> kBoth{*IpAddress::parse("127.0.0.1"), *IpAddress::parse("::1")};
  return kBoth;
}

Trouble trouble_of(Lookup::Outcome outcome) {
  switch (outcome) {
    case Lookup::Outcome::kFound: return Trouble::kNone;
    case Lookup::Outcome::kNoName: return Trouble::kNoSuchName;
    case Lookup::Outcome::kNoAddress: return Trouble::kNoAddress;
    case Lookup::Outcome::kTimeout: return Trouble::kDnsTimeout;
    case Lookup::Outcome::kFailed: return Trouble::kDnsFailed;
  }
  CHECK(false);
  return {};
}

}  // namespace

Egress::~Egress() {
  for (auto& [ticket, flight] : flights_) {
    if (flight.lookup != 0) resolver_.cancel(flight.lookup);
    if (flight.request != 0) client_.cancel(flight.request);
  }
}

Egress::Ticket Egress::send(Order order, Completion completion) {
  CHECK(order.policy != nullptr);
  const auto ticket = next_++;
  auto& flight = flights_[ticket];
  flight.order = std::move(order);
  flight.completion = std::move(completion);
  check(ticket, flight);
  return ticket;
}

void Egress::cancel(Ticket ticket) {
  const auto found = flights_.find(ticket);
  if (found == flights_.end()) return;
  if (found->second.lookup != 0) resolver_.cancel(found->second.lookup);
  if (found->second.request != 0) client_.cancel(found->second.request);
  flights_.erase(found);
  std::erase_if(ready_, [ticket](const auto& each) { return each.first == ticket; });
}

void Egress::poll(Duration at_most) {
  client_.poll(ready_.empty() ? at_most : Duration{0});
  for (auto count = ready_.size(); count > 0 && !ready_.empty(); --count) {  // a completion may cancel another
    auto [ticket, answer] = std::move(ready_.front());
    ready_.pop_front();
    end(ticket, std::move(answer));
  }
}

void Egress::check(Ticket ticket, Flight& flight) {
  for (const auto& header : flight.order.headers)
    if (!is_sendable_header(header.name, header.value)) return refuse(ticket, Refusal::kHeader);
  auto target = check_url(flight.order.url, *flight.order.policy);
  if (!target) return refuse(ticket, target.error());
  flight.target = std::move(*target);
  const auto& url = flight.target.url;
  if (url.address) return classified(ticket, flight, std::span{&*url.address, 1});
  if (is_localhost(url.host)) return classified(ticket, flight, loopback_addresses());
  const auto at_most = std::min(flight.order.limits.dns, flight.order.limits.whole);
  flight.lookup =
      resolver_.start(url.host, at_most, [this, ticket](Lookup lookup) { resolved(ticket, std::move(lookup)); });
}

void Egress::resolved(Ticket ticket, Lookup lookup) {
  const auto found = flights_.find(ticket);
  CHECK(found != flights_.end());
  auto& flight = found->second;
  flight.lookup = 0;
  flight.dns = lookup.elapsed;
  if (lookup.outcome == Lookup::Outcome::kFound) return classified(ticket, flight, lookup.addresses);
  end(ticket, Answer{.outcome = Outcome::kDns,
                     .trouble = trouble_of(lookup.outcome),
                     .latency = {.dns = lookup.elapsed, .total = lookup.elapsed}});
}

void Egress::classified(Ticket ticket, Flight& flight, std::span<const IpAddress> answers) {
  auto& order = flight.order;
  auto addresses = classify(answers, flight.target, *order.policy);
  if (!addresses) return refuse(ticket, addresses.error());
  addresses->resize(std::min(addresses->size(), kMostAddresses), addresses->front());
  const auto left = order.limits.whole - std::chrono::duration_cast<Duration>(flight.dns);
  HttpRequest request{.method = order.method,
                      .target = std::move(flight.target),
                      .addresses = std::move(*addresses),
                      .headers = std::move(order.headers),
                      .body = std::move(order.body),
                      .policy = std::move(order.policy),
                      .connect = order.limits.connect,
                      .whole = std::max(left, Duration{1}),
                      .body_bytes = order.limits.body_bytes,
                      .kept_bytes = order.limits.kept_bytes};
  flight.request =
      client_.start(std::move(request), [this, ticket](Answer answer) { answered(ticket, std::move(answer)); });
}

// The client's times begin at its own request.
void Egress::answered(Ticket ticket, Answer answer) {
  const auto dns = flights_.at(ticket).dns;
  auto& latency = answer.latency;
  latency.dns = dns;
  for (auto* each : {&latency.connected, &latency.tls, &latency.sent, &latency.first_byte})
    if (each->count() > 0) *each += dns;
  latency.total += dns;
  end(ticket, std::move(answer));
}

void Egress::refuse(Ticket ticket, Refusal refusal) {
  const auto& flight = flights_.at(ticket);
  ready_.emplace_back(
      ticket,
      Answer{.outcome = Outcome::kRefused, .refusal = refusal, .latency = {.dns = flight.dns, .total = flight.dns}});
}

void Egress::end(Ticket ticket, Answer answer) {
  const auto found = flights_.find(ticket);
  CHECK(found != flights_.end());
  auto completion = std::move(found->second.completion);
  flights_.erase(found);
  completion(std::move(answer));
}

}  // namespace beckon::egress
