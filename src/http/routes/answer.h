// Small words of the answers that several families share.
#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "http/routes/api.h"

namespace beckon::http {

// A route that may block, on the control pool.
Route control(Api& api, Method method, std::string_view pattern, Access access,
              std::function<Result<Response>(Api&, Request&)> handle, std::string_view summary);

// A member that is null for the epoch.
void instant_or_null(json::Writer& out, std::string_view name, Instant at);

Response no_content();

// A body that must be a JSON object: invalid_payload for anything else.
Result<json::Document> object_of(Request& request);

// Text that is UTF-8 whatever came in: bytes that are none become U+FFFD. What a receiver answered may be anything.
std::string to_utf8(std::string_view bytes);

// One page of a list that is in memory and sorted by `place`, which gives (Instant, id); `text` makes the JSON of one.
template <class Item, class Place, class Text>
Result<Response> list_page(const Request& request, std::string_view what, std::span<const Item> all, Place place,
                           Text text) {
  const auto page = page_of(request, what);
  if (!page) return unexpected(page.error());
  auto from = all.begin();
  if (page->behind)
    from = std::ranges::upper_bound(all, *page->behind, {},
                                    [&](const Item& item) -> std::pair<Instant, std::string> { return place(item); });
  std::vector<std::string> items;
  for (; from != all.end() && items.size() < page->limit; ++from) items.push_back(text(*from));
  std::string next;
  if (from != all.end() && !items.empty()) {
    const std::pair<Instant, std::string> last = place(*std::prev(from));
    next = cursor_of(last.first, last.second, what);
  }
  return list_response(request, items, next);
}

}  // namespace beckon::http
