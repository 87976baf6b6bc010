// The permissions of an access token: contract section 2.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::access {

// Each is for routes that an OPERATOR may call, so that nobody can give a token more rights than they have; the server
// does not start if a route declares otherwise (http/routes/token_routes.h).
enum class Scope : std::uint8_t {
  kChainSignalWrite,
  kChainResolve,
  kChainRulesRead,
  kChainRulesWrite,
  kChainExplain,
  kVisitorsRead,
  kVisitorsWrite,
  kDeliveriesRead,
  kDeliveriesRetry,
  kWebhooks,
  kEventsPublish,
  kAnalytics,
  kAuditRead,
};
inline constexpr std::array<std::string_view, 13> kScopes{
    "chain.signal.write", "chain.resolve",  "chain.rules.read", "chain.rules.write", "chain.explain",
    "visitors.read",      "visitors.write", "deliveries.read",  "deliveries.retry",  "webhooks.*",
    "events.publish",     "analytics.*",    "audit.read"};  // in the order of Scope

constexpr std::string_view to_text(Scope scope) { return kScopes[static_cast<std::size_t>(scope)]; }
std::optional<Scope> parse_scope(std::string_view text);  // the inverse; exactly these texts

// A set of scopes. Immutable except for add().
class Scopes {
 public:
  void add(Scope scope) { bits_ |= bit(scope); }
  bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  bool empty() const { return bits_ == 0; }

  // Whether they suffice for a route that needs `wanted`: either it is included, or webhooks.* is, which also covers
  // the deliveries of webhooks.
  bool allow(Scope wanted) const;

  friend bool operator==(const Scopes&, const Scopes&) = default;

 private:
  static constexpr std::uint32_t bit(Scope scope) { return std::uint32_t{1} << static_cast<unsigned>(scope); }
  std::uint32_t bits_ = 0;
};

// As stored: names separated by spaces. Reading skips unknown names.
std::string to_text(const Scopes& scopes);
Scopes parse_scopes(std::string_view text);
std::string to_json(const Scopes& scopes);  // ["chain.resolve",…]

}  // namespace beckon::access
