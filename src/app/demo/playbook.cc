#include "app/demo/playbook.h"

#include <cstdio>

#include "base/json.h"
#include "egress/http_call.h"
#include "outbox/signature.h"
#include "system/clock.h"
#include "system/encoding.h"

namespace beckon::app {
namespace {

using egress::CallResponse;
using egress::Method;

class Walk {
 public:
  Walk(const PlaybookRequest& request, OwnReceiver* receiver) : request_(request), own_(receiver) {}

  int run() {
    std::printf("%-6s  %-44s  %s\n", "step", "expected", "got");
    const std::string session = "playbook-" + std::to_string(to_ms(SystemClock{}.now()));
    const std::string who = "\"handle\":" + json::quote(request_.handle) + ",\"sessionId\":\"" + session + "\"";
    const std::string chain = request_.base + "/v2/public/chain/",
                      hooks = request_.base + "/v2/handles/" + request_.handle + "/webhooks";

    row("LM-01", "202, accepted metadata", post(chain + "signals", "{" + who + R"(,"signals":[{"type":"view"}]})", ""),
        202, "accepted");
    row("LM-02", "200, decision envelope", post(chain + "resolve", "{" + who + R"(,"trigger":"checkout"})", ""), 200,
        "decisionId");
    row("LM-03", "200, decision envelopes",
        post(chain + "prefetch", "{" + who + R"(,"triggers":["checkout","exit_intent"]})", ""), 200, "decisions");

    const std::string create = "{\"endpointUrl\":" + json::quote(own_ ? own_->url() : request_.receiver) +
                               R"(,"eventTypes":["link.clicked"]})";
    row("LM-04", "403 insufficient_role", post(hooks, create, request_.creator_token), 403, "error",
        "insufficient_role");
    const auto made = post(hooks, create, request_.operator_token);
    row("LM-05", "201 with subscriptionId", made, 201, "subscriptionId");
    const std::string id = member(made, "subscriptionId"), secret = member(made, "secret");
    const auto tested = post(hooks + "/" + id + "/test", "{}", request_.operator_token);
    row("LM-06", "202 with eventId", tested, 202, "eventId");
    if (own_ && !member(tested, "eventId").empty())
      verify(own_->wait_for(member(tested, "eventId"), std::chrono::seconds{10}), secret);
    if (!id.empty()) (void)call(Method::kDelete, hooks + "/" + id, "", request_.operator_token);
    std::printf("%s\n", failed_ == 0 ? "all as expected" : (std::to_string(failed_) + " not as expected").c_str());
    return failed_ == 0 ? 0 : 1;
  }

 private:
  using Answer = Result<CallResponse, std::string>;

  Answer call(Method method, const std::string& url, const std::string& body, const std::string& token) {
    std::vector<egress::Header> headers{{"content-type", "application/json"}};
    if (!token.empty()) headers.push_back({"authorization", "Bearer " + token});
    return egress::http_call(method, url, headers, body);
  }
  Answer post(const std::string& url, const std::string& body, const std::string& token) {
    return call(Method::kPost, url, body, token);
  }

  static std::string member(const Answer& answer, std::string_view name) {
    if (!answer) return {};
    const auto document = json::parse(answer->body);
    const json::Value* value = document ? document->root().find(name) : nullptr;
    return value ? std::string(value->is_string() ? value->text() : json::to_text(*value)) : std::string{};
  }

  void row(const char* step, const char* expected, const Answer& answer, int status, std::string_view name,
           std::string_view value = {}) {
    const std::string found = member(answer, name);
    const bool ok = answer && answer->status == status && !found.empty() && (value.empty() || found == value);
    std::string got = answer ? std::to_string(answer->status) : answer.error();
    if (answer && !found.empty())
      got += " " + std::string(name) + " " + (found.size() > 60 ? found.substr(0, 57) + "…" : found);
    else if (answer)
      got += " " + answer->body.substr(0, 200);
    say(step, expected, got, ok);
  }

  void verify(const std::optional<OwnReceiver::Delivery>& delivery, const std::string& secret) {
    if (!delivery)
      return say("LM-06", "delivered with a valid signature", "nothing within 10 s: check the delivery log", false);
    const auto wanted = outbox::standard_signature(
        secret, delivery->id, std::strtoll(delivery->timestamp.c_str(), nullptr, 10), delivery->body);
    const bool ok = wanted && equal_in_constant_time(*wanted, delivery->signature);
    say("LM-06", "delivered with a valid signature",
        ok ? "delivered, signature valid" : "delivered, but the signature is invalid", ok);
  }

  void say(const char* step, const char* expected, const std::string& got, bool ok) {
    if (!ok) ++failed_;
    std::printf("%-6s  %-44s  %s%s\n", step, expected, ok ? "" : "MISMATCH: ", got.c_str());
  }

  const PlaybookRequest& request_;
  OwnReceiver* const own_;
  int failed_ = 0;
};

}  // namespace

int playbook(const PlaybookRequest& request, OwnReceiver* receiver) {
  std::unique_ptr<OwnReceiver> own;
  if (receiver == nullptr && request.receiver.empty()) {
    own = OwnReceiver::open();
    if (!own) return std::fprintf(stderr, "beckon: could not open a receiver on loopback\n"), 1;
    receiver = own.get();
  }
  return Walk(request, receiver).run();
}

}  // namespace beckon::app
