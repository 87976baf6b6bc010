#include "http/mcp/tools.h"

#include <algorithm>

#include "base/check.h"
#include "rules/language/payload_text.h"

namespace beckon::mcp {

extern const std::string_view kTools;  // tools.json, embedded at build time

namespace {

using json::Value;

constexpr std::string_view kRoleRoutes = "/v2/handles/{handle}/";

http::Route route_at(const std::vector<http::Route>& routes, std::string_view method, const std::string& pattern) {
  const auto found = std::ranges::find_if(
      routes, [&](const http::Route& one) { return to_text(one.method) == method && one.pattern == pattern; });
  CHECK(found != routes.end());
  return *found;
}

Way way_of(const Value& call, const std::vector<http::Route>& routes) {
  const std::string path(call.text_of("path"));
  const std::string_view method = call.text_of("method");
  Way way{.given = call.text_of("given"),
          .of_token = route_at(routes, method, std::string(http::kPatRoutes) + "{handle}/" + path),
          .of_role = route_at(routes, method, std::string(kRoleRoutes) + path),
          .query = {},
          .headers = {},
          .body = call.text_of("body")};
  if (const Value* query = call.find("query"))
    for (const Value& name : query->items()) way.query.push_back(name.text());
  if (const Value* headers = call.find("headers"))
    for (const json::Member& member : headers->members()) way.headers.emplace_back(member.key, member.value.text());
  return way;
}

Tool tool_of(const Value& described, const std::vector<http::Route>& routes) {
  const Value *calls = described.find("calls"), *input = described.find("inputSchema"),
              *output = described.find("outputSchema");
  CHECK(calls && input && output);
  Tool tool{.name = described.text_of("name"), .listed = {}, .input = *input, .output = *output, .ways = {}};
  for (const Value& call : calls->items()) tool.ways.push_back(way_of(call, routes));
  CHECK(!tool.ways.empty() && tool.ways.back().given.empty());
  json::Writer writer(tool.listed);
  writer.begin_object();
  for (const json::Member& member : described.members())
    if (member.key != "calls") writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  return tool;
}

bool is_in_path(const Way& way, std::string_view name) {
  return way.of_role.pattern.find("{" + std::string(name) + "}") != std::string::npos;
}

bool is_plain(const Value& value) { return value.is_string() || value.is_boolean() || value.integer().has_value(); }

enum class Place : std::uint8_t { kPath, kQuery, kHeader, kBody, kNone };

const std::pair<std::string_view, std::string_view>* header_of(const Way& way, std::string_view argument) {
  const auto found = std::ranges::find(way.headers, argument, &std::pair<std::string_view, std::string_view>::first);
  return found == way.headers.end() ? nullptr : &*found;
}

Place place_of(const Way& way, std::string_view argument) {
  if (is_in_path(way, argument)) return Place::kPath;
  if (std::ranges::find(way.query, argument) != way.query.end()) return Place::kQuery;
  if (header_of(way, argument)) return Place::kHeader;
  return way.body == "*" || way.body == argument ? Place::kBody : Place::kNone;
}

void put(const Way& way, const json::Member& argument, Place place, Ask& ask, json::Writer& body) {
  const std::string text(argument.value.text());
  switch (place) {
    case Place::kPath: ask.params.emplace_back(argument.key, text); return;
    case Place::kQuery:
      ask.query += (ask.query.empty() ? "" : "&") + std::string(argument.key) + "=" + rules::percent_encoded(text);
      return;
    case Place::kHeader: ask.headers.emplace_back(header_of(way, argument.key)->second, '"' + text + '"'); return;
    case Place::kBody:
      if (way.body == "*") body.key(argument.key);
      body.raw(json::to_text(argument.value));
      return;
    case Place::kNone: return;
  }
}

// Checks what the route does not see: the limits on numbers here are those of a model's responses.
std::string fault_of(const json::Member& argument, const Value& schema, Place place) {
  if (place == Place::kNone) return "cannot be combined with the other arguments";
  if (place == Place::kBody) return {};
  if (!is_plain(argument.value) || argument.value.text().empty())
    return "must be a whole number, or a string that is not empty";
  const Value* most = schema.find("maximum");
  if (most && argument.value.is_number() && argument.value.number() > most->number())
    return "must be at most " + std::string(most->text());
  return {};
}

const Value& properties_of(const Tool& tool) {
  const Value* properties = tool.input.find("properties");
  CHECK(properties);
  return *properties;
}

void check_names(const Tool& tool, const Value& arguments, Issues& issues) {
  for (const json::Member& argument : arguments.members())
    if (!properties_of(tool).find(argument.key)) issues.add(std::string(argument.key), "is an unknown argument");
  if (const Value* required = tool.input.find("required"))
    for (const Value& name : required->items())
      if (!arguments.find(name.text())) issues.add(std::string(name.text()), "is required");
}

}  // namespace

const Way& Tool::way(const Value& arguments) const {
  const auto found =
      std::ranges::find_if(ways, [&](const Way& way) { return way.given.empty() || arguments.find(way.given); });
  CHECK(found != ways.end());
  return *found;
}

Tools::Tools(const std::vector<http::Route>& routes) : document_(*json::parse(std::string(kTools))) {
  for (const Value& described : document_.root().items()) tools_.push_back(tool_of(described, routes));
}

const Tool* Tools::find(std::string_view name) const {
  const auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

Result<Ask> ask_of(const Tool& tool, const Way& way, const Value& arguments) {
  Issues issues;
  check_names(tool, arguments, issues);
  Ask ask;
  json::Writer body(ask.body);
  if (way.body == "*") body.begin_object();
  for (const json::Member& property : properties_of(tool).members()) {
    const Value* given = arguments.find(property.key);
    const Place place = place_of(way, property.key);
    if (!given && place != Place::kNone) given = property.value.find("default");
    if (!given) continue;
    const json::Member argument{property.key, *given};
    const std::string fault = fault_of(argument, property.value, place);
    fault.empty() ? put(way, argument, place, ask, body) : issues.add(std::string(argument.key), fault);
  }
  if (way.body == "*") body.end_object();
  if (!issues.empty()) return unexpected(issues.fault());
  return ask;
}

std::string argument_of(const Way& way, std::string_view field) {
  if (way.body.empty() || way.body == "*") return std::string(field);
  return std::string(way.body) + "." + std::string(field);
}

}  // namespace beckon::mcp
