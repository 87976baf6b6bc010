#include "intake/publish.h"

#include <algorithm>

#include "outbox/event_body.h"

namespace beckon::intake {
namespace {

bool is_event_type(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= publish_limits::kType && is_alnum(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_alnum(c) || std::string_view{"._:-"}.find(c) != std::string_view::npos; });
}

bool is_own_id(std::string_view text) {
  return !text.empty() && text.size() <= publish_limits::kId &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// No session has such a name, so an event's digest cannot be a session's.
EventId named_event(commit::Draft& draft, const Handle& handle, std::string_view id) {
  const auto digest = draft.places().sessions.digest(handle.view(), "event/" + std::string(id));
  return EventId{ulid_of("evt_", digest.high, digest.low)};
}

std::string cause_of(const PublishRequest& request) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("published").begin_object().member("by", request.actor);
  if (!request.id.empty()) writer.member("id", request.id);
  writer.end_object().end_object();
  return out;
}

}  // namespace

bool is_reserved_event_type(std::string_view type) {
  return type.starts_with("signal.") || type.starts_with("chain.") || type.starts_with("webhook.") ||
         type == "link.clicked";
}

Result<PublishRequest> parse_publish(const json::Value& root, commit::TenantPtr tenant, std::string actor) {
  PublishRequest request{.tenant = std::move(tenant), .actor = std::move(actor)};
  Issues issues;
  const json::Value *type = root.find("type"), *payload = root.find("payload"), *id = root.find("id");
  if (!type)
    issues.add("type", "is required: a name such as \"order.paid\"");
  else if (!type->is_string() || !is_event_type(type->text()))
    issues.add("type", "must be a name of 1 to 128 letters, digits and . _ : -, such as \"order.paid\"");
  else if (is_reserved_event_type(type->text()))
    issues.add("type", "is reserved: signal.*, chain.*, webhook.* and link.clicked are published by the server only");
  else
    request.type = type->text();
  if (!payload)
    issues.add("payload", "is required: an object");
  else if (!payload->is_object())
    issues.add("payload", "must be an object");
  else
    request.payload = json::to_text(*payload);
  if (id && !(id->is_string() && is_own_id(id->text())))
    issues.add("id", "must be a string of 1 to 64 characters");
  else if (id)
    request.id = id->text();
  if (!issues.empty()) return unexpected(issues.fault());
  return request;
}

std::size_t Publish::bytes() const { return request_.payload.size(); }

void Publish::plan(commit::Draft& draft) { answer_ = planned(draft); }

Result<EventId> Publish::planned(commit::Draft& draft) {
  const Handle& handle = request_.tenant->handle;
  EventId id;
  if (request_.id.empty()) {
    id = EventId{make_ulid("evt_", draft.now(), draft.places().random)};
  } else {
    id = named_event(draft, handle, request_.id);
    std::optional<outbox::Event> known;
    if (const outbox::Event* staged = draft.own_event(id))
      known = *staged;
    else if (auto stored = outbox_.event(handle, id))
      known = std::move(*stored);
    else
      return unexpected(stored.error());
    if (known && is_same(*known)) return id;
    if (known)
      return unexpected(Fault{
          .code = FaultCode::kConflict,
          .message = "An event with this id has already been published with another type or payload; use a new id for "
                     "another event."});
  }
  draft.add_own_event(*request_.tenant, id, request_.type, cause_of(request_), request_.payload);
  return id;
}

bool Publish::is_same(const outbox::Event& known) const {
  return known.type == request_.type &&
         known.body == outbox::event_body(known.id, request_.type, known.handle, known.occurred_at, request_.payload);
}

void Publish::finish(const std::optional<Fault>& fault) {
  if (answer_ && fault) answer_ = unexpected(*fault);
  done_(answer_);
}

}  // namespace beckon::intake
