#include "http/routes/attempt_view.h"

#include <unordered_map>

#include "egress/request_head.h"
#include "http/routes/response.h"
#include "http/text.h"
#include "outbox/attempt_record.h"

namespace beckon::http {
namespace {

void write_phase(json::Writer& out, std::string_view name, std::int64_t microseconds) {
  out.key(name);
  microseconds == 0 ? out.null() : out.real(static_cast<double>(microseconds) / 1000.0);
}

// As they were written: the headers given to the sender, and those that it adds to every request.
void write_request_headers(json::Writer& out, const outbox::Attempt& attempt, const outbox::Delivery& delivery,
                           const std::shared_ptr<const std::string>& event, const SecretBox& secrets) {
  out.key("requestHeaders").begin_object();
  const auto write = [&](std::string_view name, std::string_view value) {
    out.member(outbox::header_key(name), to_utf8(value));
  };
  const auto given = outbox::given_headers(attempt, delivery, secrets);
  if (const auto url = egress::parse_url(attempt.url); url && event && !given.empty()) {
    std::vector<egress::Header> headers;
    for (const auto& [name, value] : given) headers.push_back({name, value});
    const auto size = outbox::written_as(outbox::format_of(given), event).body->size();
    egress::write_fields(egress::Method::kPost, *url, headers, size, write);
  } else {
    for (const auto& [name, value] : given) write(name, value);
  }
  out.end_object();
}

// Joins lines of the same name, as in RFC 9110 section 5.3.
outbox::Headers parsed_fields(std::string_view lines) {
  outbox::Headers fields;
  std::unordered_map<std::string, std::size_t> places;
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 2);
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0) continue;
    std::string name = outbox::header_key(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (const auto [place, is_new] = places.try_emplace(name, fields.size()); is_new)
      fields.emplace_back(std::move(name), value);
    else
      fields[place->second].second.append(", ").append(value);
  }
  return fields;
}

void write_response_headers(json::Writer& out, const outbox::Attempt& attempt) {
  const bool came = attempt.status != 0 || !attempt.response_headers.empty();
  out.key("responseHeaders");
  if (!came || attempt.url.empty()) {
    out.null();
  } else {
    out.begin_object();
    for (const auto& [name, value] : parsed_fields(attempt.response_headers)) out.member(to_utf8(name), to_utf8(value));
    out.end_object();
  }
  out.member_boolean("responseHeadersCut", attempt.response_headers_cut);
}

}  // namespace

void write_attempt(json::Writer& out, const outbox::Attempt& attempt, const outbox::Delivery& delivery,
                   const std::shared_ptr<const std::string>& event, const SecretBox& secrets) {
  out.begin_object().member("number", attempt.number).member("at", to_rfc3339(attempt.at));
  text_or_null(out, "url", attempt.url);
  out.member("outcome", outbox::to_text(attempt.outcome)).key("status");
  attempt.status == 0 ? out.null() : out.number(attempt.status);
  text_or_null(out, "error", to_utf8(attempt.error));
  out.key("latency").begin_object();
  write_phase(out, "dns", attempt.dns_us);
  write_phase(out, "connect", attempt.connect_us);
  write_phase(out, "tls", attempt.tls_us);
  write_phase(out, "firstByte", attempt.first_byte_us);
  write_phase(out, "total", attempt.total_us);
  out.end_object();
  write_request_headers(out, attempt, delivery, event, secrets);
  write_response_headers(out, attempt);
  text_or_null(out, "responseBody", to_utf8(attempt.response_body));
  out.end_object();
}

}  // namespace beckon::http
