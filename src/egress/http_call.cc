#include "egress/http_call.h"

#include <netdb.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "egress/socket_client.h"
#include "net/event_loop.h"
#include "net/socket_address.h"
#include "system/clock.h"

namespace beckon::egress {
namespace {

constexpr std::size_t kMostBody = 64u << 20;     // bytes
constexpr std::size_t kMostHeaders = 64u << 10;  // bytes

using Addresses = Result<std::vector<IpAddress>, std::string>;

// In the order in which the system would try them (RFC 6724).
Addresses addresses_of(const Url& url) {
  if (url.address) return std::vector{*url.address};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  const int error = getaddrinfo(url.host.c_str(), nullptr, &hints, &first);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(first, &freeaddrinfo);
  std::vector<IpAddress> found;
  for (const addrinfo* each = error == 0 ? first : nullptr; each != nullptr; each = each->ai_next)
    if (const auto address = net::address_of(each->ai_addr)) found.push_back(*address);
  if (found.empty()) return unexpected("The host " + url.host + " could not be resolved.");
  return found;
}

Answer send(HttpRequest request, Duration timeout, const std::string& extra_ca_file) {
  const SystemClock clock;
  EventLoop loop;
  SocketClient client(loop, clock,
                      {.limits = {.header_bytes = kMostHeaders}, .extra_ca_file = extra_ca_file, .guarded = false});
  std::optional<Answer> answer;
  request.connect = request.whole = timeout;
  client.start(std::move(request), [&](Answer came) { answer = std::move(came); });
  while (!answer) client.poll(timeout);
  return std::move(*answer);
}

}  // namespace

Result<CallResponse, std::string> http_call(Method method, const std::string& url, const std::vector<Header>& headers,
                                            const std::string& body, Duration timeout,
                                            const std::string& extra_ca_file) {
  const auto failed = [&](const std::string& why) {
    return unexpected(std::string(method_name(method)) + " " + url + " failed: " + why);
  };
  auto target = parse_url(url);
  if (!target) return failed("The URL " + std::string(sentence(target.error())) + ".");
  for (const auto& header : headers)
    if (!is_sendable_header(header.name, header.value)) return failed("The header " + header.name + " cannot be sent.");
  auto addresses = addresses_of(*target);
  if (!addresses) return failed(addresses.error());
  HttpRequest request{.method = method,
                      .target = {.url = std::move(*target)},
                      .addresses = std::move(*addresses),
                      .headers = headers,
                      .body = body.empty() ? nullptr : std::make_shared<const std::string>(body),
                      .body_bytes = kMostBody,
                      .kept_bytes = kMostBody};
  auto answer = send(std::move(request), timeout, extra_ca_file);
  if (!answer.is_whole()) return failed(answer.explanation());
  if (answer.body_cut) return failed("The response is longer than 64 MiB.");
  return CallResponse{answer.status, std::move(answer.headers), std::move(answer.body)};
}

}  // namespace beckon::egress
