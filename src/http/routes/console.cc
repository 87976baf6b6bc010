#include "http/routes/console.h"

#include <algorithm>
#include <memory>

#include "http/error.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

// No inline script or style, nothing from other origins, and no text that becomes script: safety, section 3.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri "
    "'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

constexpr std::string_view kNoBundle =
    "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Beckon: no console in this "
    "build</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>\n<h1>This build has no console</h1>\n"
    "<p>The server was built without its page. On a machine with Node and access to the npm registry, run "
    "<code>script/build</code> and start the server again.</p>\n"
    "<p>The API is complete: <a href=\"/docs\">routes</a>, <a href=\"/openapi.json\">OpenAPI description</a>.</p>\n"
    "</body>\n</html>\n";

}  // namespace

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".js.gz")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css.gz")) return "text/css; charset=utf-8";
  if (name.ends_with(".json.gz")) return "application/json";
  if (name.ends_with(".svg.gz")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

const ConsoleFile* find(const std::vector<ConsoleFile>& files, std::string_view name) {
  const auto found = std::ranges::find(files, name, &ConsoleFile::name);
  return found == files.end() ? nullptr : &*found;
}

Response answer(const Request& request, const ConsoleFile& file, std::string_view cache) {
  Response response{.status = 200, .content_type = content_type_of(file.name)};
  response.headers = {{"etag", std::string(file.etag)},
                      {"cache-control", std::string(cache)},
                      {"content-security-policy", std::string(kPolicy)},
                      {"cross-origin-opener-policy", "same-origin"},
                      {"cross-origin-resource-policy", "same-origin"}};
  if (request.header("if-none-match") == file.etag) {
    response.status = 304;
    return response;
  }
  response.body = file.bytes;
  if (file.name.ends_with(".gz")) response.headers.emplace_back("content-encoding", "gzip");
  return response;
}

namespace {

Response page(const std::vector<ConsoleFile>& files, const Request& request) {
  if (const ConsoleFile* index = find(files, "index.html")) return answer(request, *index, "no-cache");
  return answer(request, {"index.html", "\"none\"", kNoBundle}, "no-store");
}

// Every path that is not an asset is a view of the page, which reads its own address.
Response asset_or_page(const std::vector<ConsoleFile>& files, const Request& request) {
  const std::string& path = request.param("path");
  if (!path.starts_with("assets/")) return page(files, request);
  if (const ConsoleFile* file = find(files, path + ".gz"))
    return answer(request, *file, "public, max-age=31536000, immutable");
  return to_response(not_found("file"), request.id);
}

}  // namespace

void add_console(const std::vector<ConsoleFile>& files, std::vector<Route>& routes) {
  routes.push_back(open_route(
      "/",
      [](Request&, Respond respond) {
        respond({.status = 302, .content_type = "text/plain", .headers = {{"location", std::string(kConsole)}}});
      },
      "Redirects to the console"));
  routes.push_back(open_route(
      kConsole, [&files](Request& request, Respond respond) { respond(page(files, request)); }, "The console"));
  routes.push_back(open_route(
      "/apps/lifecycle-messaging/{path*}",
      [&files](Request& request, Respond respond) { respond(asset_or_page(files, request)); },
      "The console: its views and assets"));
}

}  // namespace beckon::http
