#include "dispatch/egress_sender.h"

namespace beckon::dispatch {
namespace {

outbox::AttemptOutcome outcome_of(egress::Outcome outcome) {
  switch (outcome) {
    case egress::Outcome::kStatus: return outbox::AttemptOutcome::kStatus;
    case egress::Outcome::kRefused: return outbox::AttemptOutcome::kRefused;
    case egress::Outcome::kDns: return outbox::AttemptOutcome::kDns;
    case egress::Outcome::kConnect: return outbox::AttemptOutcome::kConnect;
    case egress::Outcome::kTls: return outbox::AttemptOutcome::kTls;
    case egress::Outcome::kTimeout: return outbox::AttemptOutcome::kTimeout;
  }
  return outbox::AttemptOutcome::kConnect;
}

SendResult result_of(egress::Answer answer) {
  const bool answered = answer.outcome == egress::Outcome::kStatus;
  SendResult result;
  result.outcome = outcome_of(answer.outcome);
  result.status = answered ? answer.status : 0;
  result.error = answer.explanation();
  if (answered) result.retry_after = answer.retry_after;
  result.dns_us = answer.latency.dns.count();
  result.connect_us = answer.latency.connected.count();
  result.tls_us = answer.latency.tls.count();
  result.first_byte_us = answer.latency.first_byte.count();
  result.total_us = answer.latency.total.count();
  result.headers = std::move(answer.head);
  result.headers_cut = answer.head_cut;
  result.body = std::move(answer.body);
  return result;
}

}  // namespace

void EgressSender::send(SendRequest request, Completion done) {
  egress::Order order;
  order.url = std::move(request.url);
  order.headers.reserve(request.headers.size());
  for (auto& [name, value] : request.headers) order.headers.push_back({std::move(name), std::move(value)});
  order.body = std::move(request.body);
  order.policy = policy_();
  order.limits.connect = request.connect;
  order.limits.whole = request.whole;
  order.limits.kept_bytes = request.response_kept;
  // The ticket is only known after send has returned, which is before any completion.
  auto ticket = std::make_shared<egress::Egress::Ticket>(0);
  *ticket = egress_.send(std::move(order), [this, ticket, done = std::move(done)](egress::Answer answer) mutable {
    under_way_.erase(*ticket);
    done(result_of(std::move(answer)));
  });
  under_way_.insert(*ticket);
}

void EgressSender::abandon() {
  for (const auto ticket : std::exchange(under_way_, {})) egress_.cancel(ticket);
}

}  // namespace beckon::dispatch
