// Custom events of the operator: contract section 6. Stored even without a matching subscription.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "commit/committer.h"
#include "outbox/outbox.h"

namespace beckon::intake {

namespace publish_limits {
inline constexpr std::size_t kType = 128;  // as a subscription's event type
inline constexpr std::size_t kId = 64;
}  // namespace publish_limits

struct PublishRequest {
  commit::TenantPtr tenant;
  std::string type;
  std::string payload;  // the JSON text of an object, without whitespace
  std::string id;       // the operator's own id; empty if none
  std::string actor;    // the publisher
  Trace trace = {};     // of the HTTP request
};

// Types that only the server publishes: signal.*, chain.*, webhook.*, link.clicked.
bool is_reserved_event_type(std::string_view type);

// {"type","payload","id"?}. Reports every fault at once.
Result<PublishRequest> parse_publish(const json::Value& root, commit::TenantPtr tenant, std::string actor);

// The same `id` with the same type and payload is the same event; with another type or payload it is kConflict. The id
// is remembered as long as the event is stored.
class Publish final : public commit::Work {
 public:
  // Called once, on the committing thread.
  using Done = std::move_only_function<void(const Result<EventId>&)>;

  // `outbox` outlives the work.
  Publish(PublishRequest request, outbox::Outbox& outbox, Done done)
      : request_(std::move(request)), outbox_(outbox), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override;
  void finish(const std::optional<Fault>& fault) override;
  commit::Line* line() const override { return request_.tenant->line.get(); }
  std::size_t bytes() const override;
  const Trace* trace() const override { return &request_.trace; }

 private:
  Result<EventId> planned(commit::Draft& draft);
  bool is_same(const outbox::Event& known) const;

  PublishRequest request_;
  outbox::Outbox& outbox_;
  Done done_;
  Result<EventId> answer_;
};

}  // namespace beckon::intake
