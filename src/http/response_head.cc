#include "http/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace beckon::http {
namespace {

std::string_view status_line(int status) {
  switch (status) {
    case 200: return "HTTP/1.1 200 OK\r\n";
    case 201: return "HTTP/1.1 201 Created\r\n";
    case 202: return "HTTP/1.1 202 Accepted\r\n";
    case 204: return "HTTP/1.1 204 No Content\r\n";
    case 301: return "HTTP/1.1 301 Moved Permanently\r\n";
    case 302: return "HTTP/1.1 302 Found\r\n";
    case 303: return "HTTP/1.1 303 See Other\r\n";
    case 304: return "HTTP/1.1 304 Not Modified\r\n";
    case 308: return "HTTP/1.1 308 Permanent Redirect\r\n";
    case 400: return "HTTP/1.1 400 Bad Request\r\n";
    case 401: return "HTTP/1.1 401 Unauthorized\r\n";
    case 403: return "HTTP/1.1 403 Forbidden\r\n";
    case 404: return "HTTP/1.1 404 Not Found\r\n";
    case 405: return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408: return "HTTP/1.1 408 Request Timeout\r\n";
    case 409: return "HTTP/1.1 409 Conflict\r\n";
    case 412: return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413: return "HTTP/1.1 413 Content Too Large\r\n";
    case 414: return "HTTP/1.1 414 URI Too Long\r\n";
    case 415: return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417: return "HTTP/1.1 417 Expectation Failed\r\n";
    case 429: return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431: return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 500: return "HTTP/1.1 500 Internal Server Error\r\n";
    case 503: return "HTTP/1.1 503 Service Unavailable\r\n";
  }
  return {};
}

void append_number(std::string& out, std::size_t number) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): to_chars fills what is read
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_status(std::string& out, int status) {
  const std::string_view known = status_line(status);
  if (!known.empty()) {
    out += known;
    return;
  }
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status));
  out += " \r\n";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_response(std::string& out, const Response& response, const ResponseFrame& frame) {
  const bool bodiless = response.status == 204 || response.status == 304;
  append_status(out, response.status);
  if (!bodiless) {
    out.append("content-type: ").append(response.content_type);
    if (!response.stream) {
      out += "\r\ncontent-length: ";
      append_number(out, response.body.size());
    }
    out += "\r\n";
  }
  out.append(frame.date_line).append("x-request-id: ").append(frame.request_id).append("\r\n");
  out.append(frame.security_line);
  out.append(response.preset);
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (!frame.keep_alive) {
    out += "connection: close\r\n";
  } else if (frame.is_http_1_0) {
    out += "connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!bodiless && !frame.without_body) out += response.body;
}

bool has_clean_headers(const Response& response) {
  const auto is_clean = [](std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte == 0x7F;
    });
  };
  return std::all_of(response.headers.begin(), response.headers.end(), [&](const auto& header) {
    return !header.first.empty() && header.first.find_first_of(": ") == std::string::npos && is_clean(header.first) &&
           is_clean(header.second);
  });
}

std::string to_security_line(std::chrono::seconds life) {
  if (life <= std::chrono::seconds{0}) return {};
  return "strict-transport-security: max-age=" + std::to_string(life.count()) + "\r\n";
}

std::string to_date_line(Instant at) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "date: %s, %02u %s %04d %02d:%02d:%02d GMT\r\n",
                kDays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out.data();
}

}  // namespace beckon::http
