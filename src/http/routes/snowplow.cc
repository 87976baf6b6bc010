// Snowplow's trackers. They retry forever after any status except 400, 401, 403, 410 and 422.
#include "neighbours/snowplow.h"

#include <algorithm>

#include "http/routes/neighbours.h"
#include "http/text.h"

namespace beckon::http {
namespace {

Result<neighbours::Batch> read(json::Document document, const Request&) {
  return neighbours::read_snowplow(std::move(document));
}

// An access token does not belong in a URL, which is logged on its way.
std::string without_token(std::string key) { return key.starts_with(access::kPatPrefix) ? std::string() : key; }

std::string application(const Request& request, const json::Value& body) {
  std::string key = neighbours::snowplow_application(body);
  return request.method == Method::kPost ? key : without_token(std::move(key));
}

constexpr Neighbour kByApplication{.read = read, .key = application, .retries_413 = true, .wants_ok = true};
constexpr Neighbour kByPath{
    .read = read,
    .key = [](const Request& request, const json::Value&) { return without_token(request.param("key")); },
    .retries_413 = true,
    .wants_ok = true};

constexpr std::size_t kPairsRead = 256;  // twice what the protocol has

// Skips what is badly encoded.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty() && pairs.size() < kPairsRead) {
    std::string_view value = take_until(query, '&');
    const auto name = percent_decoded(take_until(value, '='), true);
    const auto text = percent_decoded(value, true);
    if (name && text) pairs.emplace_back(*name, *text);
  }
  return pairs;
}

void get_event(Api& api, Request& request, Respond respond) {
  // A GET that writes. A HEAD request, which only checks the address, writes nothing.
  if (request.method == Method::kHead) return respond({.body = "ok", .content_type = "text/plain"});
  request.body = neighbours::snowplow_body(pairs_of(request.query));
  receive(api, request, std::move(respond), kByApplication);
}

}  // namespace

void add_snowplow(Api& api, std::vector<Route>& routes) {
  routes.push_back(neighbour_route(api, "/com.snowplowanalytics.snowplow/tp2", kByApplication,
                                   "Append events of Snowplow by their application id"));
  routes.push_back(neighbour_route(api, "/{key}/com.snowplowanalytics.snowplow/tp2", kByPath,
                                   "Append events of Snowplow by the key in the path"));
  routes.push_back(
      {.method = Method::kGet,
       .pattern = "/i",
       .access = public_(),
       .run = Run::kInline,
       .handler = [&api](Request& request, Respond respond) { get_event(api, request, std::move(respond)); },
       .summary = "Append an event of Snowplow"});
}

}  // namespace beckon::http
