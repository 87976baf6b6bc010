#include "http/router.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "http/text.h"
#include "system/plain_text.h"

namespace beckon::http {

std::string_view to_text(Access::Who who) {
  switch (who) {
    case Access::Who::kUndeclared: return "undeclared";
    case Access::Who::kPublic: return "public";
    case Access::Who::kAnyJwt: return "jwt";
    case Access::Who::kCreator: return "creator";
    case Access::Who::kOperator: return "operator";
    case Access::Who::kOwner: return "owner";
    case Access::Who::kPlatformAdmin: return "platform_admin";
    case Access::Who::kPat: return "pat";
    case Access::Who::kMember: return "member";
  }
  return "";
}

// One segment of the paths. A node with rows is the end of a pattern.
struct Router::Node {
  std::vector<std::pair<std::string_view, std::unique_ptr<Node>>> fixed;
  std::unique_ptr<Node> capture;
  std::unique_ptr<Node> rest;           // "{rest*}"
  std::vector<std::size_t> routes;      // indexes in the table
  std::vector<std::string_view> names;  // of the captures on the path to here
  bool ends_in_rest = false;
  bool shares_name = false;
  std::string allow;
};

struct Router::Table {
  std::vector<Route> routes;
  Hooks hooks;
  bool has_otherwise = false;  // the last route is Hooks::otherwise
  std::string allow_otherwise = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  Node root;

  // The reason if it fails; null if it was added. `pattern`: one of the route's; lives as long as the table.
  const char* add(std::size_t index, std::string_view pattern);
};

Router::Router(std::unique_ptr<Table> table) : table_(std::move(table)) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

const std::vector<Route>& Router::routes() const { return table_->routes; }
const Hooks& Router::hooks() const { return table_->hooks; }

std::size_t Router::index_of(const Route& route) const {
  const auto index = static_cast<std::size_t>(&route - table_->routes.data());
  CHECK(index < table_->routes.size());
  return index;
}

namespace {

enum class Segment { kFixed, kCapture, kRest, kMalformed };

Segment kind_of(std::string_view segment) {
  if (segment.find_first_of("{}") == std::string_view::npos) return Segment::kFixed;
  const bool braced = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
  if (!braced) return Segment::kMalformed;
  segment = segment.substr(1, segment.size() - 2);
  const bool rest = segment.back() == '*';
  if (rest) segment.remove_suffix(1);
  if (segment.empty() || segment.find_first_of("{}*") != std::string_view::npos) return Segment::kMalformed;
  return rest ? Segment::kRest : Segment::kCapture;
}

std::string_view name_of(std::string_view segment) {
  return segment.substr(1, segment.size() - (segment[segment.size() - 2] == '*' ? 3 : 2));
}

std::string wrong(const Route& route, std::string_view what) {
  return std::string(to_text(route.method)) + " " + route.pattern + ": " + std::string(what);
}

const char* fault_of(const Route& route, const Hooks& hooks) {
  if (route.access.who == Access::Who::kUndeclared) return "declares no access level";
  if (route.access.who == Access::Who::kPat && route.access.scope.empty()) return "names no scope";
  if (route.access.who != Access::Who::kPublic && !hooks.authorize) return "is not public, and there is no authorizer";
  if (!route.handler) return "has no handler";
  if (route.method == Method::kHead || route.method == Method::kOptions || route.method == Method::kOther) {
    return "has a method that the router answers itself";
  }
  return nullptr;
}

std::string allow_text(std::vector<Method> methods) {
  std::sort(methods.begin(), methods.end());
  std::string allow;
  for (Method method : methods) {
    allow += std::string(to_text(method)) + ", ";
    if (method == Method::kGet) allow += "HEAD, ";
  }
  return allow + "OPTIONS";
}

}  // namespace

const char* Router::Table::add(std::size_t index, std::string_view pattern) {
  const Route& route = routes[index];
  const bool is_for_tokens = route.access.who == Access::Who::kPat || route.access.who == Access::Who::kMember;
  if (pattern.starts_with(kPatRoutes) != is_for_tokens)
    return "is for access tokens, or below their path, and not both";
  if (!pattern.starts_with('/')) return "does not start with a slash";
  Node* node = &root;
  std::vector<std::string_view> names;
  std::string_view left = pattern.substr(1);
  Segment kind = Segment::kFixed;
  bool more = true;
  while (more) {
    more = left.find('/') != std::string_view::npos;
    const std::string_view segment = take_until(left, '/');
    kind = kind_of(segment);
    if (kind == Segment::kMalformed || (kind == Segment::kRest && more)) return "has a malformed segment";
    if (kind == Segment::kFixed) {
      auto at = std::find_if(node->fixed.begin(), node->fixed.end(), [&](auto& f) { return f.first == segment; });
      if (at == node->fixed.end()) {
        node->fixed.emplace_back(segment, std::make_unique<Node>());
        at = std::prev(node->fixed.end());
      }
      node = at->second.get();
      continue;
    }
    names.push_back(name_of(segment));
    std::unique_ptr<Node>& next = kind == Segment::kRest ? node->rest : node->capture;
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  std::vector<Method> methods{route.method};
  for (std::size_t other : node->routes) methods.push_back(routes[other].method);
  if (std::count(methods.begin(), methods.end(), route.method) > 1) return "is declared twice";
  if (!node->routes.empty() && node->names != names)
    return "names its captures differently from another method of the same path";
  node->routes.push_back(index);
  node->names = std::move(names);
  node->ends_in_rest = kind == Segment::kRest;
  node->shares_name = node->shares_name || route.shares_name;
  node->allow = allow_text(std::move(methods));
  return nullptr;
}

std::expected<Router, std::string> Router::make(std::vector<Route> routes, Hooks hooks) {
  auto table = std::make_unique<Table>();
  table->routes = std::move(routes);
  table->hooks = std::move(hooks);
  table->has_otherwise = table->hooks.otherwise.has_value();
  for (std::size_t index = 0; index < table->routes.size(); ++index) {
    const Route& route = table->routes[index];
    const char* what = fault_of(route, table->hooks);
    if (!what) what = table->add(index, route.pattern);
    for (const std::string& pattern : route.also)
      if (!what) what = table->add(index, pattern);
    if (what) return std::unexpected(wrong(route, what));
  }
  if (table->hooks.otherwise) table->routes.push_back(*std::exchange(table->hooks.otherwise, std::nullopt));
  return Router(std::move(table));
}

namespace {

constexpr std::size_t kMostCaptures = 8;

struct Captured {
  std::array<std::string_view, kMostCaptures> values;
  std::size_t count = 0;
};

bool is_plain_rest(std::string_view rest) {
  bool more = true;
  while (more) {
    more = rest.find('/') != std::string_view::npos;
    const std::string_view segment = take_until(rest, '/');
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

// `path` without its leading slash; `end` after the last segment. Fixed segments take precedence over captures. `but`
// is skipped.
template <class Node>
const Node* walk(const Node& node, std::string_view path, bool end, Captured& captured, const Node* but = nullptr) {
  if (end) return node.routes.empty() || &node == but ? nullptr : &node;
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  const bool last = slash == std::string_view::npos;
  const std::string_view left = last ? std::string_view{} : path.substr(slash + 1);
  for (const auto& [text, next] : node.fixed) {
    if (text != segment) continue;
    if (const Node* found = walk(*next, left, last, captured, but)) return found;
  }
  const std::size_t before = captured.count;
  if (node.capture && !segment.empty() && before < kMostCaptures) {
    captured.values[captured.count++] = segment;
    if (const Node* found = walk(*node.capture, left, last, captured, but)) return found;
    captured.count = before;
  }
  if (node.rest && before < kMostCaptures) {
    captured.values[captured.count++] = path;
    return node.rest.get();
  }
  return nullptr;
}

std::optional<Fault> take_captures(const Captured& captured, const std::vector<std::string_view>& names, bool rest,
                                   Request& request) {
  CHECK(captured.count == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto value = percent_decoded(captured.values[i], false);
    if (!value) {
      return Fault{.code = FaultCode::kValidationError,
                   .message = "The path is not correctly percent-encoded; write each % as %25.",
                   .details = {{std::string(names[i]), "must be percent-encoded correctly"}}};
    }
    if (!is_utf8(*value)) {
      return Fault{.code = FaultCode::kValidationError,
                   .message = "The path is not UTF-8; percent-encode the bytes of UTF-8.",
                   .details = {{std::string(names[i]), "must be UTF-8"}}};
    }
    // A capture of one segment may contain an encoded slash; in a rest it would be another segment.
    const bool is_rest = rest && i + 1 == names.size();
    const bool hidden_slash = is_rest && std::count(value->begin(), value->end(), '/') !=
                                             std::count(captured.values[i].begin(), captured.values[i].end(), '/');
    if (hidden_slash || value->find('\0') != std::string::npos || (is_rest && !is_plain_rest(*value))) {
      return not_found("path");
    }
    request.params.emplace_back(names[i], std::move(*value));
  }
  return std::nullopt;
}

}  // namespace

Router::Found Router::find(Request& request) const {
  Found found = find_own(request);
  if (!table_->has_otherwise || found.route) return found;
  request.params.clear();
  return {.route = &table_->routes.back(), .allow = &table_->allow_otherwise};
}

Router::Found Router::find_own(Request& request) const {
  request.params.clear();
  Found found;
  if (!request.path.starts_with('/')) return found;
  Captured captured;
  const Node* node = walk(table_->root, request.path.substr(1), false, captured);
  if (!node) return found;
  const Method wanted = request.method == Method::kHead ? Method::kGet : request.method;
  const auto route_of = [&](const Node& one) -> const Route* {
    for (std::size_t index : one.routes)
      if (table_->routes[index].method == wanted) return &table_->routes[index];
    return nullptr;
  };
  if (node->shares_name && !route_of(*node)) {
    Captured other;
    const Node* beside = walk(table_->root, request.path.substr(1), false, other, node);
    if (beside && route_of(*beside)) node = beside, captured = other;
  }
  found.allow = &node->allow;
  found.route = route_of(*node);
  if (found.route) {
    found.fault = take_captures(captured, node->names, node->ends_in_rest, request);
  }
  return found;
}

}  // namespace beckon::http
