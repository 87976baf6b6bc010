#include "app/dev.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "access/enrolment.h"
#include "app/inside.h"
#include "egress/http_call.h"
#include "outbox/signature.h"

namespace beckon::app {
namespace {

constexpr std::string_view kHandle = "demo";
constexpr std::string_view kReceiver = "/dev/receiver";

bool write_private(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  return written;
}

std::string subscription_of(Server::Inside& inside, const std::string& receiver) {
  const auto list = inside.subscriptions.of(Handle{kHandle});
  for (const auto& subscription : *list)
    if (subscription->endpoint_url == receiver) return subscription->id.text;
  return {};
}

// Through the API, as anybody would.
std::expected<void, std::string> subscribe(const std::string& base, const std::string& token, const std::string& receiver) {
  const auto made = egress::http_call("POST", base + "/v2/handles/" + std::string(kHandle) + "/webhooks",
                                      {{"content-type", "application/json"}, {"authorization", "Bearer " + token}},
                                      "{\"endpointUrl\":" + json::quote(receiver) +
                                          ",\"eventTypes\":[\"link.clicked\"],\"description\":\"the receiver of --dev\"}");
  if (!made) return unexpected("The subscription of --dev could not be made: " + made.error());
  if (made->status != 201) return unexpected("The subscription of --dev could not be made: " + made->body);
  return {};
}

}  // namespace

http::Route dev_receiver(Server::Inside& inside) {
  return {.method = http::Method::kPost,
          .pattern = kReceiver,
          .access = http::public_(),
          .run = http::Run::kInline,
          .handler =
              [&inside](http::Request& request, http::Respond respond) {
                const std::string_view id = request.header("webhook-id"), signature = request.header("webhook-signature");
                const auto seconds = std::strtoll(std::string(request.header("webhook-timestamp")).c_str(), nullptr, 10);
                const auto list = inside.subscriptions.of(Handle{kHandle});
                for (const auto& subscription : *list) {
                  if (!subscription->endpoint_url.ends_with(kReceiver)) continue;
                  const auto secret = inside.secrets.open(subscription->sealed_secret,
                                                          subscription->handle.text + "/" + subscription->id.text);
                  const auto wanted = secret ? outbox::standard_signature(*secret, id, seconds, request.body) : std::nullopt;
                  if (!wanted || !equal_in_constant_time(*wanted, signature)) continue;
                  return respond({.status = 200, .body = "{\"received\":true,\"verified\":true}"});
                }
                respond({.status = 400, .body = "{\"received\":true,\"verified\":false}"});
              },
          .summary = "The receiver of --dev: verifies the signature",
          .body = http::BodyType::kAny};
}

std::expected<std::string, std::string> prepare_dev(Server& server, const Settings& settings, Duration start_took) {
  Server::Inside& inside = server.inside();
  const std::string base = server.url(), receiver = base + std::string(kReceiver);
  if (!inside.places.tenants.find(kHandle)) {
    access::Enrolment enrolment(inside.store->directory(), inside.clock, inside.random);
    if (const auto made = enrolment.add_handle(kHandle, "owner@demo.example"); !made) return unexpected(made.error().message);
    inside.reload();
  }
  const auto token = inside.issuer->issue(access::CommandLineToken{Handle{kHandle}, access::Role::kOperator}, std::chrono::hours{24});
  if (!token) return unexpected(token.error().message);
  const std::string folder = std::filesystem::absolute(settings.data).lexically_normal(), file = folder + "/dev-token";
  if (!write_private(file, *token)) return unexpected("The token could not be written to " + file + ".");
  std::string subscription = subscription_of(inside, receiver);
  if (subscription.empty()) {
    if (const auto made = subscribe(base, *token, receiver); !made) return unexpected(made.error());
    subscription = subscription_of(inside, receiver);
  }
  const std::string session =
      "sig_demo_" + std::to_string(to_ms(inside.clock.now())) + "_" + make_ulid("", inside.clock.now(), inside.random).substr(18);
  return "\n  Beckon " BECKON_VERSION ", started in " + std::to_string(start_took.count()) + " ms, for trying out (--dev)\n" +
         "  API        " + base + "        docs " + base + "/docs\n" +
         "  handle     demo, with a subscription to the built-in receiver " + receiver + "\n" +
         "  data       " + folder + " (stays; delete it to begin anew)\n" +
         "  token      " + file + " (OPERATOR, 24 h)\n" +
         "  Paste this, and the playbook of the README runs as written:\n\n" +
         "export API_BASE=" + base + " HANDLE=demo JWT_TOKEN=\"$(cat '" + file + "')\" SESSION_ID=" + session +
         " SUBSCRIPTION_ID=" + subscription + "\n\n";
}

}  // namespace beckon::app
