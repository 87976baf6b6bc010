#include "http/routes/library.h"

#include <algorithm>

#include "http/error.h"
#include "http/routes/response.h"

namespace beckon::http {
namespace {

constexpr std::size_t kHash = 12;  // hexadecimal digits, after a dash

bool is_immutable(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view hash = name.substr(dash + 1, name.find('.', dash) - dash - 1);
  return hash.size() == kHash && hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Response answer(const std::vector<ConsoleFile>& files, const Request& request, const std::string& name,
                std::vector<std::pair<std::string, std::string>> headers) {
  const auto file = std::ranges::find(files, name + ".gz", &ConsoleFile::name);
  if (file == files.end()) {
    if (!files.empty()) return to_response(not_found("file"), request.id);
    return to_response(
        {.code = FaultCode::kNotFound,
         .message = "This build has no browser library; run script/build with Node and access to the npm registry."},
        request.id);
  }
  Response response{.status = 200, .content_type = content_type_of(file->name), .headers = std::move(headers)};
  response.headers.emplace_back("etag", file->etag);
  if (request.header("if-none-match") == file->etag) {
    response.status = 304;
    return response;
  }
  response.body = file->bytes;
  response.headers.emplace_back("content-encoding", "gzip");
  return response;
}

// Ignores credentials, so that any page may read what any page may load: integrity attributes need this.
Response library(const std::vector<ConsoleFile>& files, const Request& request) {
  const std::string& name = request.param("file");
  return answer(files, request, name,
                {{"cache-control", is_immutable(name) ? "public, max-age=31536000, immutable" : "public, max-age=300"},
                 {"access-control-allow-origin", "*"},
                 {"cross-origin-resource-policy", "cross-origin"}});
}

// As strict as possible, to show that the library needs no more to render.
constexpr std::string_view kExamplePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

Response example(const std::vector<ConsoleFile>& files, const Request& request, const std::string& name) {
  return answer(files, request, "example/" + name,
                {{"cache-control", "no-cache"}, {"content-security-policy", std::string(kExamplePolicy)}});
}

}  // namespace

void add_library(const std::vector<ConsoleFile>& files, std::vector<Route>& routes) {
  routes.push_back(open_route(
      "/sdk/v1/{file}", [&files](Request& request, Respond respond) { respond(library(files, request)); },
      "The browser library"));
}

void add_example(const std::vector<ConsoleFile>& files, std::vector<Route>& routes) {
  routes.push_back(open_route(
      kExample, [&files](Request& request, Respond respond) { respond(example(files, request, "index.html")); },
      "Example shop that uses the browser library"));
  routes.push_back(open_route(
      "/apps/example-shop/{file}",
      [&files](Request& request, Respond respond) { respond(example(files, request, request.param("file"))); },
      "The example shop's script and stylesheet"));
}

}  // namespace beckon::http
