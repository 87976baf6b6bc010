#include "outbox/packed_attempt.h"

#include "base/packing.h"

namespace beckon::outbox {
namespace {

constexpr std::uint8_t kAttemptFormat = 1;

}  // namespace

std::string packed_attempt(const Attempt& a) {
  std::string bytes;
  bytes.reserve(64 + a.error.size() + a.url.size() + a.request_headers.size() + a.response_headers.size() +
                a.response_body.size());
  Packer to(bytes);
  to.byte(kAttemptFormat);
  for (const std::int64_t number :
       {std::int64_t{a.number}, to_ms(a.at), static_cast<std::int64_t>(a.outcome), std::int64_t{a.status}, a.dns_us,
        a.connect_us, a.tls_us, a.first_byte_us, a.total_us, std::int64_t{a.response_headers_cut}})
    to.number(static_cast<std::uint64_t>(number));
  for (const std::string* text : {&a.error, &a.url, &a.request_headers, &a.response_headers, &a.response_body})
    to.text(*text);
  return bytes;
}

std::optional<Attempt> unpacked_attempt(std::string_view bytes) {
  Unpacker from(bytes);
  if (from.byte() != kAttemptFormat) return std::nullopt;
  const auto number = [&from] { return static_cast<std::int64_t>(from.number()); };
  Attempt a;
  a.number = static_cast<int>(number());
  a.at = instant_ms(number());
  a.outcome = static_cast<AttemptOutcome>(number());
  a.status = static_cast<int>(number());
  a.dns_us = number();
  a.connect_us = number();
  a.tls_us = number();
  a.first_byte_us = number();
  a.total_us = number();
  a.response_headers_cut = number() != 0;
  a.error = from.text();
  a.url = from.text();
  a.request_headers = from.text();
  a.response_headers = from.text();
  a.response_body = from.text();
  if (!from.ok() || !from.rest().empty()) return std::nullopt;
  return a;
}

}  // namespace beckon::outbox
