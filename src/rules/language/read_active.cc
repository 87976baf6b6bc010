// "active": from and until become an ordinary condition; hours and days hold a rule back.
#include <array>

#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::optional<Instant> read_instant(Members& members, std::string_view name) {
  const json::Value* value = members.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto at = value->is_string() ? parse_rfc3339(value->text()) : std::nullopt;
  if (!at) members.issue(name, "must be an instant such as \"2026-10-01T00:00:00Z\", or null");
  return at;
}

// "08:00", up to "24:00".
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1000; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
  if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 24 * 60) return std::nullopt;
  return std::chrono::minutes{hours * 60 + minutes};
}

void read_open_hours(Members& active, Hours& hours) {
  const json::Value* value = active.find("hours");
  if (value == nullptr) return;
  const std::string_view text = value->is_string() ? value->text() : std::string_view{};
  const std::size_t dash = text.find('-');
  const auto open = time_of_day(text.substr(0, dash));
  const auto close = dash == text.npos ? std::nullopt : time_of_day(text.substr(dash + 1));
  if (!open || !close || *open == *close || *open == std::chrono::hours{24})
    return active.issue("hours", "must be a time range such as \"08:00-22:00\"; \"22:00-06:00\" ends on the next day");
  hours.open = *open;
  hours.close = *close;
}

void read_days(Members& active, Hours& hours) {
  const json::Value* list = active.find("days");
  if (list == nullptr) return;
  if (list->items().empty()) return active.issue("days", "must be a list of days such as [\"mon\",\"tue\"]");
  hours.days = 0;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const json::Value& item = list->items()[i];
    const auto day = item.is_string() ? std::find(kDays.begin(), kDays.end(), item.text()) : kDays.end();
    if (day == kDays.end())
      active.issues().add(path_of(active.path("days"), i), "must be one of mon, tue, wed, thu, fri, sat, sun");
    else
      hours.days |= static_cast<std::uint8_t>(1u << (day - kDays.begin()));
  }
}

constexpr std::string_view kOfTheVisitor = "visitor";
constexpr std::size_t kZonesElse = 20;

void read_zone_else(Members& active, const Zones& zones, Hours& hours) {
  const json::Value* list = active.find("zoneElse");
  if (list == nullptr || list->items().empty() || list->items().size() > kZonesElse) {
    return active.issue("zoneElse",
                        "must be a list of 1 to 20 time zones; where the visitor's zone is not known, the rule is open "
                        "only where it is open in all of them");
  }
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const json::Value& item = list->items()[i];
    const Zone* zone = item.is_string() ? zones.find(item.text()) : nullptr;
    if (zone == nullptr)
      active.issues().add(path_of(active.path("zoneElse"), i), "must be a time zone such as \"Europe/Berlin\" (IANA)");
    else
      hours.zone_else.push_back(zone);
  }
}

void read_zone(Members& active, const Zones& zones, Hours& hours) {
  const json::Value* value = active.find("zone");
  const std::string_view name = value == nullptr ? "Etc/UTC" : value->is_string() ? value->text() : "";
  if (name == kOfTheVisitor) return read_zone_else(active, zones, hours);
  active.misplaced("zoneElse", "can only be used where zone is \"visitor\"");
  hours.zone = zones.find(name);
  if (hours.zone == nullptr)
    active.issue("zone", "must be a time zone such as \"Europe/Berlin\" (IANA), or \"visitor\"");
}

}  // namespace

void read_active(Members& members, const Zones& zones, Rule& rule) {
  const json::Value* value = members.find("active");
  if (value == nullptr) return;
  if (!value->is_object()) {
    members.issue("active", "must be an object with from, until, hours, days or zone");
    return;
  }
  Members active(*value, members.path("active"), members.issues());
  const auto from = read_instant(active, "from"), until = read_instant(active, "until");
  if (from && until && *until <= *from) active.issue("until", "must be later than from");
  Hours hours;
  read_open_hours(active, hours);
  read_days(active, hours);
  read_zone(active, zones, hours);
  if (active.has("zone") && !active.has("hours") && !active.has("days"))
    active.issue("zone", "can only be used with hours or days; from and until have their own offset");
  active.finish();
  if (active.has("hours") || active.has("days")) rule.hours = hours;
  if (!from && !until) return;
  Condition condition{.least = 1, .path = "active"};
  condition.measure.kind = MeasureKind::kActive;
  condition.measure.from = from.value_or(Instant::min());
  condition.measure.until = until.value_or(Instant::max());
  rule.all.insert(rule.all.begin(), condition);
}

}  // namespace beckon::rules
