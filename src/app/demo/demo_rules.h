// The rules and subscriptions of `beckon demo`.
#pragma once
#include <array>

namespace beckon::app {

struct DemoRule {
  const char* id;
  const char* body;
};

// One with two variants, one that greets, one in shadow, one delayed. Their actions are complete for the renderers of
// the browser library: `#checkout` is the link in its example shop.
inline constexpr std::array kDemoRules = {
    DemoRule{"demo-cart-rescue",
             R"({"name":"Save the cart","priority":80,"triggers":["checkout","exit_intent"],
                  "when":{"all":[{"count":{"key":"cart","value":"add"},"within":"2h","atLeast":1}],"none":[{"seen":{"key":"purchase"},"within":"2h"}]},
                  "split":{"salt":"demo","holdout":10,"arms":{"a":50,"b":50}},
                  "actions":{"a":{"type":"popup","payload":{"title":"Your cart is waiting","text":"10 % off if you order today.","code":"SAVE10",
                                                           "button":{"label":"Go to checkout","href":"#checkout"}}},
                             "b":{"type":"banner","payload":{"text":"Delivery is free today.","button":{"label":"Go to checkout","href":"#checkout"}}}},
                  "goal":{"key":"purchase","within":"24h","valueField":"amount"}})"},
    DemoRule{"demo-welcome-back",
             R"({"name":"Welcome back","priority":40,"triggers":["checkout","exit_intent"],
                  "when":{"all":[{"seen":{"key":"link.clicked"},"within":"7d"}]},"action":{"type":"cta","payload":{"selector":"#checkout","label":"Continue where you left off"}}})"},
    DemoRule{"demo-browser-nudge",
             R"({"name":"Nudge window shoppers","status":"shadow","priority":20,"triggers":["exit_intent"],
                  "when":{"all":[{"count":{"key":"view"},"within":"1h","atLeast":3}]},"action":{"type":"popup","payload":{"title":"Need help choosing?","text":"These sell best this week.",
                                                                    "button":{"label":"Show me","href":"#bestsellers"}}}})"},
    DemoRule{"demo-cart-reminder",
             R"({"name":"Cart reminder","triggers":["@due"],
                  "when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart","value":"add"},"for":"30m"}]},"action":{"type":"email","payload":{"template":"your-cart"}}})"},
};

struct DemoSubscription {
  const char* path;  // of the --dev receiver
  const char* event_types;
  const char* description;
};

inline constexpr std::array kDemoSubscriptions = {
    DemoSubscription{"/dev/receiver", R"(["signal.purchase","chain.message.due"])", "the CRM of the demo"},
    DemoSubscription{"/dev/receiver/flaky", R"(["link.clicked"])", "a CRM that fails at times"},
};

}  // namespace beckon::app
