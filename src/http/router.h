// The route table: what the API accepts, who may call it, and where it runs.
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

// Who may call a route. Every route must declare it: with a default-constructed Access the server refuses to start.
struct Access {
  enum class Who : std::uint8_t {
    kUndeclared,
    kPublic,         // anyone
    kAnyJwt,         // anyone with a token of this server or of a configured issuer
    kCreator,        // on the {handle} of the path: CREATOR or above
    kOperator,       // OPERATOR or above
    kOwner,          // OWNER
    kPlatformAdmin,  // a platform admin
    kPat,            // an access token of the {handle} of the path that has `scope`
    kMember,         // any access token of the {handle} of the path, or CREATOR or above on it: the handler checks
                     // permissions
  };
  Who who = Who::kUndeclared;
  // Such as "chain.resolve"; static text. With kCreator and kOperator: the scope that an access token needs for the
  // same route under kPatRoutes; empty if there is no such route.
  std::string_view scope = {};
};

// Routes under it are only for access tokens, except kMember. The others are derived from the routes for roles
// (http/routes/token_routes.h).
inline constexpr std::string_view kPatRoutes = "/v2/public/handles/";

std::string_view to_text(Access::Who who);  // "public", "creator" …, for the list of routes

// NOLINTNEXTLINE(readability-identifier-naming): `public` is a keyword
constexpr Access public_() { return {Access::Who::kPublic}; }
constexpr Access any_jwt() { return {Access::Who::kAnyJwt}; }
constexpr Access creator(std::string_view scope = {}) { return {Access::Who::kCreator, scope}; }
// NOLINTNEXTLINE(readability-identifier-naming): `operator` is a keyword
constexpr Access operator_(std::string_view scope = {}) { return {Access::Who::kOperator, scope}; }
constexpr Access owner() { return {Access::Who::kOwner}; }
constexpr Access platform_admin() { return {Access::Who::kPlatformAdmin}; }
constexpr Access pat(std::string_view scope) { return {Access::Who::kPat, scope}; }
constexpr Access member() { return {Access::Who::kMember}; }

enum class Run : std::uint8_t {
  kInline,   // never blocks. On the io thread; if the route requires a JWT, on the thread that authorized it
  kControl,  // may block on the database: on the control pool
};

enum class BodyType : std::uint8_t {
  kJson,        // application/json, or no body
  kJsonOrText,  // and text/plain (browser beacons)
  kAny,
  kEncoded,  // any, in any content-encoding: the handler decodes it
};

struct Route {
  Method method = Method::kGet;
  // "/v2/handles/{handle}/webhooks/{subscriptionId}": each segment is fixed or one capture, in which an encoded slash
  // is an ordinary character. Fixed segments take precedence. A final "{rest*}" captures the rest, including slashes,
  // but no "." or ".." segments.
  std::string pattern;
  // Alternative patterns of the same route, with the same captures: spellings that some clients send by mistake. Not
  // included in lists of routes.
  std::vector<std::string> also = {};
  // Whether the last segment may also be a value of a capture in its place: methods that this path lacks are then those
  // of the capture's path.
  bool shares_name = false;
  Access access;
  Run run = Run::kInline;
  Handler handler;
  std::string_view summary;  // one line for the list of routes; static text
  BodyType body = BodyType::kJson;
  std::size_t body_limit = 0;                         // bytes; 0: HttpLimits::body
  FaultCode too_large = FaultCode::kPayloadTooLarge;  // the fault for a body beyond it
};

// Authorizes a caller and stores it in Request::principal; a fault becomes the response. Called for every route that is
// not public, before the handler: on a control thread, or, for kPat, also on an io thread, where it must not block.
using Authorize = std::function<std::optional<Fault>(const Route&, Request&)>;

// What must complete before a caller can be authorized, such as fetching the keys of another issuer: calls its argument
// once, from any thread. Empty if nothing.
using Wait = std::move_only_function<void(std::move_only_function<void()> then)>;
// Called on a control thread, where it must not block, before a route for roles is authorized: waiting requests occupy
// no thread.
using Await = std::function<Wait(const Request&)>;

// Responds to OPTIONS on a known path; without it, 204 with Allow. On the io thread; must not block.
using Preflight = std::function<void(Request&, const std::string& allow, Respond)>;

// Called for every response before it is written, including errors; may add headers (CORS, security headers). `request`
// has no route if none matched. Called on io threads, so it must be thread-safe and must not block.
using Decorate = std::function<void(const Request&, Response&)>;

// Called for every request of a route, before it is authorized; a fault becomes the response. On any thread that
// handles requests; must not block.
using Admit = std::function<std::optional<Fault>(const Route&)>;

struct Hooks {
  Authorize authorize;  // required if a route is not public
  Await await = {};
  Preflight preflight = {};
  Decorate decorate = {};
  Admit admit = {};
  // Takes every request for which there is no route, whatever its method and path: they are another server's. Its own
  // method and pattern are names for the metrics. Then nothing is 404 or 405 here.
  std::optional<Route> otherwise = {};
};

// Immutable, thread-safe.
class Router {
 public:
  // The error names the route and what is wrong with it: no declared access, no handler, a malformed pattern, a
  // duplicate pattern, or a non-public route without an Authorize hook.
  static std::expected<Router, std::string> make(std::vector<Route> routes, Hooks hooks);

  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  struct Found {
    const Route* route = nullptr;        // set if path and method are known; HEAD finds the route of GET
    const std::string* allow = nullptr;  // set if the path is known: "GET, HEAD, PATCH, OPTIONS"
    // For a capture that is badly encoded or not UTF-8 (400), or that contains a NUL or, as the rest, an encoded slash
    // (404).
    std::optional<Fault> fault = {};
  };
  // Looks up `request.method` and `request.path`, and fills `request.params`.
  Found find(Request& request) const;

  const std::vector<Route>& routes() const;
  const Hooks& hooks() const;
  std::size_t index_of(const Route& route) const;  // its position in routes()

 private:
  struct Node;
  struct Table;
  explicit Router(std::unique_ptr<Table> table);
  Found find_own(Request& request) const;
  std::unique_ptr<Table> table_;
};

}  // namespace beckon::http
