// What the hot path knows about a handle: its settings and compiled rules. Immutable; replaced as a whole.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/published_map.h"
#include "base/result.h"
#include "commit/identity_keys.h"
#include "commit/line.h"
#include "commit/traits.h"
#include "commit/visitor_ids.h"
#include "ledger/signal.h"
#include "rules/language/score.h"
#include "rules/rule_set.h"

namespace beckon::commit {

// Settings of a handle; the server's settings are the defaults. The numbers are from contract section 4.
struct HandleSettings {
  int session_signals_per_minute = 60;                // new signals of a session, per rolling minute of arrival
  int address_signals_per_minute = 120;               // signals of a client address on the public route
  int address_decisions_per_minute = 600;             // resolves and prefetches of a client address
  int token_signals_per_minute = 60'000;              // signals of an access token
  int token_decisions_per_minute = 60'000;            // resolves and prefetches of an access token
  Duration retention = std::chrono::hours{30 * 24};   // of a session, after its last signal
  Duration basic_retention = std::chrono::hours{24};  // the same with basic consent
  Duration due_grace = std::chrono::seconds{60};      // how long a delayed rule waits if its anchor arrives overdue
  ledger::Consent default_consent = ledger::Consent::kFull;
  rules::Scores scores;        // scores that rules may measure, by name
  std::string zone;            // IANA name of its time zone, which determines its days; empty if none
  std::string currency;        // ISO 4217 code for values of goals without a currency; empty if none
  bool visitor_scope = false;  // of conditions saved without a scope; otherwise they have the session's
  BlockedIds blocked_ids;      // ids that identify no visitor
  // How long the last visitor identified in a browser is taken for its visitor, until another one is given;
  // std::nullopt: not at all.
  std::optional<Duration> remember = Duration::max();
  // How long a visitor's own record with traits is kept after the last information about the visitor.
  Duration visitor_retention = std::chrono::hours{395 * 24};
  ProofPolicy proof = ProofPolicy::kReads;  // required of callers that name a visitor on the public routes
  // How far back an identified visitor takes over the browser's unclaimed sessions; std::nullopt: all of them.
  std::optional<Duration> claim;
  // For consent from other systems' libraries: the consent that results when a visitor refuses a category.
  std::vector<std::pair<std::string, ledger::Consent>> consent_categories;

  rules::Declared declared() const { return {scores, zone, visitor_scope}; }
};

// {"limits":{"sessionSignalsPerMinute","addressSignalsPerMinute","addressDecisionsPerMinute","tokenSignalsPerMinute",
//  "tokenDecisionsPerMinute"},"retention":"30d","basicRetention":"24h","visitorRetention":"395d","dueGrace":"60s",
//  "defaultConsent":"full","scores":{…} (rules/language/score.h), "zone":"Europe/Berlin",
//  "currency":"EUR","scope":"session" | "visitor", "identity":{"blockedIds":["kiosk"],"remember":"until_logout" | "30m"
//  | "never", "claim":"30m" | "all","proof":"off" | "reads" | "required"},
//  "consentCategories":{"Advertising":"denied","Analytics":"basic"}}, each optional. Fault: validation_error with every
//  fault.
inline constexpr std::size_t kConsentCategories = 50;
inline constexpr Duration kDueGraceMost = std::chrono::minutes{10};
inline constexpr Duration kVisitorRetentionMost = std::chrono::hours{1826 * 24};
std::optional<Duration> parse_due_grace(std::string_view text);  // "0s" to "10m"

// The maximum that an owner may set. If the server's default is higher, that is the maximum.
struct HandleMaxima {
  int session_signals_per_minute = 100'000;
  int address_signals_per_minute = 60'000;
  int address_decisions_per_minute = 60'000;
  int token_signals_per_minute = 600'000;
  int token_decisions_per_minute = 600'000;
  Duration retention = std::chrono::hours{400 * 24};
};

// Fault: also if a limit is above `most`; null allows any that can be stored.
Result<HandleSettings> parse_settings(const json::Value& settings, const HandleSettings& defaults,
                                      const HandleMaxima* most = nullptr);
// Settings that were stored under other maxima, limited to the current ones.
HandleSettings capped(HandleSettings settings, const HandleSettings& defaults, const HandleMaxima& most);
std::string to_json(const HandleSettings& settings);

struct Tenant {
  Handle handle;
  bool admitted = true;  // on the platform's allowlist
  HandleSettings settings;
  std::shared_ptr<const rules::RuleSet> rules;
  std::vector<rules::FillingRule> filling = {};  // StoredRules::filling
  TraitTablePtr traits = TraitTable::none();     // and counters
  IdentityKeysPtr identity_keys = IdentityKeys::none();
  std::shared_ptr<Line> line = std::make_shared<Line>();  // shared by all versions of the tenant
};

using TenantPtr = std::shared_ptr<const Tenant>;

// The tenant with these rules and its own settings. Fault: they cannot be compiled.
Result<TenantPtr> with_rules(Tenant tenant, const rules::StoredRules& stored);

// All tenants by name. Thread-safe; only the committing thread changes them.
class Tenants {
 public:
  // Fault: handle_not_found, or feature_locked if it is not on the allowlist.
  Result<TenantPtr> find(std::string_view handle) const;
  // Whether or not it is on the allowlist; null if it is not in memory.
  TenantPtr known(std::string_view handle) const { return tenants_.find(handle); }
  std::vector<TenantPtr> all() const { return tenants_.all(); }
  Duration longest_retention() const;  // of all tenants; 0 if there are none
  void put(TenantPtr tenant);

  // Whether some counter may still be filling. Committing thread.
  bool is_filling() const { return filling_; }
  void set_filling(bool filling) { filling_ = filling; }
  // The same for rules.
  bool is_filling_rules() const { return filling_rules_; }
  void set_filling_rules(bool filling) { filling_rules_ = filling; }

 private:
  PublishedMap<Tenant> tenants_;
  bool filling_ = true, filling_rules_ = true;  // until checked
};

}  // namespace beckon::commit
