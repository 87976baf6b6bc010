#include "http/routes/event_streams.h"

#include <algorithm>
#include <ranges>

#include "base/json.h"
#include "http/routes/sse_text.h"
#include "system/encoding.h"

namespace beckon::http {
namespace {

constexpr std::size_t kMostExpected = 65'536;  // answers between two steps; further ones do not change the expiry

Fault no_token() {
  return {.code = FaultCode::kInvalidToken,
          .message = "The token of this event stream is invalid or has expired; evaluate the flags again for another."};
}

// So that no other sealed text is a valid token, and no token of another handle.
std::string sealed_for(const Handle& handle) { return "event stream of " + handle.text; }

std::uint64_t number_in(const json::Value& root, std::string_view member) {
  const json::Value* value = root.find(member);
  return static_cast<std::uint64_t>(value ? value->integer().value_or(0) : 0);
}

}  // namespace

std::int64_t EventStreams::era() const { return parts_.clock.now().time_since_epoch() / limits_.era; }

std::string EventStreams::token(const Answer& answer) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object()
      .member("era", era())
      .member("life", parts_.life)
      .member("seen", static_cast<std::int64_t>(answer.seen))
      .member("rules", static_cast<std::int64_t>(answer.rules_version))
      .member("expires", to_ms(answer.expires))
      .member("session", answer.session.view())
      .end_object();
  return to_base64url(parts_.secrets.seal(text, sealed_for(answer.handle), parts_.random));
}

void EventStreams::answered(const Answer& answer) {
  if (places_.in_use() == 0) return;
  const std::lock_guard lock(mutex_);
  if (expected_.size() < kMostExpected) expected_.push_back({answer.handle, answer.session, answer.expires});
}

std::optional<EventStreams::Reader> EventStreams::reader_of(const Handle& handle, std::string_view token,
                                                            Instant now) const {
  const auto sealed = from_base64url(token);
  auto text = sealed ? parts_.secrets.open(*sealed, sealed_for(handle)) : std::nullopt;
  if (!text) return std::nullopt;
  const auto document = json::parse(std::move(*text));
  if (!document) return std::nullopt;
  const json::Value& root = document->root();
  const auto made_in = static_cast<std::int64_t>(number_in(root, "era"));
  if (era() > made_in + 1) return std::nullopt;
  Reader reader{.session = SessionId{root.text_of("session")},
                .rules_version = number_in(root, "rules"),
                .position = number_in(root, "seen"),
                .expires = instant_ms(static_cast<std::int64_t>(number_in(root, "expires"))),
                .beaten_at = now};
  reader.changed = root.text_of("life") != parts_.life;
  return reader;
}

// The place is released with the response if that never becomes a stream (HEAD, a client that has disconnected).
std::shared_ptr<void> EventStreams::take_place(const Handle& handle, const IpAddress& client) {
  const Handle of_address{handle.text + " " + client.text()};  // no handle has such a name
  if (of_addresses_.take(of_address) != SharedPlaces::Taken::kYes) return nullptr;
  if (places_.take(handle) != SharedPlaces::Taken::kYes) {
    of_addresses_.leave(of_address);
    return nullptr;
  }
  return {static_cast<void*>(this), [this, handle, of_address](void*) {
            places_.leave(handle);
            of_addresses_.leave(of_address);
          }};
}

Result<Response> EventStreams::open(const Handle& handle, const IpAddress& client, std::string_view token,
                                    std::string_view last_event_id) {
  if (const auto tenant = parts_.tenants.find(handle.view()); !tenant) return unexpected(tenant.error());
  auto reader = reader_of(handle, token, parts_.clock.now());
  if (!reader) return unexpected(no_token());
  if (!last_event_id.empty()) {
    const auto position = position_of(last_event_id, parts_.life);
    reader->changed = !position;
    reader->position = position.value_or(0);
  }
  reader->place = take_place(handle, client);
  if (!reader->place) return unexpected(unavailable("Too many event streams; poll instead."));
  return Response{.status = 200,
                  .body = "retry: 2000\n\n",
                  .content_type = "text/event-stream",
                  .headers = {{"cache-control", "no-store"}, {"x-accel-buffering", "no"}},
                  .stream = [this, coming = Coming{handle, std::move(*reader)}](Stream stream) mutable {
                    coming.reader.stream = std::move(stream);
                    const std::lock_guard lock(mutex_);
                    coming_.push_back(std::move(coming));
                  }};
}

void EventStreams::step() {
  std::vector<Coming> coming;
  std::vector<Expected> expected;
  {
    const std::lock_guard lock(mutex_);
    coming.swap(coming_);
    expected.swap(expected_);
  }
  for (Coming& one : coming) join(std::move(one));
  for (auto& [handle, of] : handles_) read_changes(handle, of);
  for (const Expected& one : expected) {
    const auto of = handles_.find(one.handle);
    if (of == handles_.end()) continue;
    const auto [first, last] = of->second.readers.equal_range(one.session);
    for (auto reader = first; reader != last; ++reader) reader->second.expires = one.expires;
  }
  const Instant now = parts_.clock.now();
  for (OfHandle& of : handles_ | std::views::values)
    for (auto reader = of.readers.begin(); reader != of.readers.end();)
      reader = tell(of, reader->second, now) ? std::next(reader) : of.readers.erase(reader);
  std::erase_if(handles_, [](const auto& of) { return of.second.readers.empty(); });
}

void EventStreams::end() {
  step();
  for (const OfHandle& of : handles_ | std::views::values)
    for (const Reader& reader : of.readers | std::views::values) reader.stream.close();
  handles_.clear();
}

// The reader may have missed changes that the handle's other readers have read already.
void EventStreams::join(Coming coming) {
  auto& [handle, reader] = coming;
  const auto [of, is_new] = handles_.try_emplace(handle);
  if (is_new) of->second.position = parts_.changes.newest(handle);
  while (!reader.changed && reader.position < of->second.position) {
    const auto page = parts_.changes.read(handle, reader.position, limits_.page);
    reader.changed = page.dropped > 0 || std::ranges::any_of(page.changes, [&](const commit::ChangeSeen& change) {
                       const auto* signal = std::get_if<commit::SignalSeen>(&change.what);
                       return signal && signal->session == reader.session;
                     });
    if (page.next == reader.position) break;
    reader.position = page.next;
  }
  of->second.readers.emplace(reader.session, std::move(reader));
}

void EventStreams::read_changes(const Handle& handle, OfHandle& of) {
  for (;;) {
    const auto page = parts_.changes.read(handle, of.position, limits_.page);
    if (page.dropped > 0)
      for (auto& [session, reader] : of.readers) reader.changed = true;
    for (const commit::ChangeSeen& change : page.changes) {
      const auto* signal = std::get_if<commit::SignalSeen>(&change.what);
      if (!signal) continue;
      const auto [first, last] = of.readers.equal_range(signal->session);
      for (auto reader = first; reader != last; ++reader) reader->second.changed = true;
    }
    of.position = page.next;
    if (page.changes.size() < limits_.page) break;
  }
  const auto tenant = parts_.tenants.find(handle.view());
  for (auto& [session, reader] : of.readers) {
    if (!tenant) {
      reader.stream.close();
    } else if (const std::uint64_t version = (*tenant)->rules->version(); reader.rules_version != version) {
      reader.rules_version = version;
      reader.changed = true;
    }
  }
}

bool EventStreams::tell(const OfHandle& of, Reader& reader, Instant now) const {
  if (!reader.stream.is_open()) return false;
  const bool has_expired = now >= std::max(reader.expires, reader.told_at + limits_.least_ttl);
  if ((reader.changed || has_expired) && now - reader.told_at >= limits_.pause) {
    const std::string data = R"({"type":"refetchEvaluation","lastModified":)" + std::to_string(to_ms(now) / 1000) + "}";
    if (!reader.stream.write(event_of({}, data, parts_.life + "-" + std::to_string(of.position))))
      return reader.stream.is_open();
    reader.changed = false;
    reader.told_at = now;
    reader.beaten_at = now;
    reader.expires = now + limits_.usual_ttl;
    return true;
  }
  if (now - reader.beaten_at >= limits_.beat) {
    reader.beaten_at = now;
    reader.stream.write(":\n\n");
  }
  return true;
}

}  // namespace beckon::http
