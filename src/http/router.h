// The route table: what the API accepts, who may call it and where it runs.
#pragma once
#include <array>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "http/message.h"

namespace beckon::http {

// Who may call a route. Each must say so: a route with a default-made Access keeps the server from starting.
struct Access {
  enum class Who : std::uint8_t {
    kUndeclared,
    kPublic,         // anyone
    kAnyJwt,         // anyone with a token of ours or of a configured issuer
    kCreator,        // on the {handle} of the path: CREATOR or above
    kOperator,       // OPERATOR or above
    kOwner,          // OWNER
    kPlatformAdmin,  // a platform admin
    kPat,            // an access token of the {handle} of the path that has `scope`
  };
  Who who = Who::kUndeclared;
  std::string_view scope = {};  // with kPat only, such as "chain.resolve"; static text
};

std::string_view to_text(Access::Who who);  // "public", "creator" …: for the list of routes

constexpr Access public_() { return {Access::Who::kPublic}; }
constexpr Access any_jwt() { return {Access::Who::kAnyJwt}; }
constexpr Access creator() { return {Access::Who::kCreator}; }
constexpr Access operator_() { return {Access::Who::kOperator}; }
constexpr Access owner() { return {Access::Who::kOwner}; }
constexpr Access platform_admin() { return {Access::Who::kPlatformAdmin}; }
constexpr Access pat(std::string_view scope) { return {Access::Who::kPat, scope}; }

enum class Run : std::uint8_t {
  kInline,   // never blocks. On the io thread; of a route that is not public, on the thread that authorized it
  kControl,  // may block on the database: on the control pool
};

enum class BodyType : std::uint8_t {
  kJson,        // application/json; no body at all is taken too
  kJsonOrText,  // and text/plain (a beacon of a browser)
  kAny,
};

struct Route {
  Method method = Method::kGet;
  // "/v2/handles/{handle}/webhooks/{subscriptionId}": a segment is fixed or one capture. Fixed ones win. "{rest*}" as
  // the last one takes what is left, slashes included, never with a "." or ".." segment. Static text.
  std::string_view pattern;
  Access access;
  Run run = Run::kInline;
  Handler handler;
  std::string_view summary;  // one line for the list of routes; static text
  BodyType body = BodyType::kJson;
  std::size_t body_limit = 0;  // bytes; 0: HttpLimits::body
};

// Judges a caller and leaves who it is in Request::principal; a fault is the answer. Called for every route that is not
// public, on a control thread, before the handler.
using Authorize = std::function<std::optional<Fault>(const Route&, Request&)>;

// Answers OPTIONS on a known path. Without one: 204 with Allow. On the io thread; must not block.
using Preflight = std::function<void(Request&, const std::string& allow, Respond)>;

// Sees every answer before it is written, errors too, and may add headers (CORS, security headers). `request` has no
// route where none matched. Thread-safe: called on io threads; must not block.
using Decorate = std::function<void(const Request&, Response&)>;

struct Hooks {
  Authorize authorize;  // required when a route is not public
  Preflight preflight = {};
  Decorate decorate = {};
};

// Immutable once made; any number of threads.
class Router {
 public:
  // The error names the route and what is wrong with it: no declared access, no handler, a malformed pattern, a
  // pattern that is there twice, or a non-public route without an Authorize hook.
  static std::expected<Router, std::string> make(std::vector<Route> routes, Hooks hooks);

  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  struct Found {
    const Route* route = nullptr;        // set when path and method are known; HEAD finds the route of GET
    const std::string* allow = nullptr;  // set when the path is known: "GET, HEAD, PATCH, OPTIONS"
    std::optional<Fault> fault = {};     // a capture that is badly encoded (400) or holds an encoded slash or NUL (404)
  };
  // Looks up `request.method` and `request.path`, and fills `request.params`.
  Found find(Request& request) const;

  const std::vector<Route>& routes() const;
  const Hooks& hooks() const;
  std::size_t index_of(const Route& route) const;  // its place in routes()

 private:
  struct Node;
  struct Table;
  explicit Router(std::unique_ptr<Table> table);
  std::unique_ptr<Table> table_;
};

}  // namespace beckon::http
