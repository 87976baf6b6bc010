#include "commit/traits.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>

#include "rules/language/decimal.h"
#include "system/plain_text.h"
#include "system/zones.h"

namespace beckon::commit {
namespace {

constexpr std::array<std::string_view, 6> kTypes{"text", "number", "bool", "instant", "date", "list"};

const TraitTable::Declarations kReserved{
    {"zone", {}}, {"locale", {}}, {"country", {}}, {"email", {.sensitive = true}}, {"phone", {.sensitive = true}},
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr double kNumberBound = 1e12;

// Whether the text is exactly one JSON number.
bool is_number(std::string_view text) {
  const auto document = json::parse(std::string(text));
  return document && document->root().is_number();
}

std::expected<std::string, std::string> number_value(const json::Value& value) {
  const bool is_one = value.is_number() || (value.is_string() && is_number(value.text()));
  double size = 0;
  if (is_one) std::from_chars(value.text().data(), value.text().data() + value.text().size(), size);
  if (!is_one || !(size < kNumberBound && size > -kNumberBound))
    return std::unexpected("must be a number below 1 trillion");
  return rules::decimal_text(rules::millionths(value.text()));
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto part = [&](std::size_t from, std::size_t size) {
    int number = -1;
    const char* end = text.data() + from + size;
    const auto read = std::from_chars(text.data() + from, end, number);
    return read.ec == std::errc{} && read.ptr == end ? number : -1;
  };
  const int year = part(0, 4), month = part(5, 2), day = part(8, 2);
  if (year < 0 || month < 0 || day < 0) return false;
  return std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                     std::chrono::day{static_cast<unsigned>(day)}}
      .ok();
}

std::expected<std::string, std::string> list_value(const json::Value& value) {
  constexpr const char* kMust = "must be a list of at most 50 texts";
  if (!value.is_array() || value.items().size() > trait_limits::kList) return std::unexpected(kMust);
  std::vector<std::string> texts;
  for (const json::Value& item : value.items()) {
    if (!item.is_string()) return std::unexpected(kMust);
    auto text = trait_text(item.text());
    if (!text) return std::unexpected(text.error());
    texts.push_back(std::move(*text));
  }
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const std::string& text : texts) writer.string(text);
  writer.end_array();
  return out;
}

bool read_boolean(const json::Value& object, std::string_view name, Issues& issues) {
  const json::Value* value = object.find(name);
  if (!value) return false;
  if (!value->is_boolean()) issues.add(std::string(name), "must be a boolean");
  return value->is_boolean() && value->boolean();
}

void read_sources(const json::Value& list, std::vector<std::string>& sources, Issues& issues) {
  if (!list.is_array() || list.items().size() > trait_limits::kSources)
    return issues.add("sources", "must be a list of at most 8 names of sources");
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const json::Value& item = list.items()[i];
    if (!item.is_string() || !is_trait_source(item.text()))
      issues.add("sources[" + std::to_string(i) + "]", "must be a name such as \"crm\"");
    else if (std::ranges::find(sources, item.text()) != sources.end())
      issues.add("sources[" + std::to_string(i) + "]", "is there already");
    else
      sources.emplace_back(item.text());
  }
}

TraitDeclaration read_members(const json::Value& value, Issues& issues) {
  TraitDeclaration trait{.is_public = read_boolean(value, "public", issues),
                         .sensitive = read_boolean(value, "sensitive", issues),
                         .sources = {}};
  const json::Value* type = value.find("type");
  const auto known = type && type->is_string() ? type_named(type->text()) : std::nullopt;
  if (!type)
    issues.add("type", "is required");
  else if (!known)
    issues.add("type", "must be text, number, bool, instant, date or list");
  else
    trait.type = *known;
  if (const json::Value* sources = value.find("sources")) read_sources(*sources, trait.sources, issues);
  return trait;
}

}  // namespace

std::string_view name_of(TraitType type) { return kTypes[static_cast<std::size_t>(type)]; }

std::optional<TraitType> type_named(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name);
  return found == kTypes.end() ? std::nullopt : std::optional(static_cast<TraitType>(found - kTypes.begin()));
}

std::uint8_t rank_of(const TraitDeclaration& trait, std::string_view source) {
  if (trait.sources.empty()) return source == kPageSource ? 1 : 2;
  const auto found = std::ranges::find(trait.sources, source);
  if (found == trait.sources.end() && source == kProvenSource)
    return std::max(rank_of(trait, kServerSource), rank_of(trait, kPageSource));
  return static_cast<std::uint8_t>(trait.sources.end() - found);
}

TraitDeclaration read_trait_declaration(const json::Value& value, Issues& issues) {
  for (const json::Member& member : value.members())
    if (member.key != "type" && member.key != "public" && member.key != "sensitive" && member.key != "sources")
      issues.add(std::string(member.key), "is an unknown field");
  TraitDeclaration trait = read_members(value, issues);
  if (trait.is_public && trait.sensitive) issues.add("public", "cannot be true of a sensitive trait");
  trait.declared = true;
  return trait;
}

void write_members(json::Writer& out, const TraitDeclaration& trait) {
  out.member("type", name_of(trait.type))
      .member_boolean("public", trait.is_public)
      .member_boolean("sensitive", trait.sensitive)
      .key("sources")
      .begin_array();
  for (const std::string& source : trait.sources) out.string(source);
  out.end_array().member_boolean("declared", trait.declared);
}

std::string to_json(const TraitDeclaration& trait) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  write_members(writer, trait);
  writer.end_object();
  return out;
}

std::optional<TraitDeclaration> stored_trait(std::string_view text) {
  const auto document = json::parse(std::string(text));
  if (!document) return std::nullopt;
  Issues issues;
  TraitDeclaration trait = read_members(document->root(), issues);
  trait.declared = read_boolean(document->root(), "declared", issues);
  if (!issues.empty()) return std::nullopt;
  return trait;
}

bool is_trait_name(std::string_view text) {
  return !text.empty() && text.size() <= trait_limits::kName && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; });
}

bool is_trait_source(std::string_view text) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= trait_limits::kSource && (is_lower(text.front()) || is_digit(text.front())) &&
         std::ranges::all_of(text, [&](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; });
}

const TraitDeclaration* reserved_trait(std::string_view name) {
  const auto found = kReserved.find(name);
  return found == kReserved.end() ? nullptr : &found->second;
}

std::optional<TraitType> type_of(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::kString: return TraitType::kText;
    case json::Kind::kNumber: return TraitType::kNumber;
    case json::Kind::kBoolean: return TraitType::kBool;
    case json::Kind::kArray: return TraitType::kList;
    case json::Kind::kNull:
    case json::Kind::kObject: return std::nullopt;
  }
  return std::nullopt;
}

std::expected<std::string, std::string> trait_text(std::string_view text) {
  auto plain = plain_text(text, trait_limits::kText);
  if (!plain) return std::unexpected("must be a text of at most 512 bytes without control characters");
  return std::move(*plain);
}

std::expected<std::string, std::string> trait_value(std::string_view name, TraitType type, const json::Value& value) {
  switch (type) {
    case TraitType::kText: {
      if (!value.is_string()) return std::unexpected("must be a text");
      const auto text = trait_text(value.text());
      if (!text) return text;
      if (name == "zone" && !system_zones().find(*text))
        return std::unexpected("must be the name of a time zone, such as \"Europe/Vienna\"");
      return json::quote(*text);
    }
    case TraitType::kNumber: return number_value(value);
    case TraitType::kBool:
      if (!value.is_boolean()) return std::unexpected("must be true or false");
      return std::string(value.boolean() ? "true" : "false");
    case TraitType::kInstant: {
      const auto at = value.instant();
      if (!at) return std::unexpected("must be an instant from 1970 to 9999, such as \"2026-05-01T12:00:00Z\"");
      return json::quote(to_rfc3339(*at));
    }
    case TraitType::kDate:
      if (!value.is_string() || !is_date(value.text())) return std::unexpected("must be a date such as \"2026-05-01\"");
      return json::quote(value.text());
    case TraitType::kList: return list_value(value);
  }
  return std::unexpected("must be a value");
}

TraitTablePtr table_of(const TraitStore::Stored& traits, const TraitStore::Stored& counters) {
  TraitTable::Declarations table;
  for (const auto& [name, json] : traits)
    if (auto trait = stored_trait(json)) table.emplace(name, std::move(*trait));
  rules::Counters declared;
  for (const auto& [name, json] : counters)
    if (auto counter = rules::stored_counter(json, system_zones())) declared.emplace(name, std::move(*counter));
  return std::make_shared<const TraitTable>(std::move(table), std::move(declared));
}

TraitTable::TraitTable(Declarations declared_and_seen, rules::Counters counters)
    : by_name_(std::move(declared_and_seen)), counters_(std::move(counters)) {
  for (const auto& [name, trait] : by_name_)
    if (trait.sensitive) sensitive_.push_back(name);
  for (const auto& [name, trait] : kReserved)
    if (trait.sensitive && !by_name_.contains(name)) sensitive_.push_back(name);
  std::ranges::sort(sensitive_);
}

std::shared_ptr<const TraitTable> TraitTable::none() {
  static const auto kNone = std::make_shared<const TraitTable>();
  return kNone;
}

const TraitDeclaration* TraitTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? reserved_trait(name) : &found->second;
}

}  // namespace beckon::commit
