#include <algorithm>

#include "base/check.h"
#include "egress/http_client.h"

namespace beckon::egress {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kPost: return "POST";
    case Method::kGet: return "GET";
    case Method::kPut: return "PUT";
    case Method::kPatch: return "PATCH";
    case Method::kDelete: return "DELETE";
    case Method::kOptions: return "OPTIONS";
  }
  CHECK(false);
  return {};
}

std::string reason_text(Outcome outcome, int status) {
  switch (outcome) {
    case Outcome::kStatus: return "status " + std::to_string(status);
    case Outcome::kRefused: return "refused by policy";
    case Outcome::kDns: return "dns";
    case Outcome::kConnect: return "connect";
    case Outcome::kTls: return "tls";
    case Outcome::kTimeout: return "timeout";
  }
  CHECK(false);
  return {};
}

std::string Answer::explanation() const {
  return refusal ? "The endpoint " + std::string(sentence(*refusal)) + "." : std::string(sentence(trouble));
}

const std::string* find_header(std::span<const Header> headers, std::string_view name) {
  const auto same = [&](const Header& header) { return std::ranges::equal(header.name, name, {}, lower, lower); };
  const auto found = std::ranges::find_if(headers, same);
  return found == headers.end() ? nullptr : &found->value;
}

}  // namespace beckon::egress
