// What is owed without rows (outbox/owed.h), put into what a driver has read from its rows. The driver looks into
// memory first: a delivery that gets a row meanwhile is in both, and its row counts. Pure.
#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "outbox/delivery_log.h"
#include "outbox/owed.h"

namespace beckon::outbox {

// Before every place of a list that is newest first.
inline const DeliveryPlace kNewest{Instant::max(), {}};

// Newest first, at most `limit`.
void merge_newest(std::vector<Delivery>& rows, std::span<const OwedPtr> owed,
                  std::size_t limit = std::numeric_limits<std::size_t>::max());

// By due time, at most `limit`. `body_of` reads the body of one that comes without: null if its event was erased since,
// so that it is not due any more.
using BodyOf = std::function<std::shared_ptr<const std::string>(const Owed&)>;
void merge_due(std::vector<Due>& rows, std::span<const OwedPtr> owed, std::size_t limit, const BodyOf& body_of);

// As DeliveryLog::search. `next_row`: the deliveries that have rows, newest first.
FoundDeliveries find_in(const std::function<std::optional<Delivery>()>& next_row, std::span<const OwedPtr> owed,
                        const Handle& handle, const DeliverySearch& search, std::size_t limit);

// Newest first; EndpointLog::entries and `more` of at most `limit`.
using PlacedEntry = std::pair<DeliveryPlace, EndpointLog::Entry>;
void put_entries(EndpointLog& log, std::vector<PlacedEntry> rows, std::span<const OwedPtr> owed, std::size_t limit);

}  // namespace beckon::outbox
