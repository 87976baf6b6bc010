#include "http/head.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "http/text.h"

namespace beckon::http {
namespace {

constexpr std::size_t kMethodAndVersion = 64;  // space on the request line in addition to the target

std::unexpected<Refusal> bad(const char* message) { return std::unexpected(Refusal{.message = message}); }
std::unexpected<Refusal> refused(FaultCode code, const char* message) {
  return std::unexpected(Refusal{code, message});
}

std::unexpected<Refusal> target_too_long() {
  return refused(FaultCode::kUriTooLong, "The request target is too long; shorten the path or query.");
}
std::unexpected<Refusal> headers_too_large() {
  return refused(FaultCode::kHeadersTooLarge,
                 "There are too many or too large header fields; send fewer or shorter ones.");
}

using CharSet = std::array<bool, 256>;

constexpr CharSet make_set(std::string_view extra, int from, int to, bool alphanumeric) {
  CharSet set{};
  for (int c = from; c <= to; ++c) set[static_cast<std::size_t>(c)] = true;
  for (char c : extra) set[static_cast<unsigned char>(c)] = true;
  if (alphanumeric) {
    for (std::size_t c = '0'; c <= '9'; ++c) set[c] = true;
    for (std::size_t c = 'a'; c <= 'z'; ++c) set[c] = set[c - 'a' + 'A'] = true;
  }
  return set;
}

constexpr CharSet kToken = make_set(kTokenMarks, 1, 0, true);  // RFC 9110 section 5.6.2
constexpr CharSet kHost = make_set("-._~%!$&'()*+;=:[]", 1, 0, true);

constexpr CharSet make_value_set() {
  CharSet set = make_set("\t", 0x20, 0xFF, false);
  set[0x7F] = false;
  return set;
}
constexpr CharSet kValue = make_value_set();  // RFC 9110 section 5.5, including obs-text

constexpr CharSet make_target_set() {
  CharSet set = make_set("", 0x21, 0x7E, false);
  set['#'] = false;
  return set;
}
constexpr CharSet kTarget = make_target_set();

bool all_of(std::string_view text, const CharSet& set) {
  bool fits = true;
  for (char c : text) fits &= set[static_cast<unsigned char>(c)];
  return fits;
}

Method method_of(std::string_view text) {
  switch (text.size()) {
    case 3: return text == "GET" ? Method::kGet : text == "PUT" ? Method::kPut : Method::kOther;
    case 4: return text == "POST" ? Method::kPost : text == "HEAD" ? Method::kHead : Method::kOther;
    case 5: return text == "PATCH" ? Method::kPatch : Method::kOther;
    case 6: return text == "DELETE" ? Method::kDelete : Method::kOther;
    case 7: return text == "OPTIONS" ? Method::kOptions : Method::kOther;
  }
  return Method::kOther;
}

// One pass over a head; each step returns the reason for refusing it, or null.
class HeadParser {
 public:
  HeadParser(std::string_view head, Request& request) : rest_(head), request_(request) {}

  std::expected<Framing, Refusal> parse(const HttpLimits& limits) {
    if (const char* wrong = request_line()) return bad(wrong);
    if (request_.target.size() > limits.target) return target_too_long();
    request_.fields.clear();
    for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
      if (const char* wrong = field(line)) return bad(wrong);
      if (request_.fields.size() > limits.fields) return headers_too_large();
    }
    if (const char* wrong = whole()) return bad(wrong);
    if (unknown_expectation_) {
      return refused(FaultCode::kExpectationFailed, "The only supported expectation is 100-continue.");
    }
    return framing_;
  }

 private:
  std::string_view next_line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return {};
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (!line.empty()) line.remove_suffix(1);  // the CR, which find_head_end() has checked
    return line;
  }

  const char* request_line() {
    std::string_view line = next_line();
    const std::string_view method = take_until(line, ' ');
    const std::string_view target = take_until(line, ' ');
    if (method.empty() || !all_of(method, kToken)) return "The method is malformed.";
    request_.method = method_of(method);
    if (line == "HTTP/1.1") {
      framing_.keep_alive = true;
    } else if (line == "HTTP/1.0") {
      framing_.is_http_1_0 = true;
      framing_.keep_alive = false;
    } else {
      return "The request line must be: method, one space, target, one space, HTTP/1.1.";
    }
    return take_target(target);
  }

  const char* take_target(std::string_view target) {
    if (target.empty() || !all_of(target, kTarget)) return "The target is malformed; percent-encode its bytes.";
    request_.target = target;
    for (std::string_view scheme : {"http://", "https://"}) {  // absolute-form, RFC 9112 section 3.2.2
      if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
      target.remove_prefix(scheme.size());
      authority_ = target.substr(0, target.find_first_of("/?"));
      target.remove_prefix(authority_->size());
      if (target.empty()) target = "/";
    }
    const bool asterisk = target == "*" && request_.method == Method::kOptions;
    if (target.front() != '/' && !asterisk) return "The target must begin with a slash.";
    request_.query = target;
    request_.path = take_until(request_.query, '?');
    return nullptr;
  }

  const char* field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return "A header field has no colon.";
    const std::string_view name = line.substr(0, colon);
    if (name.empty() || !all_of(name, kToken)) {
      return "A header field name is malformed; folded lines and spaces before the colon are not allowed.";
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!all_of(value, kValue)) return "A header field value contains a control character.";
    request_.fields.push_back({name, value});
    return known_field(name, value);
  }

  const char* known_field(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4: return equal_ignoring_case(name, "host") ? host(value) : nullptr;
      case 6:
        if (equal_ignoring_case(name, "origin")) return once(kOrigin, "There is more than one Origin header.");
        return equal_ignoring_case(name, "expect") ? expect(value) : nullptr;
      case 9: return equal_ignoring_case(name, "x-api-key") ? credentials() : nullptr;
      case 13: return equal_ignoring_case(name, "authorization") ? credentials() : nullptr;
      case 12:
        return equal_ignoring_case(name, "content-type")
                   ? once(kContentType, "There is more than one Content-Type header.")
                   : nullptr;
      case 10: return equal_ignoring_case(name, "connection") ? connection(value) : nullptr;
      case 14: return equal_ignoring_case(name, "content-length") ? content_length(value) : nullptr;
      case 17: return equal_ignoring_case(name, "transfer-encoding") ? transfer_encoding(value) : nullptr;
    }
    return nullptr;
  }

  // Security-relevant fields, of which two parsers could pick different ones.
  enum Single : unsigned { kOrigin = 1, kContentType = 2, kCredentials = 4 };
  const char* once(Single which, const char* twice) {
    if ((seen_ & which) != 0) return twice;
    seen_ |= which;
    return nullptr;
  }
  const char* credentials() {
    return once(kCredentials, "There is more than one Authorization or x-api-key header; send one.");
  }

  const char* host(std::string_view value) {
    if (host_) return "There is more than one Host header.";
    if (value.empty() || !all_of(value, kHost)) return "The Host header is malformed.";
    host_ = value;
    return nullptr;
  }

  const char* expect(std::string_view value) {
    const bool known = equal_ignoring_case(value, "100-continue");
    if (!framing_.is_http_1_0) framing_.expects_continue = known;
    if (!known) unknown_expectation_ = true;
    return nullptr;
  }

  const char* connection(std::string_view value) {
    while (!value.empty()) {
      const std::string_view option = trim(take_until(value, ','));
      if (equal_ignoring_case(option, "close")) close_ = true;
      if (equal_ignoring_case(option, "keep-alive")) framing_.keep_alive = true;
    }
    return nullptr;
  }

  const char* content_length(std::string_view value) {
    if (has_length_) return "There is more than one Content-Length header.";
    if (value.empty() || value.size() > 18) return "Content-Length must be a single number.";
    has_length_ = true;
    for (char c : value) {
      if (c < '0' || c > '9') return "Content-Length must be a single number.";
      framing_.length = framing_.length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return nullptr;
  }

  const char* transfer_encoding(std::string_view value) {
    if (framing_.chunked || !equal_ignoring_case(value, "chunked"))
      return "Transfer-Encoding must be chunked, given once.";
    framing_.chunked = true;
    return nullptr;
  }

  const char* whole() {
    if (framing_.chunked && has_length_) return "Send Content-Length or Transfer-Encoding, not both.";
    if (framing_.chunked && framing_.is_http_1_0) return "Transfer-Encoding is not allowed in HTTP/1.0.";
    if (!host_ && !framing_.is_http_1_0) return "The Host header is missing.";
    if (authority_ && host_ != authority_) return "The Host header differs from the authority of the request target.";
    if (close_) framing_.keep_alive = false;
    return nullptr;
  }

  std::string_view rest_;
  Request& request_;
  Framing framing_;
  std::optional<std::string_view> host_;
  std::optional<std::string_view> authority_;
  unsigned seen_ = 0;  // of Single
  bool has_length_ = false;
  bool close_ = false;
  bool unknown_expectation_ = false;
};

}  // namespace

std::expected<std::size_t, Refusal> find_head_end(std::string_view bytes, HeadScan& scan, const HttpLimits& limits) {
  while (const void* found = std::memchr(bytes.data() + scan.searched, '\n', bytes.size() - scan.searched)) {
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (at == scan.line_start || bytes[at - 1] != '\r') return bad("Lines must end with CR LF.");
    const std::size_t length = at - 1 - scan.line_start;
    scan.searched = scan.line_start = at + 1;
    if (scan.first_line == 0) {
      if (length > limits.target + kMethodAndVersion) return target_too_long();
      scan.first_line = at + 1;
    } else if (length == 0) {
      return at + 1;
    } else if (++scan.lines > limits.fields || at + 1 - scan.first_line > limits.fields_bytes) {
      return headers_too_large();
    }
  }
  scan.searched = bytes.size();
  const std::size_t size = bytes.size() - (bytes.ends_with('\r') ? 1 : 0);  // half a line end is not counted
  if (scan.first_line == 0) {
    if (size > limits.target + kMethodAndVersion) return target_too_long();
  } else if (size - scan.first_line > limits.fields_bytes) {
    return headers_too_large();
  }
  return 0;
}

std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request, const HttpLimits& limits) {
  return HeadParser(head, request).parse(limits);
}

bool is_public_name(std::string_view host) {
  host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  if (last.empty() || last.front() == '[' || equal_ignoring_case(last, "localhost")) return false;
  return !std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace beckon::http
