#include "dispatch/attempt_request.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/json.h"
#include "egress/guard.h"
#include "outbox/attempt_record.h"

namespace beckon::dispatch {
namespace {

bool has(const outbox::Headers& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& header) { return header.first == name; });
}

// Headers that only we set, even if this attempt does not have them.
bool is_ours(std::string_view name) {
  return name == "content-type" || name.starts_with("webhook-") || name.starts_with("x-arjun-");
}

// Wiped when destroyed.
struct Opened {
  std::optional<std::string> text;
  ~Opened() {
    if (text) explicit_bzero(text->data(), text->size());
  }
};

Opened open(const outbox::Subscription& subscription, const std::string& sealed, const SecretBox& secrets) {
  return {secrets.open(sealed, subscription.handle.text + "/" + subscription.id.text)};
}

void add(AttemptRequest& made, json::Writer& record, std::string name, const std::string& value) {
  record.member(name, value);
  made.headers.emplace_back(std::move(name), value);
}

// If the operator has set one of the two headers, the trace is theirs.
void add_trace(AttemptRequest& made, json::Writer& record, const Trace& trace, Random& random) {
  if (trace.empty() || has(made.headers, "traceparent") || has(made.headers, "tracestate")) return;
  made.traceparent = child_of(trace.parent, random.next());
  add(made, record, "traceparent", made.traceparent);
  if (!trace.state.empty()) add(made, record, "tracestate", trace.state);
}

}  // namespace

std::optional<AttemptRequest> attempt_request(const outbox::Subscription& subscription, const outbox::Due& due,
                                              Instant now, const SecretBox& secrets, Random& random) {
  const Opened secret = open(subscription, subscription.sealed_secret, secrets);
  const bool overlaps = !subscription.sealed_previous_secret.empty() && now < subscription.previous_until;
  const Opened previous = overlaps ? open(subscription, subscription.sealed_previous_secret, secrets) : Opened{""};
  if (!secret.text || !previous.text) return std::nullopt;
  outbox::WrittenEvent event = outbox::written_as(subscription.format, due.body);
  auto signatures = outbox::signature_headers({.event_id = due.delivery.event.view(),
                                               .event_type = due.delivery.event_type,
                                               .attempt = due.delivery.attempts + 1,
                                               .at = now,
                                               .body = *event.body},
                                              *secret.text, *previous.text);
  if (!signatures) return std::nullopt;

  AttemptRequest made{
      .headers = std::move(event.headers), .body = std::move(event.body), .record = {}, .traceparent = {}};
  made.headers.insert(made.headers.end(), std::move_iterator(signatures->begin()),
                      std::move_iterator(signatures->end()));
  made.record.reserve(1024);
  json::Writer record(made.record);
  record.begin_object();
  // The format is not known from the delivery; given_headers() detects a record from which nothing was left out.
  const bool is_whole = subscription.format != outbox::EventFormat::kBeckon;
  for (const auto& [name, value] : made.headers)
    if (is_whole || !outbox::follows_from_delivery(name)) record.member(name, value);
  for (const auto& [given, sealed] : subscription.headers) {
    std::string name = outbox::header_key(given);
    if (is_ours(name) || has(made.headers, name)) continue;
    auto value = outbox::open_header(subscription.handle, subscription.id, name, sealed, secrets);
    if (!value) return std::nullopt;
    if (!egress::is_sendable_header(name, *value)) continue;
    outbox::record_header(record, name, sealed);
    made.headers.emplace_back(std::move(name), *std::move(value));
  }
  if (!has(made.headers, "user-agent")) {
    add(made, record, "user-agent", "Beckon/" BECKON_VERSION);
  }
  add_trace(made, record, due.trace, random);
  record.end_object();
  return made;
}

}  // namespace beckon::dispatch
