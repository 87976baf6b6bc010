// The cost of the HTTP server itself: one POST route that parses its body and responds with about 450 bytes, with all
// timeouts enabled.
// Compared with nginx's `return 200` by benchmarks/listener_echo.sh.
//   usage: listener_echo [port]     serves until terminated
#include <prometheus/registry.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/json.h"
#include "http/error.h"
#include "http/listener.h"
#include "system/clock.h"

namespace {

using namespace beckon;

void echo(http::Request& request, http::Respond respond) {
  auto document = json::parse(std::move(request.body));
  if (!document) return respond(http::to_response(document.error(), request.id));
  const json::Value* session = document->root().find("sessionId");
  http::Response response{.status = 200};
  response.body.reserve(512);
  json::Writer(response.body)
      .begin_object()
      .member("decisionId", "dec_01JKXYZABCDEFGHJKMNPQRSTVW")
      .member("handle", "acme")
      .member("sessionId", session ? session->text() : "")
      .member("trigger", "checkout")
      .member("outcome", "act")
      .member("ruleId", "cart-rescue")
      .member("variant", "b")
      .member_raw("action", R"({"type":"popup","payload":{"headline":"Still thinking?","code":"SAVE10"}})")
      .member("sessionVersion", 7)
      .member("rulesVersion", 3)
      .member("resolvedAt", to_rfc3339(request.received))
      .member("expiresAt", to_rfc3339(request.received + std::chrono::seconds{30}))
      .member("ttlSeconds", 30)
      .member("etag", "3e1f0c2a9b8d7e6f")
      .member("requestId", request.id.view())
      .end_object();
  respond(std::move(response));
}

}  // namespace

int main(int argc, char** argv) {
  auto router = http::Router::make({{.method = http::Method::kPost,
                                     .pattern = "/v2/public/chain/resolve",
                                     .access = http::public_(),
                                     .handler = echo,
                                     .summary = "Parses its body and answers an envelope."}},
                                   {});
  prometheus::Registry registry;
  http::HttpMetrics metrics(registry, *router);
  SystemClock clock;
  http::ListenerOptions options{.request_log = http::RequestLog::kOff};
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto listener = http::Listener::start(options, *router, clock, metrics);
  if (!listener) {
    std::fprintf(stderr, "%s\n", listener.error().c_str());
    return 1;
  }
  std::printf("ready http://127.0.0.1:%d\n", (*listener)->port());
  std::fflush(stdout);
  pause();
}
