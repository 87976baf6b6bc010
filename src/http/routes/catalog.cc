// What a handle has seen recently, by name: keys of signals, their values and metadata, fields of the context,
// triggers; and the scores that its settings declare. For authors of rules. Reads a bounded number of sessions and
// signals.
#include <algorithm>
#include <map>
#include <set>

#include "http/routes/response.h"
#include "rules/language/field_path.h"
#include "rules/language/score.h"

namespace beckon::http {
namespace {

constexpr std::size_t kSessions = 200;      // the newest
constexpr std::size_t kMetadata = 4'000;    // signals whose metadata is read
constexpr std::size_t kNamesCounted = 500;  // of one kind and under one name; the rest is omitted
constexpr std::size_t kKeysShown = 200;
constexpr std::size_t kFieldsShown = 50;
constexpr std::size_t kValuesShown = 20;
constexpr std::size_t kValueBytes = 100;  // longer ones are useless as suggestions

// Names with their number of occurrences.
template <class What>
class Counted {
 public:
  // Null if there are too many.
  What* count(std::string_view name) {
    auto found = all_.find(name);
    if (found == all_.end()) {
      if (all_.size() == kNamesCounted) return nullptr;
      found = all_.emplace(std::string(name), std::pair<std::int64_t, What>{}).first;
    }
    ++found->second.first;
    return &found->second.second;
  }

  // Most frequent first; `write` gets the name, its count, and what is known about it.
  template <class Write>
  void each(std::size_t limit, Write write) const {
    std::vector<const typename All::value_type*> order;
    for (const auto& one : all_) order.push_back(&one);
    std::ranges::stable_sort(order, std::greater{}, [](const auto* one) { return one->second.first; });
    if (order.size() > limit) order.resize(limit);
    for (const auto* one : order) write(one->first, one->second.first, one->second.second);
  }

 private:
  using All = std::map<std::string, std::pair<std::int64_t, What>, std::less<>>;
  All all_;
};

struct Nothing {};
using Values = Counted<Nothing>;

struct SeenField {
  std::string_view type;  // of the newest value
  Values values;
};

struct Key {
  Values values;
  Counted<SeenField> fields;
};

std::string_view type_of(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNumber: return "number";
    case json::Kind::kBoolean: return "boolean";
    case json::Kind::kString: return "text";
    case json::Kind::kArray: return "list";
    case json::Kind::kObject: return "object";
    case json::Kind::kNull: break;
  }
  return "";
}

// Counts the fields of one signal's metadata, each once; `seen` has those already counted.
void add_fields(const json::Value& object, const std::string& path, std::size_t depth, Counted<SeenField>& fields,
                std::set<std::string, std::less<>>& seen);

void add_field(const json::Value& value, const std::string& path, std::size_t depth, Counted<SeenField>& fields,
               std::set<std::string, std::less<>>& seen) {
  if (value.is_null() || !rules::is_field(path)) return;
  if (value.is_object()) return add_fields(value, path + ".", depth + 1, fields, seen);
  if (value.is_array()) {
    for (const json::Value& item : value.items()) add_field(item, path + "[]", depth, fields, seen);
    return;
  }
  if (!seen.emplace(path).second) return;
  SeenField* field = fields.count(path);
  if (!field) return;
  field->type = type_of(value);
  if (value.text().size() <= kValueBytes) field->values.count(value.text());
}

void add_fields(const json::Value& object, const std::string& path, std::size_t depth, Counted<SeenField>& fields,
                std::set<std::string, std::less<>>& seen) {
  if (depth == rules::kPathNames) return;
  for (const json::Member& member : object.members())
    add_field(member.value, path + std::string(member.key), depth, fields, seen);
}

struct Catalog {
  std::size_t sessions = 0, metadata = 0;
  Instant since{};
  Counted<Key> keys;
  Values sources, triggers;
  Counted<Values> context;

  void add(const ledger::Session& session) {
    ++sessions;
    since = since == Instant{} ? session.created : std::min(since, session.created);
    for (std::size_t i = session.window.size(); i-- > 0;) add(session.window[i]);
    for (const auto& [name, value] : session.context)
      if (Values* values = context.count(name); values && value.size() <= kValueBytes) values->count(value);
    for (const ledger::PastDecision& decision : ledger::past_decisions(session.decisions))
      triggers.count(decision.trigger);
  }

  void add(const ledger::Signal& signal) {
    Key* key = keys.count(signal.key);
    if (!signal.source.empty()) sources.count(signal.source);
    if (!key) return;
    if (signal.has_value && signal.value.size() <= kValueBytes) key->values.count(signal.value);
    if (signal.metadata.empty() || metadata == kMetadata) return;
    ++metadata;
    std::set<std::string, std::less<>> seen;
    if (const auto document = json::parse(std::string(signal.metadata)); document && document->root().is_object())
      add_fields(document->root(), "", 0, key->fields, seen);
  }
};

void write_values(json::Writer& out, std::string_view name, const Values& values) {
  out.key(name).begin_array();
  values.each(kValuesShown, [&](std::string_view value, std::int64_t count, const Nothing&) {
    out.begin_object().member("value", value).member("count", count).end_object();
  });
  out.end_array();
}

void write_catalog(json::Writer& out, const Catalog& catalog) {
  out.member("sessions", static_cast<std::int64_t>(catalog.sessions));
  instant_or_null(out, "since", catalog.since);
  out.key("keys").begin_array();
  catalog.keys.each(kKeysShown, [&](std::string_view name, std::int64_t count, const Key& key) {
    out.begin_object().member("key", name).member("count", count);
    write_values(out, "values", key.values);
    out.key("fields").begin_array();
    key.fields.each(kFieldsShown, [&](std::string_view path, std::int64_t seen, const SeenField& field) {
      out.begin_object().member("field", path).member("count", seen).member("type", field.type);
      write_values(out, "values", field.values);
      out.end_object();
    });
    out.end_array().end_object();
  });
  out.end_array();
  write_values(out, "sources", catalog.sources);
  out.key("context").begin_array();
  catalog.context.each(kFieldsShown, [&](std::string_view name, std::int64_t count, const Values& values) {
    out.begin_object().member("field", name).member("count", count);
    write_values(out, "values", values);
    out.end_object();
  });
  out.end_array();
  write_values(out, "triggers", catalog.triggers);
}

Result<Response> get_catalog(Api& api, Request& request) {
  const Handle handle{request.param("handle")};
  const auto newest = api.places.sessions.newest(handle, std::nullopt, kSessions, api.clock.now());
  if (!newest) return unexpected(newest.error());
  const auto tenant = api.places.tenants.find(handle.view());
  if (!tenant) return unexpected(tenant.error());
  Catalog catalog;
  for (const ledger::SessionSummary& one : *newest) {
    const auto session =
        api.places.sessions.find(handle, one.id, api.places.sessions.digest(handle.view(), one.id.view()));
    if (!session) return unexpected(session.error());
    if (*session) catalog.add(**session);
  }
  std::string body;
  json::Writer out(body);
  out.begin_object();
  write_catalog(out, catalog);
  out.member_raw("scores", rules::to_json((*tenant)->settings.scores));
  out.member("requestId", request.id.view()).end_object();
  return json_response(200, std::move(body));
}

}  // namespace

void add_catalog(Api& api, std::vector<Route>& routes) {
  routes.push_back(control(api, Method::kGet, "/v2/handles/{handle}/catalog", creator(), get_catalog,
                           "Names of signals, metadata and context seen lately"));
}

}  // namespace beckon::http
