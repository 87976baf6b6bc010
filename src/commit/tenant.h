// What the hot path knows of a handle: its settings and its compiled rules. Immutable; replaced whole.
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

// Settings of a handle; each has the server's as its default. Contract section 4 names the numbers.
struct HandleSettings {
  int session_signals_per_minute = 60;                // new signals of a session in a rolling minute by arrival
  int address_signals_per_minute = 120;               // signals of a client address on the public route
  int address_decisions_per_minute = 600;             // resolves and prefetches of a client address
  int token_signals_per_minute = 60'000;              // signals of an access token
  int token_decisions_per_minute = 60'000;            // resolves and prefetches of an access token
  Duration retention = std::chrono::hours{30 * 24};   // of a session, after its last signal
  Duration basic_retention = std::chrono::hours{24};  // the same with consent basic
  Duration due_grace = std::chrono::seconds{60};      // how long a delayed rule waits if its anchor arrives overdue
  ledger::Consent default_consent = ledger::Consent::kFull;
  rules::Scores scores;        // that rules may measure, by name
  std::string zone;            // IANA name of its time zone, by which rules tell days; empty: none
  std::string currency;        // ISO 4217, of the values of goals that name none; empty: none
  bool visitor_scope = false;  // of conditions that are saved without a scope; else they are of the session
  BlockedIds blocked_ids;      // that name no visitor
  // Who is taken for a browser's visitor until another is said: the last one that was, for so long; std::nullopt: no
  // one.
  std::optional<Duration> remember = Duration::max();
  // How long what is known of a visitor lives, after the last that was said of them, where traits were.
  Duration visitor_retention = std::chrono::hours{395 * 24};
  ProofPolicy proof = ProofPolicy::kReads;  // asked of who names a visitor on the public routes
  // How far back a visitor who is said takes the browser's sessions that nobody has claimed; std::nullopt: all.
  std::optional<Duration> claim;
  // Of what others' libraries say of consent: what it is where a visitor refused a category.
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

// What an owner may set at most. Where the server's default is higher, that is the maximum.
struct HandleMaxima {
  int session_signals_per_minute = 100'000;
  int address_signals_per_minute = 60'000;
  int address_decisions_per_minute = 60'000;
  int token_signals_per_minute = 600'000;
  int token_decisions_per_minute = 600'000;
  Duration retention = std::chrono::hours{400 * 24};
};

// Fault: also where a limit is above `most`; null: any that can be stored.
Result<HandleSettings> parse_settings(const json::Value& settings, const HandleSettings& defaults,
                                      const HandleMaxima* most = nullptr);
// Settings that were stored under other maxima, as they hold now.
HandleSettings capped(HandleSettings settings, const HandleSettings& defaults, const HandleMaxima& most);
std::string to_json(const HandleSettings& settings);

struct Tenant {
  Handle handle;
  bool admitted = true;  // on the platform's allowlist
  HandleSettings settings;
  std::shared_ptr<const rules::RuleSet> rules;
  TraitTablePtr traits = TraitTable::none();  // and counters
  IdentityKeysPtr identity_keys = IdentityKeys::none();
  std::shared_ptr<Line> line = std::make_shared<Line>();  // shared by all versions of the tenant
};

using TenantPtr = std::shared_ptr<const Tenant>;

// The tenant with these rules, under its own settings. Fault: they cannot be compiled.
Result<TenantPtr> with_rules(Tenant tenant, const rules::StoredRules& stored);

// All tenants by name. Thread-safe; changes come from the committing thread alone.
class Tenants {
 public:
  // Fault: handle_not_found, or feature_locked where it is not on the allowlist.
  Result<TenantPtr> find(std::string_view handle) const;
  // Whether it is on the allowlist or not; null if it is not in memory.
  TenantPtr known(std::string_view handle) const { return tenants_.find(handle); }
  std::vector<TenantPtr> all() const { return tenants_.all(); }
  Duration longest_retention() const;  // of all; 0 where there is none
  void put(TenantPtr tenant);

  // Whether some counter may still be filled. Committing thread.
  bool is_filling() const { return filling_; }
  void set_filling(bool filling) { filling_ = filling; }

 private:
  PublishedMap<Tenant> tenants_;
  bool filling_ = true;  // until somebody has looked
};

}  // namespace beckon::commit
