#include "outbox/owed.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"
#include "base/packing.h"
#include "outbox/traced_cause.h"

namespace beckon::outbox {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kFewestChains = 1024;

std::pair<Instant, std::string_view> place(const Owed& one) {
  return {one.delivery.created_at, one.delivery.id.view()};
}

}  // namespace

bool is_plain(const Delivery& d, const Event& event) {
  return d.state == DeliveryState::kQueued && d.attempts == 0 && d.schedule_step == 0 && d.last_status == 0 &&
         d.next_attempt_at == d.created_at && !d.ordered && d.reason.empty() && d.rule.empty() &&
         d.valid_until == Instant{} && d.anchor_at == Instant{} && d.same == 0 && d.event == event.id &&
         d.handle == event.handle && d.event_type == event.type && d.session == event.session &&
         to_ms(d.created_at) >= 0;
}

Delivery plain_delivery(DeliveryId id, const Event& event, SubscriptionId subscription, Instant created_at) {
  return {.id = std::move(id),
          .event = event.id,
          .subscription = std::move(subscription),
          .handle = event.handle,
          .event_type = event.type,
          .session = event.session,
          .created_at = created_at,
          .next_attempt_at = created_at};
}

std::string owed_record(std::span<const OwedPtr> owed) {
  std::string bytes;
  bytes.reserve(128 * owed.size());
  Packer to(bytes);
  to.byte(kFormat);
  for (const OwedPtr& one : owed) {
    const Delivery& delivery = one->delivery;
    to.text(delivery.handle.view());
    to.text(delivery.event.view());
    to.text(delivery.id.view());
    to.text(delivery.subscription.view());
    to.number(static_cast<std::uint64_t>(to_ms(delivery.created_at)));
  }
  return bytes;
}

std::optional<std::vector<OwedEntry>> read_owed_record(std::string_view bytes) {
  Unpacker from(bytes);
  if (from.byte() != kFormat) return std::nullopt;
  std::vector<OwedEntry> entries;
  while (!from.rest().empty()) {
    OwedEntry& entry = entries.emplace_back();
    entry.handle = Handle(from.text());
    entry.event = EventId(from.text());
    entry.delivery = DeliveryId(from.text());
    entry.subscription = SubscriptionId(from.text());
    entry.created_at = instant_ms(static_cast<std::int64_t>(from.number()));
  }
  if (!from.ok()) return std::nullopt;
  return entries;
}

Owed owed_from(const OwedEntry& entry, Event event) {
  return {.delivery = plain_delivery(entry.delivery, event, entry.subscription, entry.created_at),
          .occurred_at = event.occurred_at,
          .trace = trace_in(event.cause),
          .body = std::make_shared<const std::string>(std::move(event.body))};
}

Delivery settled(const Owed& one, Standing standing, const Settlement& settlement, Instant at) {
  Delivery now = one.delivery;
  settle(now, standing, settlement, at);
  return now;
}

OwedTable::OwedTable(const OwedLimits& limits)
    : limits_(limits),
      by_id_(std::bit_ceil(std::max<std::size_t>(limits.most, kFewestChains))),
      by_event_(by_id_.size()),
      by_session_(by_id_.size()) {}

// The chain that owns it has the pointer.
OwedPtr OwedTable::shared(const Kept& one) { return std::const_pointer_cast<const Kept>(one.weak_from_this().lock()); }

OwedTable::Kept* OwedTable::kept(std::string_view id, std::size_t hash) const {
  Kept* one = by_id_[bucket(hash)].get();
  while (one && (one->id_hash != hash || one->delivery.id.view() != id)) one = one->next_by_id.get();
  return one;
}

std::vector<OwedPtr> OwedTable::due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                    const Outbox::InHand& in_hand) const {
  const std::lock_guard lock(mutex_);
  std::vector<OwedPtr> found;
  const auto line = lines_.find(subscription);
  if (line == lines_.end()) return found;
  for (const Kept* one = line->second.first; one; one = one->in_line.behind) {
    if (found.size() == limit || one->delivery.next_attempt_at > now) break;
    if (!in_hand || !in_hand(one->delivery.id)) found.push_back(shared(*one));
  }
  return found;
}

std::optional<Instant> OwedTable::next_due(const SubscriptionId& subscription) const {
  return waiting(subscription).oldest;
}

OwedPtr OwedTable::find(const DeliveryId& id) const {
  const std::size_t hash = hash_of(id.view());
  const std::lock_guard lock(mutex_);
  const Kept* one = kept(id.view(), hash);
  return one ? shared(*one) : nullptr;
}

std::vector<OwedPtr> OwedTable::of_event(const Handle& handle, const EventId& id) const {
  const std::size_t hash = hash_of(id.view());
  const std::lock_guard lock(mutex_);
  std::vector<OwedPtr> found;
  for (const Kept* one = by_event_[bucket(hash)]; one; one = one->by_event.behind)
    if (one->event_hash == hash && one->delivery.event == id && one->delivery.handle == handle)
      found.push_back(shared(*one));
  return found;
}

std::vector<OwedPtr> OwedTable::of_session(const Handle& handle, const SessionId& id) const {
  const std::size_t hash = hash_of(id.view());
  const std::lock_guard lock(mutex_);
  std::vector<OwedPtr> found;
  for (const Kept* one = by_session_[bucket(hash)]; one; one = one->by_session.behind)
    if (one->session_hash == hash && one->delivery.session == id && one->delivery.handle == handle)
      found.push_back(shared(*one));
  return found;
}

std::vector<OwedPtr> OwedTable::of_subscription(const SubscriptionId& id, std::size_t limit) const {
  return due(id, Instant::max(), limit);
}

std::vector<OwedPtr> OwedTable::newest(const Handle& handle, const std::optional<SubscriptionId>& subscription,
                                       Instant since, const DeliveryPlace& before, std::size_t limit) const {
  std::vector<OwedPtr> found;
  const auto add = [&](const Line& line) {
    if (line.first->delivery.handle == handle) add_newest(found, line, since, &before, limit);
  };
  {
    const std::lock_guard lock(mutex_);
    if (!subscription)
      for (const auto& [id, line] : lines_) add(line);
    else if (const auto line = lines_.find(*subscription); line != lines_.end())
      add(line->second);
  }
  std::ranges::sort(found, [](const OwedPtr& a, const OwedPtr& b) { return place(*b) < place(*a); });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<OwedPtr> OwedTable::newest_of(const SubscriptionId& subscription, Instant since, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<OwedPtr> found;
  if (const auto line = lines_.find(subscription); line != lines_.end())
    add_newest(found, line->second, since, nullptr, limit);
  return found;
}

// `before`: null for all.
void OwedTable::add_newest(std::vector<OwedPtr>& found, const Line& line, Instant since, const DeliveryPlace* before,
                           std::size_t limit) {
  const Kept* one = line.last;
  if (before)
    while (one && place(*one) >= std::pair(before->created_at, before->id.view())) one = one->in_line.before;
  for (std::size_t taken = 0; taken < limit && one && one->delivery.created_at >= since;
       ++taken, one = one->in_line.before)
    found.push_back(shared(*one));
}

OwedTable::Waiting OwedTable::waiting() const {
  const std::lock_guard lock(mutex_);
  Waiting all{.count = count_};
  for (const auto& [id, line] : lines_) {
    const Instant first = line.first->delivery.created_at;
    all.oldest = std::min(all.oldest.value_or(first), first);
  }
  return all;
}

OwedTable::Waiting OwedTable::waiting(const SubscriptionId& subscription) const {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(subscription);
  if (line == lines_.end()) return {};
  return {.count = line->second.count, .oldest = line->second.first->delivery.created_at};
}

std::vector<SubscriptionId> OwedTable::subscriptions() const {
  const std::lock_guard lock(mutex_);
  std::vector<SubscriptionId> ids;
  for (const auto& [id, line] : lines_) ids.push_back(id);
  return ids;
}

void OwedTable::restore(std::uint64_t record, std::size_t recorded, std::vector<Owed> owed) {
  const std::lock_guard lock(mutex_);
  CHECK(record > last_record_);
  last_record_ = record;
  if (owed.empty()) return over_.push_back(record);
  Record& known = records_[record];
  known.recorded = recorded;
  recorded_ += recorded;
  for (Owed& one : owed) {
    one.record = record;
    if (one.body && body_bytes_ + one.body->size() > limits_.body_bytes) one.body.reset();
    put(std::make_shared<Kept>(std::move(one)), known);
  }
}

void OwedTable::put_first(Kept*& list, Kept& one, Link Kept::*link) {
  (one.*link).behind = std::exchange(list, &one);
  if (Kept* behind = (one.*link).behind) (behind->*link).before = &one;
}

void OwedTable::take_out(Kept*& list, Kept& one, Link Kept::*link) {
  const auto [before, behind] = one.*link;
  (before ? (before->*link).behind : list) = behind;
  if (behind) (behind->*link).before = before;
}

// It is behind the last that was put there, unless the clock was set back.
void OwedTable::put_in_line(Line& line, Kept& one) {
  Kept* before = line.newest ? line.newest : line.last;
  while (before && place(one) < place(*before)) before = before->in_line.before;
  Kept* behind = before ? before->in_line.behind : line.first;
  while (behind && place(*behind) < place(one)) before = std::exchange(behind, behind->in_line.behind);
  one.in_line = {before, behind};
  (before ? before->in_line.behind : line.first) = &one;
  (behind ? behind->in_line.before : line.last) = &one;
  one.line = &line;
  line.newest = &one;
  ++line.count;
}

void OwedTable::put(std::shared_ptr<Kept> added, Record& record) {
  Kept& one = *added;
  const Delivery& delivery = one.delivery;
  one.id_hash = hash_of(delivery.id.view());
  one.event_hash = hash_of(delivery.event.view());
  one.session_hash = hash_of(delivery.session.view());

  Line& line = lines_[delivery.subscription];
  if (!line.of_handle) line.of_handle = &of_handle_[delivery.handle];
  ++*line.of_handle;
  put_in_line(line, one);
  put_first(record.first, one, &Kept::in_record);
  ++record.left;
  put_first(by_event_[bucket(one.event_hash)], one, &Kept::by_event);
  if (!delivery.session.empty()) put_first(by_session_[bucket(one.session_hash)], one, &Kept::by_session);

  ++count_;
  if (one.body) body_bytes_ += one.body->size();
  std::shared_ptr<Kept>& chain = by_id_[bucket(one.id_hash)];
  one.next_by_id = std::move(chain);
  chain = std::move(added);
}

void OwedTable::remove(Kept& gone) {
  take_out(by_event_[bucket(gone.event_hash)], gone, &Kept::by_event);
  if (!gone.delivery.session.empty()) take_out(by_session_[bucket(gone.session_hash)], gone, &Kept::by_session);

  Line& line = *gone.line;
  take_out(line.first, gone, &Kept::in_line);
  if (line.last == &gone) line.last = gone.in_line.before;
  if (line.newest == &gone) line.newest = nullptr;
  if (--*line.of_handle == 0) of_handle_.erase(gone.delivery.handle);
  if (--line.count == 0) lines_.erase(gone.delivery.subscription);

  Record& record = records_.at(gone.record);
  take_out(record.first, gone, &Kept::in_record);
  if (--record.left == 0) {
    recorded_ -= record.recorded;
    records_.erase(gone.record);
  }

  --count_;
  if (gone.body) body_bytes_ -= gone.body->size();
  std::shared_ptr<Kept>* at = &by_id_[bucket(gone.id_hash)];
  while (at->get() != &gone) at = &(*at)->next_by_id;
  const std::shared_ptr<Kept> last = std::exchange(*at, std::move(gone.next_by_id));
}

OwedChanges::~OwedChanges() { forget_left(); }

void OwedChanges::forget_left() {
  for (Kept* one : std::exchange(left_, {})) one->leaves = false;
  for (const std::uint64_t record : std::exchange(touched_, {}))
    if (const auto known = table_.records_.find(record); known != table_.records_.end()) known->second.leaving = 0;
}

bool OwedChanges::has_room(const Handle& handle) const {
  const std::size_t all = table_.count_ + joined_.size();
  if (all >= table_.limits_.most) return false;
  const auto here = table_.of_handle_.find(handle);
  const auto joined = joined_of_handle_.find(handle);
  const std::size_t of_handle =
      (here == table_.of_handle_.end() ? 0 : here->second) + (joined == joined_of_handle_.end() ? 0 : joined->second);
  return of_handle < kShare * (table_.limits_.most - all);
}

void OwedChanges::join(Delivery delivery, const Event& event) {
  ++joined_of_handle_[delivery.handle];
  Owed one{.delivery = std::move(delivery),
           .occurred_at = event.occurred_at,
           .trace = trace_in(event.cause),
           .body = nullptr,
           .record = record()};
  if (table_.body_bytes_ + body_bytes_ + event.body.size() <= table_.limits_.body_bytes) {
    const Owed* last = joined_.empty() ? nullptr : joined_.back().get();
    const bool is_same =
        last && last->body && last->delivery.event == event.id && last->delivery.handle == event.handle;
    one.body = is_same ? last->body : std::make_shared<const std::string>(event.body);
    body_bytes_ += event.body.size();
  }
  Kept& kept = *joined_.emplace_back(std::make_shared<Kept>(std::move(one)));
  kept.id_hash = OwedTable::hash_of(kept.delivery.id.view());
  kept.next_joined = std::exchange(joined_bucket(kept.id_hash), &kept);
}

// What queries return is the table's or this one's own.
void OwedChanges::leave(const OwedPtr& one) {
  Kept& gone = const_cast<Kept&>(static_cast<const Kept&>(*one));
  CHECK(!std::exchange(gone.leaves, true));
  if (!gone.line) return;  // it has only joined
  left_.push_back(&gone);
  if (table_.records_.at(gone.record).leaving++ == 0) touched_.push_back(gone.record);
}

bool OwedChanges::keep(const Delivery& delivery, const Event* event) {
  if (find(delivery.id)) return true;
  if (!event || !is_plain(delivery, *event) || !has_room(delivery.handle)) return false;
  join(delivery, *event);
  return true;
}

void OwedChanges::end_some(const SubscriptionId& id, std::size_t least, bool to_hold, const Write& write) {
  for (std::size_t left = least; left > 0;) {
    const auto found = of_subscription(id, left);
    if (found.empty()) return;
    for (const OwedPtr& one : found) {
      write(one);
      if (!to_hold || one->delivery.event_type != kTestEventType) --left;
    }
  }
}

void OwedChanges::end_oldest_records(const Write& write) {
  while (const auto oldest = record_to_end())
    for (const OwedPtr& one : of_record(*oldest)) write(one);
}

OwedPtr OwedChanges::find(const DeliveryId& id) const {
  const std::size_t hash = OwedTable::hash_of(id.view());
  const Kept* one = table_.kept(id.view(), hash);
  if (!one) one = joined_by_id_[hash % joined_by_id_.size()];
  while (one && !one->line && (one->id_hash != hash || one->delivery.id != id)) one = one->next_joined;
  return one && !one->leaves ? OwedTable::shared(*one) : nullptr;
}

template <class Fits>
std::vector<OwedPtr> OwedChanges::with_joined(std::vector<OwedPtr> found, const Fits& fits) const {
  for (const std::shared_ptr<Kept>& one : joined_)
    if (fits(one->delivery)) found.push_back(one);
  std::erase_if(found, [](const OwedPtr& one) { return static_cast<const Kept&>(*one).leaves; });
  return found;
}

std::vector<OwedPtr> OwedChanges::of_event(const Handle& handle, const EventId& id) const {
  return with_joined(table_.of_event(handle, id),
                     [&](const Delivery& one) { return one.event == id && one.handle == handle; });
}

std::vector<OwedPtr> OwedChanges::of_session(const Handle& handle, const SessionId& id) const {
  if (id.empty()) return {};
  return with_joined(table_.of_session(handle, id),
                     [&](const Delivery& one) { return one.session == id && one.handle == handle; });
}

std::vector<OwedPtr> OwedChanges::of_subscription(const SubscriptionId& id, std::size_t limit) const {
  const std::size_t most = limit > table_.limits_.most ? limit : limit + left_.size();
  auto found =
      with_joined(table_.of_subscription(id, most), [&](const Delivery& one) { return one.subscription == id; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<OwedPtr> OwedChanges::created_after(Instant at) const {
  std::vector<OwedPtr> found;
  for (const auto& [id, line] : table_.lines_)
    for (const Kept* one = line.last; one && one->delivery.created_at > at; one = one->in_line.before)
      found.push_back(OwedTable::shared(*one));
  return with_joined(std::move(found), [&](const Delivery& one) { return one.created_at > at; });
}

std::vector<OwedPtr> OwedChanges::of_record(std::uint64_t record) const {
  std::vector<OwedPtr> found;
  const auto known = table_.records_.find(record);
  if (known == table_.records_.end()) return found;
  for (const Kept* one = known->second.first; one; one = one->in_record.behind)
    if (!one->leaves) found.push_back(OwedTable::shared(*one));
  return found;
}

std::optional<std::uint64_t> OwedChanges::record_to_end() const {
  std::size_t recorded = table_.recorded_ + joined_.size();
  for (const std::uint64_t number : touched_)
    if (const auto& record = table_.records_.at(number); record.left == record.leaving) recorded -= record.recorded;
  if (recorded <= table_.limits_.most_recorded) return std::nullopt;
  for (const auto& [number, record] : table_.records_)
    if (record.left > record.leaving) return number;
  return std::nullopt;
}

std::vector<std::uint64_t> OwedChanges::ended_records() const {
  std::vector<std::uint64_t> ended = table_.over_;
  for (const std::uint64_t number : touched_)
    if (const auto& record = table_.records_.at(number); record.left == record.leaving) ended.push_back(number);
  return ended;
}

std::vector<OwedPtr> OwedChanges::joined() const {
  return with_joined({}, [](const Delivery&) { return true; });
}

void OwedChanges::publish() {
  table_.over_.clear();
  if (joined_.empty() && left_.empty()) return;
  std::erase_if(joined_, [](const std::shared_ptr<Kept>& one) { return one->leaves; });
  std::ranges::sort(joined_, [](const auto& a, const auto& b) { return place(*a) < place(*b); });
  const std::lock_guard lock(table_.mutex_);
  for (Kept* one : std::exchange(left_, {})) table_.remove(*one);
  forget_left();
  if (joined_.empty()) return;
  OwedTable::Record& record = table_.records_[++table_.last_record_];
  record.recorded = joined_.size();
  table_.recorded_ += joined_.size();
  for (std::shared_ptr<Kept>& one : joined_) table_.put(std::move(one), record);
  joined_.clear();
}

}  // namespace beckon::outbox
