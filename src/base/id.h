// Distinct types for names and ids, so that they cannot be confused.
#pragma once
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/random.h"

namespace beckon {

template <class Tag>
struct Id {
  std::string text;

  Id() = default;
  explicit Id(std::string_view from) : text(from) {}
  bool empty() const { return text.empty(); }
  std::string_view view() const { return text; }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using Handle = Id<struct HandleTag>;  // a tenant's name
using SessionId = Id<struct SessionTag>;
using VisitorId = Id<struct VisitorTag>;
using RuleId = Id<struct RuleTag>;
using DecisionId = Id<struct DecisionTag>;          // dec_…
using SubscriptionId = Id<struct SubscriptionTag>;  // whs_…
using EventId = Id<struct EventTag>;                // evt_…
using DeliveryId = Id<struct DeliveryTag>;          // dlv_…
using ReplayId = Id<struct ReplayTag>;              // rpl_…
using SimulationId = Id<struct SimulationTag>;      // sim_…
using AuditId = Id<struct AuditTag>;                // aud_…
using RequestId = Id<struct RequestTag>;            // req_…

// `prefix` and a ULID (26 characters of Crockford's base 32: 48 bits of milliseconds, 80 of randomness), so that ids of
// one kind sort by creation time. github.com/ulid/spec
std::string make_ulid(std::string_view prefix, Instant at, Random& random);
void make_ulid(std::string& id, std::string_view prefix, Instant at, Random& random);  // in place of what `id` was

// The same form from 128 given bits, so that one name always gives the same id.
std::string ulid_of(std::string_view prefix, std::uint64_t high, std::uint64_t low);

// The instant of a ULID, given without its prefix; std::nullopt for any other text.
std::optional<Instant> ulid_instant(std::string_view text);

// Contract section 1 and 4: the formats of names in requests.
bool is_handle(std::string_view text);                   // ^[a-z0-9][a-z0-9_-]{1,62}$
bool is_session_id(std::string_view text);               // 1 to 128 of A-Z a-z 0-9 . _ : -
bool is_trigger(std::string_view text);                  // ^[a-z0-9][a-z0-9_.:-]{0,63}$, or kDueTrigger
inline constexpr std::string_view kDueTrigger = "@due";  // of delayed rules: evaluated by the server itself
bool is_signal_key(std::string_view text);               // ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$

}  // namespace beckon

template <class Tag>
struct std::hash<beckon::Id<Tag>> {
  std::size_t operator()(const beckon::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.text); }
};
