// Paging of lists.
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "http/message.h"

namespace beckon::http {

// `limit` (1 to 200, default 50) and `cursor`. A cursor is bound to the list and its filters, which `what` names.
struct Page {
  std::size_t limit = 50;
  std::optional<std::pair<Instant, std::string>> behind;
};
Result<Page> page_of(const Request& request, std::string_view what);
std::string cursor_of(Instant created, std::string_view id, std::string_view what);

// {"items":[…],"nextCursor":…,"requestId":…}. `items` holds the JSON of each item; `next` is empty on the last page.
Response list_response(const Request& request, const std::vector<std::string>& items, std::string_view next);

// One page of a list in memory, sorted by `place`, which returns (Instant, id); `text` returns the JSON of an item.
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
