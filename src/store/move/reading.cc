#include "store/move/reading.h"

#include "outbox/packed_attempt.h"

namespace beckon::store::move {
namespace {

Cell number(std::int64_t value) { return {.integer = value}; }
Cell number(Instant at) { return number(to_ms(at)); }
template <class Text>
Cell text(const Text& value) {
  if constexpr (requires { value.view(); })
    return {.bytes = std::string(value.view())};
  else
    return {.bytes = std::string(value)};
}

}  // namespace

Row delivery_row(const outbox::Delivery& d) {
  return {.cells = {text(d.id),
                    text(d.event),
                    text(d.subscription),
                    text(d.handle),
                    text(d.event_type),
                    text(d.session),
                    number(static_cast<std::int64_t>(d.state)),
                    number(d.attempts),
                    number(d.schedule_step),
                    number(d.created_at),
                    number(d.next_attempt_at),
                    number(d.ended_at),
                    text(d.reason),
                    number(d.last_status),
                    text(d.rule),
                    number(d.anchor_at),
                    number(d.valid_until),
                    number(d.held_at),
                    number(0),
                    number(static_cast<std::int64_t>(d.same)),
                    number(0)}};
}

Row attempt_row(const DeliveryId& delivery, std::string_view packed) {
  const auto attempt = outbox::unpacked_attempt(packed);
  if (!attempt) throw SideFault("the attempt of delivery " + delivery.text + " is damaged");
  const outbox::Attempt& a = *attempt;
  return {.cells = {text(delivery), number(a.number), number(a.at), number(static_cast<std::int64_t>(a.outcome)),
                    number(a.status), text(a.error), number(a.dns_us), number(a.connect_us), number(a.tls_us),
                    number(a.first_byte_us), number(a.total_us), text(a.url), text(a.request_headers),
                    text(a.response_headers), number(a.response_headers_cut), text(a.response_body)}};
}

void each_commit(ledger::Ledger& ledger, const Take& take) {
  value_or_throw(ledger.read_journal(0, [&](ledger::Position position, Instant at, std::string_view bytes) {
    take(
        {.cells = {
             {.integer = static_cast<std::int64_t>(position)}, {.integer = to_ms(at)}, {.bytes = std::string(bytes)}}});
    return true;
  }));
}

void each_number(ledger::Ledger& ledger, const std::function<std::int64_t(std::string_view)>& of_meta,
                 const Take& take) {
  const auto take_one = [&](std::string_view name, std::int64_t value) {
    if (value != 0) take({.cells = {{.bytes = std::string(name)}, {.integer = value}}});
  };
  take_one(kCheckpoint, static_cast<std::int64_t>(value_or_throw(ledger.checkpoint())));
  take_one(kLastPosition, static_cast<std::int64_t>(value_or_throw(ledger.last_position())));
  for (const std::string_view name : kNumbers) take_one(name, of_meta(name));
}

}  // namespace beckon::store::move
