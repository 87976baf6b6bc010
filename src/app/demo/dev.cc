#include "app/demo/dev.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <mutex>

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

// Through the API, like any user.
std::expected<void, std::string> subscribe(const std::string& base, const std::string& token,
                                           const std::string& receiver, const std::string& extra_ca_file) {
  const auto made =
      egress::http_call(egress::Method::kPost, base + "/v2/handles/" + std::string(kHandle) + "/webhooks",
                        {{"content-type", "application/json"}, {"authorization", "Bearer " + token}},
                        "{\"endpointUrl\":" + json::quote(receiver) +
                            ",\"eventTypes\":[\"link.clicked\"],\"description\":\"built-in receiver of --dev\"}",
                        std::chrono::seconds{30}, extra_ca_file);
  if (!made) {
    return unexpected("The subscription for --dev could not be created: " + made.error() +
                      (base.starts_with("https:") ? " With --tls-certificate, --dev calls itself by https: the "
                                                    "certificate must be for this address, and its authority trusted "
                                                    "(--extra-ca-file)."
                                                  : ""));
  }
  if (made->status != 201) return unexpected("The subscription for --dev could not be created: " + made->body);
  return {};
}

}  // namespace

namespace {

// Whether one of the space-separated signatures in the header is this one: during a rotation there are two.
bool has_signature(std::string_view header, std::string_view wanted) {
  for (std::size_t from = 0; from < header.size();) {
    const std::size_t end = std::min(header.find(' ', from), header.size());
    if (equal_in_constant_time(header.substr(from, end - from), wanted)) return true;
    from = end + 1;
  }
  return false;
}

// Whether a subscription with this URL signed the request.
bool is_signed(Server::Inside& inside, const http::Request& request) {
  const std::string_view id = request.header("webhook-id"), signature = request.header("webhook-signature");
  const auto seconds = std::strtoll(std::string(request.header("webhook-timestamp")).c_str(), nullptr, 10);
  const auto list = inside.subscriptions.of(Handle{kHandle});
  return std::ranges::any_of(*list, [&](const auto& subscription) {
    if (!subscription->endpoint_url.ends_with(request.path)) return false;
    const auto secret =
        inside.secrets.open(subscription->sealed_secret, subscription->handle.text + "/" + subscription->id.text);
    const auto wanted = secret ? outbox::standard_signature(*secret, id, seconds, request.body) : std::nullopt;
    return wanted && has_signature(signature, *wanted);
  });
}

http::Response receipt(int status, bool verified) {
  return {.status = status,
          .body = verified ? "{\"received\":true,\"verified\":true}" : "{\"received\":true,\"verified\":false}"};
}

// Requests without a response; the oldest is dropped if there are too many.
class Unanswered {
 public:
  void keep(http::Respond respond) {
    const std::scoped_lock lock(mutex_);
    kept_.push_back(std::move(respond));
    if (kept_.size() > kMost) kept_.pop_front();
  }

 private:
  static constexpr std::size_t kMost = 100;
  std::mutex mutex_;
  std::deque<http::Respond> kept_;
};

http::Route receiver_at(std::string_view pattern, http::Handler handler, std::string_view summary) {
  return {.method = http::Method::kPost,
          .pattern = std::string(pattern),
          .access = http::public_(),
          .run = http::Run::kInline,
          .handler = std::move(handler),
          .summary = summary,
          .body = http::BodyType::kAny};
}

}  // namespace

std::vector<http::Route> dev_receivers(Server::Inside& inside) {
  const auto verifying = [&inside](auto status_of) {
    return [&inside, status_of](http::Request& request, http::Respond respond) {
      const bool verified = is_signed(inside, request);
      respond(receipt(verified ? status_of(request) : 400, verified));
    };
  };
  const auto always = [](int status) { return [status](const http::Request&) { return status; }; };
  const auto third_time = [](const http::Request& request) {
    return std::strtol(std::string(request.header("x-arjun-attempt")).c_str(), nullptr, 10) < 3 ? 503 : 200;
  };
  const auto redirected = [](http::Request&, http::Respond respond) {
    respond({.status = 302, .headers = {{"location", std::string(kReceiver)}}});
  };
  const auto silent = [kept = std::make_shared<Unanswered>()](http::Request&, http::Respond respond) {
    kept->keep(std::move(respond));
  };
  std::vector<http::Route> routes;
  routes.push_back(receiver_at(kReceiver, verifying(always(200)), "The --dev receiver; verifies the signature"));
  routes.push_back(
      receiver_at("/dev/receiver/flaky", verifying(third_time), "The --dev receiver that answers 503 twice, then 200"));
  routes.push_back(receiver_at("/dev/receiver/fail", verifying(always(503)), "The --dev receiver that answers 503"));
  routes.push_back(receiver_at("/dev/receiver/gone", verifying(always(410)), "The --dev receiver that answers 410"));
  routes.push_back(receiver_at("/dev/receiver/redirect", redirected, "The --dev receiver that answers 302"));
  routes.push_back(receiver_at("/dev/receiver/hang", silent, "The --dev receiver that never answers"));
  return routes;
}

std::expected<std::string, std::string> prepare_dev(Server& server, const Settings& settings, Duration start_took) {
  Server::Inside& inside = server.inside();
  const std::string base = server.url(), receiver = base + std::string(kReceiver);
  if (!inside.places.tenants.find(kHandle)) {
    access::Enrolment enrolment(inside.store->directory(), inside.clock, inside.random);
    if (const auto made = enrolment.add_handle(kHandle, "owner@demo.example"); !made)
      return unexpected(made.error().message);
    inside.reload(Handle{kHandle});
  }
  const auto record = inside.store->directory().handle(Handle{kHandle});
  if (!record || !*record) return unexpected("The handle demo cannot be read.");
  const auto token =
      inside.issuer->issue(access::CommandLineToken{Handle{kHandle}, access::Role::kOperator}, std::chrono::hours{24});
  if (!token) return unexpected(token.error().message);
  const std::string folder = std::filesystem::absolute(settings.data).lexically_normal(), file = folder + "/dev-token";
  if (!write_private(file, *token)) return unexpected("The token could not be written to " + file + ".");
  std::string subscription = subscription_of(inside, receiver);
  if (subscription.empty()) {
    if (const auto made = subscribe(base, *token, receiver, settings.network.client.extra_ca_file); !made)
      return unexpected(made.error());
    subscription = subscription_of(inside, receiver);
  }
  const std::string session = "sig_demo_" + std::to_string(to_ms(inside.clock.now())) + "_" +
                              make_ulid("", inside.clock.now(), inside.random).substr(18);
  return "\n  Beckon " BECKON_VERSION ", started in " + std::to_string(start_took.count()) +
         " ms, development mode (--dev)\n" + "  console    " + base + "/apps/lifecycle-messaging#" +
         inside.sign_in->make_code((*record)->owner) + "\n" +
         "             (signs you in as OWNER; works once, within 10 minutes)\n" + "  API        " + base +
         "        docs " + base + "/docs\n" + "  handle     demo, with a subscription to the built-in receiver " +
         receiver + "\n" + "  data       " + folder + " (kept; delete it to start over)\n" + "  token      " + file +
         " (OPERATOR, 24 h)\n" + "  Paste this to run the playbook in the README as written:\n\n" +
         "export API_BASE=" + base + " HANDLE=demo JWT_TOKEN=\"$(cat '" + file + "')\" SESSION_ID=" + session +
         " SUBSCRIPTION_ID=" + subscription + "\n\n";
}

}  // namespace beckon::app
