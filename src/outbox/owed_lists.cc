#include "outbox/owed_lists.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_set>

namespace beckon::outbox {
namespace {

// Rows and what is owed without, both newest first, as one list.
class Merged {
 public:
  Merged(const std::function<std::optional<Delivery>()>& next_row, std::span<const OwedPtr> owed)
      : next_row_(next_row), owed_(owed), row_(next_row_()) {}

  std::optional<Delivery> next() {
    if (row_ && !owed_.empty() && owed_.front()->delivery.id == row_->id) owed_ = owed_.subspan(1);
    if (!owed_.empty() && (!row_ || place_of(*row_) < place_of(owed_.front()->delivery))) {
      Delivery delivery = owed_.front()->delivery;
      owed_ = owed_.subspan(1);
      return delivery;
    }
    auto delivery = std::exchange(row_, std::nullopt);
    if (delivery) row_ = next_row_();
    return delivery;
  }

 private:
  const std::function<std::optional<Delivery>()>& next_row_;
  std::span<const OwedPtr> owed_;
  std::optional<Delivery> row_;
};

}  // namespace

void merge_newest(std::vector<Delivery>& rows, std::span<const OwedPtr> owed, std::size_t limit) {
  if (owed.empty()) return;
  std::unordered_set<std::string_view> ids;
  for (const Delivery& row : rows) ids.insert(row.id.view());
  std::vector<Delivery> all;
  for (const OwedPtr& one : owed)
    if (!ids.contains(one->delivery.id.view())) all.push_back(one->delivery);
  std::ranges::move(rows, std::back_inserter(all));
  std::ranges::sort(all, std::greater{}, &place_of);
  if (all.size() > limit) all.resize(limit);
  rows = std::move(all);
}

void merge_due(std::vector<Due>& rows, std::span<const OwedPtr> owed, std::size_t limit, const BodyOf& body_of) {
  if (owed.empty()) return;
  const auto with_rows = std::ssize(rows);
  for (const OwedPtr& one : owed) {
    const auto is_same = [&](const Due& row) { return row.delivery.id == one->delivery.id; };
    if (std::any_of(rows.begin(), rows.begin() + with_rows, is_same)) continue;
    if (auto body = one->body ? one->body : body_of(*one))
      rows.push_back({one->delivery, std::move(body), one->occurred_at, one->trace});
  }
  std::ranges::inplace_merge(rows, rows.begin() + with_rows, {}, [](const Due& one) {
    return std::pair(one.delivery.next_attempt_at, one.delivery.id.view());
  });
  if (rows.size() > limit) rows.resize(limit);
}

FoundDeliveries find_in(const std::function<std::optional<Delivery>()>& next_row, std::span<const OwedPtr> owed,
                        const Handle& handle, const DeliverySearch& search, std::size_t limit) {
  Merged merged(next_row, owed);
  FoundDeliveries found;
  for (std::size_t read = 0; auto delivery = merged.next(); ++read) {
    if (read == FoundDeliveries::kMostRead || found.deliveries.size() == limit) return found;
    found.more_behind = place_of(*delivery);
    if (delivery->handle != handle || (search.subscription && delivery->subscription != *search.subscription)) continue;
    if (!search.fits || search.fits(*delivery)) found.deliveries.push_back(*std::move(delivery));
  }
  found.more_behind.reset();
  return found;
}

void put_entries(EndpointLog& log, std::vector<PlacedEntry> rows, std::span<const OwedPtr> owed, std::size_t limit) {
  const auto with_rows = std::ssize(rows);
  for (const OwedPtr& one : owed) {
    const auto place = place_of(one->delivery);
    const auto known = std::span(rows).first(static_cast<std::size_t>(with_rows));
    if (!std::ranges::binary_search(known, place, std::greater{}, &PlacedEntry::first))
      rows.push_back({place, {.created_at = place.created_at}});
  }
  std::ranges::inplace_merge(rows, rows.begin() + with_rows, std::greater{}, &PlacedEntry::first);
  log.more = rows.size() > limit;
  if (log.more) rows.resize(limit);
  for (auto& [place, entry] : rows) log.entries.push_back(entry);
}

}  // namespace beckon::outbox
