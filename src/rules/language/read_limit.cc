// "limit", "split", "action" or "actions", and "goal".
#include <algorithm>

#include "rules/language/decimal.h"
#include "rules/language/planted.h"
#include "rules/language/read_filter.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

Cap read_cap(const json::Value& value, const std::string& path, const Zones& zones, Issues& issues) {
  Cap cap;
  if (!value.is_object()) {
    issues.add(path, "must be an object such as {\"max\": 3, \"per\": \"7d\"}");
    return cap;
  }
  Members members(value, path, issues, &zones);
  if (!members.has("max"))
    members.need("max", "an integer");
  else
    cap.max = members.integer("max", 1, limits::kCap).value_or(1);
  const json::Value* per = members.need("per", "\"session\", a duration such as \"7d\", or day, week, month or year");
  const std::string_view name = per != nullptr && per->is_string() ? per->text() : std::string_view{};
  cap.calendar = calendar_named(name);
  const auto span = parse_duration(name);
  if (per != nullptr && name != "session" && cap.calendar == Calendar::kNone && !span)
    members.issue("per", "must be \"session\", a duration such as \"7d\", or day, week, month or year");
  cap.per = span.value_or(Duration{});
  if (cap.calendar != Calendar::kNone)
    read_zone(members, cap.zone, cap.zone_name);
  else
    members.misplaced("zone", "can only be used where per is day, week, month or year");
  members.finish();
  return cap;
}

void read_action(const json::Value& value, const std::string& path, Issues& issues, Arm& arm, bool stored) {
  if (!value.is_object()) return issues.add(path, "must be an object such as {\"type\": \"popup\", \"payload\": {}}");
  Members action(value, path, issues);
  const auto type = action.text("type", limits::kActionTypeSize, true);
  OnMissing on_missing = OnMissing::kHold;
  if (const json::Value* missing = action.find("missing")) {
    if (missing->is_string() && missing->text() == "null")
      on_missing = OnMissing::kNull;
    else if (!missing->is_string() || missing->text() != "hold")
      action.issue("missing", "must be \"hold\" or \"null\"");
  }
  std::string payload = "{}";
  if (const json::Value* given = action.find("payload")) {
    if (given->is_object()) {
      payload = json::to_text(*given);
      Issues faults;
      arm.payload = PayloadTemplate::read(*given, action.path("payload"), on_missing, faults);
      if (!faults.empty()) arm.payload.reset();
      for (const FieldIssue& fault : faults.items())
        if (!stored) issues.add(fault.field, fault.issue);
    } else {
      action.issue("payload", "must be an object");
    }
  }
  if (payload.size() > limits::kPayloadBytes) action.issue("payload", "must be at most 8 KiB as JSON");
  action.finish();
  arm.action_type = type.value_or("");
  json::Writer(arm.action_json)
      .begin_object()
      .member("type", arm.action_type)
      .member_raw("payload", payload)
      .end_object();
}

// In byte order of their names; each ends where its share of the buckets, rounded down, ends.
void read_arms(Members& split, Rule& rule) {
  const json::Value* value = split.find("arms");
  if (value == nullptr) return;
  if (!value->is_object() || value->members().empty() || value->members().size() > limits::kArms)
    return split.issue("arms", "must be an object of 1 to " + std::to_string(limits::kArms) +
                                   " weights such as {\"a\": 50, \"b\": 50}");
  std::vector<std::pair<std::string, std::int64_t>> arms;
  Members weights(*value, split.path("arms"), split.issues());
  for (const json::Member& given : value->members()) {
    if (given.key.empty() || given.key.size() > limits::kGroupSize)
      weights.issue(given.key, "must have a name of 1 to 64 characters");
    arms.emplace_back(given.key, weights.integer(given.key, 0, limits::kArmWeight).value_or(0));
  }
  std::ranges::sort(arms);
  std::int64_t total = 0, so_far = 0;
  for (const auto& arm : arms) total += arm.second;
  if (total == 0) return split.issue("arms", "must have a weight above 0");
  for (const auto& [name, weight] : arms) {
    so_far += weight;
    rule.arms.push_back({.name = name, .end = static_cast<std::uint32_t>(so_far * kBuckets / total)});
  }
}

// A share of the units in percent, as buckets.
std::optional<std::uint32_t> read_share(Members& members, std::string_view name) {
  const json::Value* share = members.find(name);
  if (share == nullptr) return std::nullopt;
  const auto percent = share->is_number() ? std::optional(millionths(share->text())) : std::nullopt;
  if (percent && *percent >= 0 && *percent <= 100'000'000 && *percent % 10'000 == 0)
    return static_cast<std::uint32_t>(*percent / 10'000);
  members.issue(name, "must be a percentage from 0 to 100 with at most two decimals");
  return std::nullopt;
}

// What the arms are assigned to, and whether they are kept. For a rule saved before either existed: neither.
void read_unit(Members& given, Split& split) {
  const json::Value *unit = given.find("unit"), *sticky = given.find("sticky");
  if (unit && unit->is_string() && unit->text() == "session")
    split.unit = SplitUnit::kSession;
  else if (unit && unit->is_string() && unit->text() == "visitor")
    split.unit = SplitUnit::kVisitor;
  else if (unit && unit->is_string() && unit->text() == "device")
    split.unit = SplitUnit::kDevice;
  else if (unit)
    given.issue("unit", "must be \"visitor\", \"session\" or \"device\"");
  split.sticky = sticky ? sticky->is_boolean() && sticky->boolean() : unit != nullptr;
  if (sticky && !sticky->is_boolean()) given.issue("sticky", "must be a boolean");
}

void read_force(Members& given, const Rule& rule, Split& split) {
  const json::Value* force = given.find("force");
  if (!force) return;
  if (!force->is_object() || force->members().empty() || force->members().size() > limits::kForced)
    return given.issue("force", "must be an object of 1 to " + std::to_string(limits::kForced) +
                                    " arms by visitorId, such as {\"jon@company.example\": \"b\"}");
  Members arms(*force, given.path("force"), given.issues());
  for (const json::Member& member : force->members()) {
    const std::string name{member.key};
    arms.find(member.key);
    if (name.empty() || name.size() > limits::kVisitorBytes)
      arms.issue(name, "must be under a visitorId of 1 to 256 bytes");
    else if (!member.value.is_string() ||
             std::ranges::find(rule.arms, member.value.text(), &Arm::name) == rule.arms.end())
      arms.issue(name, "must be an arm of split.arms");
    else
      split.force.emplace(name, member.value.text());
  }
}

}  // namespace

void read_limit(Members& members, const Zones& zones, Rule& rule) {
  const json::Value* value = members.find("limit");
  if (value == nullptr) return;
  if (!value->is_object()) return members.issue("limit", "must be an object with cooldown, caps or group");
  Members given(*value, members.path("limit"), members.issues());
  Limit limit;
  limit.cooldown = given.duration("cooldown").value_or(Duration{});
  if (const json::Value* caps = given.find("caps")) {
    if (!caps->is_array() || caps->items().size() > limits::kCaps)
      given.issue("caps", "must be a list of at most " + std::to_string(limits::kCaps) + " caps");
    else
      for (std::size_t i = 0; i < caps->items().size(); ++i)
        limit.caps.push_back(read_cap(caps->items()[i], path_of(given.path("caps"), i), zones, given.issues()));
  }
  limit.group = given.text("group", limits::kGroupSize).value_or("");
  if (!given.has("cooldown") && !given.has("caps") && !given.has("group"))
    given.issue("caps", "is required unless cooldown or group is given");
  given.finish();
  limit.key =
      spend_key(rule.id.text, limit.group, rule.status == Status::kShadow && off_by_one(Planted::kShadowHolds) == 0);
  rule.limit = std::move(limit);
}

// After `active`, which is checked first.
void read_rollout(Members& members, Rule& rule) {
  const auto salt = members.text("rolloutSalt", limits::kGroupSize);
  const auto buckets = read_share(members, "rollout");
  if (members.has("rolloutSalt") && !members.has("rollout"))
    members.issue("rolloutSalt", "can only be used with rollout");
  if (!buckets || *buckets == kBuckets) return;
  Condition condition{.least = 1, .path = "rollout"};
  condition.measure.kind = MeasureKind::kRollout;
  condition.measure.field = salt ? std::string(*salt) : rule.id.text;
  condition.measure.buckets = *buckets;
  const bool scheduled = !rule.all.empty() && rule.all.front().measure.kind == MeasureKind::kActive;
  rule.all.insert(rule.all.begin() + (scheduled ? 1 : 0), std::move(condition));
}

void read_split(Members& members, Rule& rule) {
  const json::Value* value = members.find("split");
  if (value == nullptr) return;
  if (!value->is_object()) return members.issue("split", "must be an object with arms or holdout");
  Members given(*value, members.path("split"), members.issues());
  Split split{.salt = rule.id.text};
  if (const auto salt = given.text("salt", limits::kGroupSize)) split.salt = *salt;
  split.holdout = read_share(given, "holdout").value_or(0);
  read_arms(given, rule);
  read_unit(given, split);
  read_force(given, rule, split);
  if (!given.has("arms") && !given.has("holdout")) given.issue("arms", "is required unless holdout is given");
  given.finish();
  rule.split = std::move(split);
}

void read_actions(Members& members, Rule& rule, bool stored) {
  const bool split = !rule.arms.empty();
  const json::Value* one = members.find("action");
  const json::Value* many = members.find("actions");
  if (!split) {
    if (many != nullptr)
      members.issue("actions", "requires split.arms; without arms, give action instead");
    else if (one == nullptr)
      members.need("action", "such as {\"type\": \"popup\", \"payload\": {}}");
    Arm arm{.end = kBuckets};
    if (one != nullptr) read_action(*one, members.path("action"), members.issues(), arm, stored);
    rule.arms.push_back(std::move(arm));
    return;
  }
  if (one != nullptr) members.issue("action", "cannot be combined with split.arms; give one action per arm in actions");
  if (many == nullptr || !many->is_object())
    return members.issue("actions", "is required: an object with one action per arm of split.arms");
  Members given(*many, members.path("actions"), members.issues());
  for (Arm& arm : rule.arms) {
    if (const json::Value* action = given.find(arm.name))
      read_action(*action, given.path(arm.name), given.issues(), arm, stored);
    else
      given.issue(arm.name, "is required: the action for this arm");
  }
  given.finish();
}

void read_goal(Members& members, Rule& rule) {
  const json::Value* value = members.find("goal");
  if (value == nullptr) return;
  if (!value->is_object())
    return members.issue("goal", "must be an object such as {\"key\": \"purchase\", \"within\": \"24h\"}");
  Members given(*value, members.path("goal"), members.issues());
  Goal goal;
  goal.key = given.text("key", 64, true).value_or("");
  if (!goal.key.empty() && !is_signal_key(goal.key)) given.issue("key", "must be a signal key such as \"purchase\"");
  goal.within = given.duration("within", true).value_or(Duration{});
  goal.value_field = given.text("valueField", limits::kFieldSize).value_or("");
  goal.currency_field = given.text("currencyField", limits::kFieldSize).value_or("");
  if (!goal.currency_field.empty() && given.find("valueField") == nullptr)
    given.issue("currencyField", "requires valueField, whose currency it names");
  if (const json::Value* count = given.find("count")) {
    goal.each = count->is_string() && count->text() == "each";
    if (!goal.each && !(count->is_string() && count->text() == "once"))
      given.issue("count", "must be \"once\" or \"each\"");
  }
  given.finish();
  rule.goal = std::move(goal);
}

}  // namespace beckon::rules
