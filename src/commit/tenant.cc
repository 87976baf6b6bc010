#include "commit/tenant.h"

#include <algorithm>
#include <array>

#include "rules/language/currency.h"
#include "system/zones.h"

namespace beckon::commit {
namespace {

// The per-minute limits, by name in the JSON.
struct Limit {
  std::string_view name;
  int HandleSettings::*setting;
  int HandleMaxima::*most;
};
constexpr std::array<Limit, 5> kLimits{{
    {"sessionSignalsPerMinute", &HandleSettings::session_signals_per_minute, &HandleMaxima::session_signals_per_minute},
    {"addressSignalsPerMinute", &HandleSettings::address_signals_per_minute, &HandleMaxima::address_signals_per_minute},
    {"addressDecisionsPerMinute", &HandleSettings::address_decisions_per_minute,
     &HandleMaxima::address_decisions_per_minute},
    {"tokenSignalsPerMinute", &HandleSettings::token_signals_per_minute, &HandleMaxima::token_signals_per_minute},
    {"tokenDecisionsPerMinute", &HandleSettings::token_decisions_per_minute, &HandleMaxima::token_decisions_per_minute},
}};

// `most`: the server's maxima; the server's default, already in `read`, is always allowed.
void read_limit(const json::Value& limits, const Limit& of, const HandleMaxima* most, HandleSettings& read,
                Issues& issues) {
  const json::Value* value = limits.find(of.name);
  if (!value) return;
  int& limit = read.*of.setting;
  const int highest = most ? std::max(most->*of.most, limit) : 100'000'000;
  const auto number = value->integer();
  if (!number || *number < 1 || *number > highest)
    return issues.add("limits." + std::string(of.name), "must be a whole number from 1 to " + std::to_string(highest) +
                                                            (most ? ", the server's maximum" : ""));
  limit = static_cast<int>(*number);
}

// `most` as above.
void read_retention(const json::Value& settings, std::string_view name, const HandleMaxima* most, Duration& retention,
                    Issues& issues) {
  const json::Value* value = settings.find(name);
  if (!value) return;
  const auto read = value->is_string() ? parse_duration(value->text()) : std::nullopt;
  if (!read) return issues.add(std::string(name), "must be a duration such as \"30d\", at most \"3650d\"");
  const Duration highest = most ? std::max(most->retention, retention) : *read;
  if (*read > highest)
    return issues.add(std::string(name), "must be at most \"" + to_text(highest) + "\" on this server");
  retention = *read;
}

void refuse_unknown(const json::Value& object, std::string_view prefix, std::span<const std::string_view> known,
                    Issues& issues) {
  for (const json::Member& member : object.members())
    if (std::ranges::find(known, member.key) == known.end())
      issues.add(std::string(prefix) + std::string(member.key), "is an unknown setting");
}

void read_due_grace(const json::Value& settings, Duration& grace, Issues& issues) {
  const json::Value* value = settings.find("dueGrace");
  if (!value) return;
  const auto read = value->is_string() ? parse_due_grace(value->text()) : std::nullopt;
  if (!read) return issues.add("dueGrace", "must be a duration from \"0s\" to \"10m\"");
  grace = *read;
}

void read_blocked_ids(const json::Value& list, BlockedIds& blocked, Issues& issues) {
  if (!list.is_array() || list.items().size() > BlockedIds::kMost)
    return issues.add("identity.blockedIds", "must be a list of at most 100 ids");
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const json::Value& item = list.items()[i];
    const auto id = item.is_string() ? parse_visitor_id(item.text()) : std::nullopt;
    if (id && !id->empty())
      blocked.add(*id);
    else
      issues.add("identity.blockedIds[" + std::to_string(i) + "]",
                 "must be a text of 1 to 256 bytes without control characters");
  }
}

constexpr std::string_view kUntilLogout = "until_logout", kNever = "never", kAll = "all";

void read_remember(const json::Value& value, std::optional<Duration>& remember, Issues& issues) {
  const std::string_view text = value.is_string() ? value.text() : "";
  if (const auto duration = parse_duration(text))
    remember = duration;
  else if (text == kUntilLogout)
    remember = Duration::max();
  else if (text == kNever || text == "0s")
    remember = std::nullopt;
  else
    issues.add("identity.remember", "must be \"until_logout\", \"never\" or a duration such as \"30m\"");
}

void read_identity(const json::Value& identity, HandleSettings& read, Issues& issues) {
  static constexpr std::array<std::string_view, 4> kKnown{"blockedIds", "remember", "claim", "proof"};
  if (!identity.is_object()) return issues.add("identity", "must be an object");
  refuse_unknown(identity, "identity.", kKnown, issues);
  read.blocked_ids = {};
  if (const json::Value* list = identity.find("blockedIds")) read_blocked_ids(*list, read.blocked_ids, issues);
  if (const json::Value* value = identity.find("remember")) read_remember(*value, read.remember, issues);
  if (const json::Value* value = identity.find("claim")) {
    const auto claim = value->is_string() ? parse_duration(value->text()) : std::nullopt;
    if (claim || (value->is_string() && value->text() == kAll))
      read.claim = claim;
    else
      issues.add("identity.claim", "must be \"all\" or a duration such as \"30m\"");
  }
  if (const json::Value* value = identity.find("proof")) {
    const auto policy = std::ranges::find(kProofPolicies, value->is_string() ? value->text() : std::string_view{});
    if (policy != kProofPolicies.end())
      read.proof = static_cast<ProofPolicy>(policy - kProofPolicies.begin());
    else
      issues.add("identity.proof", "must be \"off\", \"reads\" or \"required\"");
  }
}

void read_consent_categories(const json::Value& categories, HandleSettings& read, Issues& issues) {
  if (!categories.is_object() || categories.members().size() > kConsentCategories)
    return issues.add("consentCategories", "must be an object of at most 50 categories");
  read.consent_categories.clear();
  for (const json::Member& one : categories.members()) {
    const std::string_view said = one.value.is_string() ? one.value.text() : "";
    const bool is_basic = said == ledger::to_text(ledger::Consent::kBasic);
    if (one.key.empty() || one.key.size() > 64)
      issues.add("consentCategories." + std::string(one.key), "must have a name of 1 to 64 bytes");
    else if (is_basic || said == ledger::to_text(ledger::Consent::kDenied))
      read.consent_categories.emplace_back(one.key, is_basic ? ledger::Consent::kBasic : ledger::Consent::kDenied);
    else
      issues.add("consentCategories." + std::string(one.key), "must be \"basic\" or \"denied\"");
  }
}

}  // namespace

std::optional<Duration> parse_due_grace(std::string_view text) {
  if (text == "0s") return Duration{};
  const auto read = parse_duration(text);
  return read && *read <= kDueGraceMost ? read : std::nullopt;
}

HandleSettings capped(HandleSettings settings, const HandleSettings& defaults, const HandleMaxima& most) {
  for (const Limit& of : kLimits)
    settings.*of.setting = std::min(settings.*of.setting, std::max(defaults.*of.setting, most.*of.most));
  settings.retention = std::min(settings.retention, std::max(defaults.retention, most.retention));
  settings.basic_retention = std::min(settings.basic_retention, std::max(defaults.basic_retention, most.retention));
  return settings;
}

Result<HandleSettings> parse_settings(const json::Value& settings, const HandleSettings& defaults,
                                      const HandleMaxima* most) {
  static constexpr std::array<std::string_view, 12> kTop{
      "limits", "retention", "basicRetention", "visitorRetention", "dueGrace",         "defaultConsent", "scores",
      "zone",   "currency",  "scope",          "identity",         "consentCategories"};
  HandleSettings read = defaults;
  Issues issues;
  if (!settings.is_object()) {
    issues.add("", "must be an object");
    return unexpected(issues.fault());
  }
  refuse_unknown(settings, "", kTop, issues);
  if (const json::Value* limits = settings.find("limits")) {
    if (!limits->is_object()) issues.add("limits", "must be an object");
    std::array<std::string_view, kLimits.size()> names;
    std::ranges::transform(kLimits, names.begin(), &Limit::name);
    refuse_unknown(*limits, "limits.", names, issues);
    for (const Limit& of : kLimits) read_limit(*limits, of, most, read, issues);
  }
  read_retention(settings, "retention", most, read.retention, issues);
  read_retention(settings, "basicRetention", most, read.basic_retention, issues);
  if (const json::Value* value = settings.find("visitorRetention")) {
    const auto kept = value->is_string() ? parse_duration(value->text()) : std::nullopt;
    if (kept && *kept <= kVisitorRetentionMost)
      read.visitor_retention = *kept;
    else
      issues.add("visitorRetention", "must be a duration such as \"395d\", at most \"1826d\"");
  }
  read_due_grace(settings, read.due_grace, issues);
  if (const json::Value* consent = settings.find("defaultConsent")) {
    if (consent->is_string() && consent->text() == "full")
      read.default_consent = ledger::Consent::kFull;
    else if (consent->is_string() && consent->text() == "basic")
      read.default_consent = ledger::Consent::kBasic;
    else if (consent->is_string() && consent->text() == "denied")
      read.default_consent = ledger::Consent::kDenied;
    else
      issues.add("defaultConsent", "must be \"full\", \"basic\" or \"denied\"");
  }
  if (const json::Value* scores = settings.find("scores")) read.scores = rules::read_scores(*scores, "scores", issues);
  if (const json::Value* zone = settings.find("zone"); zone && !zone->is_null()) {
    read.zone = zone->is_string() ? zone->text() : "";
    if (system_zones().find(read.zone) == nullptr)
      issues.add("zone", "must be a time zone such as \"Europe/Berlin\" (IANA)");
  }
  if (const json::Value* currency = settings.find("currency"); currency && !currency->is_null()) {
    read.currency = currency->is_string() ? currency->text() : "";
    if (!rules::is_currency(read.currency))
      issues.add("currency", "must be the code of a currency such as \"EUR\" (ISO 4217)");
  }
  if (const json::Value* scope = settings.find("scope")) {
    read.visitor_scope = scope->is_string() && scope->text() == "visitor";
    if (!read.visitor_scope && !(scope->is_string() && scope->text() == "session"))
      issues.add("scope", "must be \"session\" or \"visitor\"");
  }
  if (const json::Value* identity = settings.find("identity")) read_identity(*identity, read, issues);
  if (const json::Value* categories = settings.find("consentCategories"))
    read_consent_categories(*categories, read, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return read;
}

std::string to_json(const HandleSettings& settings) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("limits").begin_object();
  for (const Limit& of : kLimits) writer.member(of.name, settings.*of.setting);
  writer.end_object()
      .member("retention", to_text(settings.retention))
      .member("basicRetention", to_text(settings.basic_retention))
      .member("visitorRetention", to_text(settings.visitor_retention))
      .member("dueGrace", settings.due_grace == Duration{} ? "0s" : to_text(settings.due_grace))
      .member("defaultConsent", ledger::to_text(settings.default_consent))
      .member_raw("scores", rules::to_json(settings.scores))
      .key("zone");
  settings.zone.empty() ? writer.null() : writer.string(settings.zone);
  json::text_or_null(writer, "currency", settings.currency);
  writer.member("scope", settings.visitor_scope ? "visitor" : "session");
  writer.key("identity").begin_object().key("blockedIds").begin_array();
  for (const std::string& id : settings.blocked_ids.own()) writer.string(id);
  writer.end_array();
  writer.member("remember", !settings.remember                      ? std::string(kNever)
                            : *settings.remember == Duration::max() ? std::string(kUntilLogout)
                                                                    : to_text(*settings.remember));
  writer.member("claim", settings.claim ? to_text(*settings.claim) : std::string(kAll))
      .member("proof", kProofPolicies[static_cast<std::size_t>(settings.proof)])
      .end_object();
  writer.key("consentCategories").begin_object();
  for (const auto& [category, consent] : settings.consent_categories) writer.member(category, ledger::to_text(consent));
  writer.end_object().end_object();
  return out;
}

Result<TenantPtr> Tenants::find(std::string_view handle) const {
  auto found = tenants_.find(handle);
  if (!found) return unexpected(handle_not_found());
  if (!found->admitted)
    return unexpected(
        Fault{.code = FaultCode::kFeatureLocked,
              .message = "This handle is not on the platform's allowlist; ask the platform admin to add it."});
  return found;
}

Result<TenantPtr> with_rules(Tenant tenant, const rules::StoredRules& stored) {
  auto compiled = rules::RuleSet::compile(stored, system_zones(), tenant.settings.declared());
  if (!compiled) return unexpected(compiled.error());
  tenant.rules = std::make_shared<const rules::RuleSet>(std::move(*compiled));
  tenant.filling = stored.filling;
  return std::make_shared<const Tenant>(std::move(tenant));
}

Duration Tenants::longest_retention() const {
  Duration longest{0};
  for (const TenantPtr& tenant : all()) longest = std::max(longest, tenant->settings.retention);
  return longest;
}

void Tenants::put(TenantPtr tenant) {
  const std::string& name = tenant->handle.text;
  filling_rules_ = filling_rules_ || !tenant->filling.empty();
  tenants_.put(name, tenant);
}

}  // namespace beckon::commit
