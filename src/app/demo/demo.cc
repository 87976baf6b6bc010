#include "app/demo/demo.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/demo/demo_rules.h"
#include "app/demo/storyline.h"
#include "base/instant.h"
#include "base/json.h"
#include "egress/http_call.h"
#include "system/clock.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using egress::Method;

constexpr int kTooMany = 429;
constexpr int kAgain = 5;  // retries of a request when a limit was reached

class Shop {
 public:
  explicit Shop(const DemoRequest& request) : request_(request) {}

  int run() {
    if (!enter()) return 1;
    make_rules();
    make_subscriptions();
    std::unique_ptr<Random> random;
    if (request_.seed != 0)
      random = std::make_unique<SeededRandom>(request_.seed);
    else
      random = std::make_unique<SystemRandom>();
    const long long began = to_ms(SystemClock{}.now());
    for (int number = 0; number < request_.shoppers; ++number) {
      if (!play(storyline(number, began, handle_, *random))) return 1;
      tell(number + 1);
    }
    if (terminal_) std::fputc('\n', stderr);
    const std::string console = request_.base + "/apps/lifecycle-messaging/" + handle_;
    std::printf(
        "%d shoppers on %s: %d signals, %d decisions (%d with an action), %d purchases.\nSee their sessions and the "
        "results of the rules:\n"
        "%s/sessions\n%s/rules/-/results\nThe demo has published its rules on this handle, and two webhooks where the "
        "server has a receiver built in (--dev).\nThey stay live until you delete them.\n",
        request_.shoppers, handle_.c_str(), signals_, decisions_, acts_, purchases_, console.c_str(), console.c_str());
    return 0;
  }

 private:
  // Finds out the caller and the handle. False after printing why not.
  bool enter() {
    handle_ = request_.handle;
    const auto me = call(Method::kGet, "/v2/auth/me", "");
    if (!me) return refuse("no response from the server", me.error());
    if (me->status != 200) return refuse("the token was refused", me->body);
    if (!handle_.empty()) return true;
    const auto document = json::parse(me->body);
    const json::Value* handles = document ? document->root().find("handles") : nullptr;
    if (!handles || handles->items().empty())
      return refuse("this token has no role on any handle", "name one with --handle");
    handle_ = handles->items().front().find("handle")->text();
    return true;
  }

  // An existing rule of the same name is somebody's work and stays.
  void make_rules() {
    for (const DemoRule& rule : kDemoRules) {
      const std::string path = "/v2/handles/" + handle_ + "/chain-rules/" + rule.id;
      const auto there = call(Method::kGet, path, "");
      if (!there || there->status != 404) continue;
      const auto made = call(Method::kPut, path, rule.body);
      if (made && made->status >= 300)
        std::fprintf(stderr, "beckon: the rule %s was refused: %s\n", rule.id, made->body.c_str());
    }
  }

  // If the server has a built-in receiver (--dev) and the token may: deliveries that succeed, and some that are retried
  // first. Existing ones stay.
  void make_subscriptions() {
    const std::string hooks = "/v2/handles/" + handle_ + "/webhooks";
    const auto there = call(Method::kGet, hooks + "?limit=200", ""), dev = call(Method::kOptions, "/dev/receiver", "");
    if (!there || there->status != 200 || !dev || dev->status >= 300) return;
    for (const DemoSubscription& one : kDemoSubscriptions) {
      if (there->body.find(json::quote(one.description)) != std::string::npos) continue;
      const auto made =
          call(Method::kPost, hooks,
               "{\"endpointUrl\":" + json::quote(request_.base + one.path) + ",\"eventTypes\":" + one.event_types +
                   ",\"description\":" + json::quote(one.description) + "}");
      if (made && made->status >= 300)
        std::fprintf(stderr, "beckon: the subscription was refused: %s\n", made->body.c_str());
    }
  }

  bool play(const Storyline& story) {
    const Instant end = SystemClock{}.now();
    std::string shown;  // the decision currently shown
    bool asked = false;
    for (const StoryStep& step : story.steps) {
      const bool signal = step.kind == StoryStep::Kind::kSignal;
      // Signals after a decision must be later than it, or they would not count as its outcome.
      const Instant at = asked ? SystemClock{}.now() : end - step.before_end;
      if (!(signal ? append(story, step.text, step.value, step.amount, at) : ask(story, step, shown))) return false;
      asked = asked || !signal;
    }
    if (shown.empty()) return true;
    const Instant now = SystemClock{}.now();
    if (!append(story, story.clicks ? "decision.clicked" : "decision.dismissed", shown, 0, now)) return false;
    return !story.converts || append(story, "decision.converted", shown, 0, now);
  }

  bool append(const Storyline& story, const std::string& key, const std::string& value, double amount, Instant at) {
    std::string body;
    json::Writer out(body);
    out.begin_object()
        .member("sessionId", story.session)
        .member("visitorId", story.visitor)
        .key("context")
        .begin_object();
    out.member("country", story.country)
        .member("device", story.device)
        .end_object()
        .key("signals")
        .begin_array()
        .begin_object();
    out.member("type", key).member("at", to_rfc3339(at));
    if (!value.empty()) out.member("signalValue", value);
    if (amount > 0) out.member_raw("metadata", "{\"amount\":" + std::to_string(std::round(amount * 100) / 100) + "}");
    out.end_object().end_array().end_object();
    signals_ += 1;
    purchases_ += key == "purchase" ? 1 : 0;
    return said(call(Method::kPost, "/v2/handles/" + handle_ + "/chain/signals", body), 202).has_value();
  }

  bool ask(const Storyline& story, const StoryStep& step, std::string& shown) {
    const bool ahead = step.kind == StoryStep::Kind::kPrefetch;
    const std::string who = "\"sessionId\":" + json::quote(story.session), trigger = json::quote(step.text);
    const auto answer = ahead ? call(Method::kPost, "/v2/handles/" + handle_ + "/chain/prefetch",
                                     "{" + who + ",\"triggers\":[" + trigger + "]}")
                              : call(Method::kPost, "/v2/handles/" + handle_ + "/chain/resolve",
                                     "{" + who + ",\"trigger\":" + trigger + "}");
    const auto body = said(answer, 200);
    if (!body) return false;
    decisions_ += 1;
    const auto document = json::parse(*body);
    if (!document) return refuse("the response is not JSON", *body);
    const json::Value* decisions = document->root().find("decisions");
    const json::Value& decision =
        decisions && !decisions->items().empty() ? decisions->items().front() : document->root();
    const json::Value* outcome = decision.find("outcome");
    if (!outcome || outcome->text() != "act") return true;
    acts_ += 1;
    shown = decision.find("decisionId")->text();
    return append(story, "decision.shown", shown, 0, SystemClock{}.now());
  }

  using Answer = Result<egress::CallResponse, std::string>;

  // At the requested rate; if a limit was reached, retried after the time in the response.
  Answer call(Method method, const std::string& path, const std::string& body) {
    for (int again = 0;; ++again) {
      std::this_thread::sleep_until(next_);
      next_ = std::chrono::steady_clock::now() +
              std::chrono::microseconds(static_cast<long long>(1e6 / request_.per_second));
      auto answer = egress::http_call(
          method, request_.base + path,
          {{"content-type", "application/json"}, {"authorization", "Bearer " + request_.token}}, body);
      if (!answer || answer->status != kTooMany || again == kAgain) return answer;
      const std::string* wait = answer->header("retry-after");
      next_ = std::chrono::steady_clock::now() +
              std::chrono::seconds(wait ? std::clamp(std::atoi(wait->c_str()), 1, 60) : 1);
    }
  }

  std::optional<std::string> said(const Answer& answer, int status) {
    if (answer && answer->status == status) return answer->body;
    refuse("the server refused the request", answer ? answer->body : answer.error());
    return std::nullopt;
  }

  bool refuse(const char* what, const std::string& why) {
    std::fprintf(stderr, "%sbeckon: %s: %s\n", terminal_ ? "\n" : "", what, why.c_str());
    return false;
  }

  // One line that overwrites itself on a terminal; elsewhere a line occasionally.
  void tell(int played) const {
    if (!terminal_ && played % 10 != 0) return;
    std::fprintf(stderr, "%s%d of %d shoppers, %d signals, %d decisions, %d act, %d purchases%s", terminal_ ? "\r" : "",
                 played, request_.shoppers, signals_, decisions_, acts_, purchases_, terminal_ ? "   " : "\n");
  }

  const DemoRequest& request_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::string handle_;
  std::chrono::steady_clock::time_point next_{};
  int signals_ = 0, decisions_ = 0, acts_ = 0, purchases_ = 0;
};

}  // namespace

int demo(const DemoRequest& request) { return Shop(request).run(); }

}  // namespace beckon::app
