// The request head and a chunked body: the same result regardless of how the bytes are split, and accepted input reads
// the same when it is written again.
#include "http/head.h"

#include <array>
#include <string>

#include "base/check.h"
#include "http/chunked.h"
#include "http/text.h"
#include "input.h"

namespace beckon::http {
namespace {

bool same(const Framing& one, const Framing& other) {
  return one.keep_alive == other.keep_alive && one.is_http_1_0 == other.is_http_1_0 && one.chunked == other.chunked &&
         one.expects_continue == other.expects_continue && one.length == other.length;
}

bool is_plain(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return false;
  return true;
}

std::size_t count(const Request& request, std::string_view name) {
  std::size_t found = 0;
  for (const Field& field : request.fields) found += equal_ignoring_case(field.name, name) ? 1 : 0;
  return found;
}

void check(const Request& request, const Framing& framing, const HttpLimits& limits) {
  CHECK(request.target.size() <= limits.target && request.fields.size() <= limits.fields);
  CHECK(!request.path.empty() && (request.path.front() == '/' || request.path == "*"));
  CHECK(request.target.ends_with(request.query));
  CHECK(!framing.chunked || (framing.length == 0 && !framing.is_http_1_0));
  CHECK(count(request, "host") <= 1 && (framing.is_http_1_0 || count(request, "host") == 1));
  CHECK(count(request, "content-length") + count(request, "transfer-encoding") <= 1);
  CHECK(framing.chunked == (count(request, "transfer-encoding") == 1));
  CHECK(count(request, "authorization") + count(request, "x-api-key") <= 1);
  for (const Field& field : request.fields) {
    CHECK(!field.name.empty() && trim(field.value) == field.value && is_plain(field.value));
    for (const char c : field.name) CHECK(is_token_char(c));
    if (const auto first = request.header(field.name); first != field.value) CHECK(count(request, field.name) > 1);
  }
  for (const char* name : {"a", "limit", ""})
    if (const auto value = request.query_param(name)) CHECK(value->size() <= request.query.size());
}

// Written in canonical form, the head has the same meaning.
void check_again(std::string_view head, const Request& request, const Framing& framing, const HttpLimits& limits) {
  std::string text(head.substr(0, head.find(' ')));
  text.append(" ").append(request.target).append(framing.is_http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const Field& field : request.fields) text.append(field.name).append(":").append(field.value).append("\r\n");
  text.append("\r\n");
  HeadScan scan;
  CHECK(find_head_end(text, scan, limits) == text.size());
  Request again;
  const auto framed = parse_head(text, again, limits);
  CHECK(framed && same(*framed, framing));
  CHECK(again.method == request.method && again.target == request.target && again.path == request.path &&
        again.query == request.query);
  CHECK(std::ranges::equal(again.fields, request.fields, [](const Field& one, const Field& other) {
    return one.name == other.name && one.value == other.value;
  }));
}

struct Decoded {
  std::string body;
  std::size_t used = 0;
  bool done = false;
  std::optional<FaultCode> refused;
};

template <class Cut>
Decoded decode(std::string_view bytes, std::size_t limit, Cut cut) {
  Decoded decoded;
  ChunkedDecoder decoder;
  while (decoded.used < bytes.size() && !decoder.done()) {
    const std::string_view piece = bytes.substr(decoded.used, cut());
    const auto used = decoder.feed(piece, decoded.body, limit);
    CHECK(decoded.body.size() <= limit);
    if (!used) {
      decoded.refused = used.error().code;
      return decoded;
    }
    CHECK(*used == piece.size() || decoder.done());
    decoded.used += *used;
  }
  decoded.done = decoder.done();
  return decoded;
}

void check_chunks(std::string_view bytes, std::size_t limit, fuzz::Cuts& cuts) {
  const Decoded at_once = decode(bytes, limit, [] { return std::string_view::npos; });
  const Decoded in_pieces = decode(bytes, limit, [&] { return cuts.next(); });
  CHECK(at_once.refused == in_pieces.refused && at_once.body == in_pieces.body);
  CHECK(at_once.refused || (at_once.used == in_pieces.used && at_once.done == in_pieces.done));
}

}  // namespace
}  // namespace beckon::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon::http;
  static const std::array<HttpLimits, 4> kLimits{HttpLimits{},
                                                 HttpLimits{.target = 10, .fields_bytes = 60, .fields = 4},
                                                 HttpLimits{.target = 40, .fields_bytes = 200, .fields = 9},
                                                 HttpLimits{.target = 1, .fields_bytes = 20, .fields = 1}};
  beckon::fuzz::Input input(data, size);
  const std::uint8_t choice = input.byte();
  const HttpLimits& limits = kLimits[choice & 3];
  beckon::fuzz::Cuts cuts(input);
  const std::string_view text = input.rest();
  if (choice & 4) {
    check_chunks(text, choice & 8 ? 12 : 64 * 1024, cuts);
    return 0;
  }

  HeadScan scan;
  const auto at_once = find_head_end(text, scan, limits);
  HeadScan slow;
  std::expected<std::size_t, Refusal> in_pieces = 0;
  std::size_t seen = 0;
  cuts.each(text, [&](std::string_view piece) {
    seen += piece.size();
    in_pieces = find_head_end(text.substr(0, seen), slow, limits);
    return in_pieces && *in_pieces == 0;
  });
  CHECK(at_once.has_value() == in_pieces.has_value());
  if (!at_once || *at_once == 0) return 0;
  CHECK(*at_once == *in_pieces && *at_once <= text.size());

  const std::string head(text.substr(0, *at_once));
  Request request;
  const auto framing = parse_head(head, request, limits);
  if (!framing) {
    CHECK(*framing.error().message != '\0');
    return 0;
  }
  check(request, *framing, limits);
  check_again(head, request, *framing, limits);
  if (framing->chunked) check_chunks(text.substr(*at_once), 64, cuts);
  return 0;
}
