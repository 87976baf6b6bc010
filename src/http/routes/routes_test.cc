#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes/attempt_view.h"
#include "http/routes/delivery_view.h"
#include "http/routes/docs_page.h"
#include "http/routes/event_catalog.h"
#include "http/routes/paging.h"
#include "http/routes/response.h"
#include "http/routes/rule_view.h"
#include "http/routes/session_view.h"
#include "http/routes/sign_in_failures.h"
#include "http/routes/subscription_request.h"
#include "http/routes/token_routes.h"

namespace beckon::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> faults(std::string text, bool creating = true) {
  const auto body = json::parse(std::move(text));
  Issues issues;
  read_subscription(body->root(), creating, issues);
  std::vector<std::string> fields;
  for (const FieldIssue& issue : issues.items()) fields.push_back(issue.field);
  return fields;
}

TEST(SignInFailures, AreCountedByTheReasonThatTheirFaultHas) {
  SignInFailures failures;
  const auto add = [&](FaultCode code, RateLimit limit = RateLimit::kOther) {
    failures.add({.code = code, .message = "m", .limit = limit}, SignInFailure::kLink);
  };
  add(FaultCode::kInvalidCredentials);
  add(FaultCode::kRateLimited, RateLimit::kAccountSignIns);
  add(FaultCode::kRateLimited, RateLimit::kAddressSignIns);
  add(FaultCode::kUnavailable);
  add(FaultCode::kInternalError);
  for (const auto failure : {SignInFailure::kLink, SignInFailure::kAccountLimit, SignInFailure::kAddressLimit,
                             SignInFailure::kBusy, SignInFailure::kOther})
    EXPECT_EQ(failures.count(failure), 1u) << to_text(failure);
  EXPECT_EQ(failures.count(SignInFailure::kPassword), 0u);
}

TEST(SubscriptionRequest, NamesEveryFaultAtOnce) {
  EXPECT_THAT(
      faults(
          R"({"endpointUrl":5,"eventTypes":["a.*.b","ok"],"description":5,"headers":{"webhook-id":"x","x-a":"b\nc","x-B":"1","X-b":"2"},
                         "ratePerSecond":0,"ordering":"random"})"),
      ElementsAre("endpointUrl", "eventTypes[0]", "description", "headers.webhook-id", "headers.x-a", "headers.X-b",
                  "ratePerSecond", "ordering"));
  EXPECT_THAT(faults("{}"), ElementsAre("endpointUrl", "eventTypes"));
  EXPECT_THAT(faults(R"({"enabled":1})", false), ElementsAre("enabled"));
  EXPECT_THAT(faults("{}", false), ElementsAre());
}

TEST(SubscriptionRequest, ChangesOnlyWhatWasSaidAndKeepsAMaskedHeader) {
  const SecretBox secrets(std::string(32, 'k'));
  SeededRandom random(1);
  outbox::Subscription subscription{.id = SubscriptionId{"whs_1"},
                                    .handle = Handle{"acme"},
                                    .endpoint_url = "https://a.example/",
                                    .event_types = {"*"},
                                    .rate_per_second = 5};
  const auto seal = [&](std::string_view name, std::string_view value) {
    return outbox::OwnHeader{std::string(name),
                             outbox::seal_header(subscription.handle, subscription.id, name, value, secrets, random)};
  };
  subscription.headers = {seal("Authorization", "Bearer s"), seal("x-a", "1")};
  const auto body =
      json::parse(R"({"headers":{"authorization":"***","x-b":"2"},"ratePerSecond":null,"enabled":false})");
  Issues issues;
  const auto request = read_subscription(body->root(), false, issues);
  ASSERT_TRUE(issues.empty());
  apply(request, subscription, secrets, random);
  EXPECT_EQ(subscription.endpoint_url, "https://a.example/");
  EXPECT_EQ(subscription.rate_per_second, std::nullopt);
  EXPECT_FALSE(subscription.enabled);
  std::vector<std::string> values;
  for (const auto& [name, sealed] : subscription.headers)
    values.push_back(
        name + "=" +
        outbox::open_header(subscription.handle, subscription.id, name, sealed, secrets).value_or("not opened"));
  EXPECT_THAT(values, ElementsAre("authorization=Bearer s", "x-b=2"));
  EXPECT_EQ(names_json(request), R"(["headers","ratePerSecond","enabled"])");
}

class AttemptView : public testing::Test {
 protected:
  json::Document shown(std::shared_ptr<const std::string> event = std::make_shared<const std::string>(23, ' ')) {
    std::string text;
    json::Writer writer(text);
    const outbox::Delivery delivery{.event = EventId{"evt_7"},
                                    .subscription = SubscriptionId{"whs_1"},
                                    .handle = Handle{"acme"},
                                    .event_type = "link.clicked"};
    write_attempt(writer, attempt_, delivery, event, SecretBox(std::string(32, 'k')));
    return json::parse(text).value();
  }
  outbox::Attempt attempt_{.url = "https://Hooks.example:8443/in",
                           .status = 200,
                           .request_headers = R"({"webhook-id":"evt_1","accept":"text/csv","user-agent":"shop"})",
                           .response_headers = "Set-Cookie: a=b\r\nX-Seen:\t 1 \r\nset-cookie: c=d; Path=/\r\n"};
};

TEST_F(AttemptView, HasTheUrlAndEveryHeaderOfTheRequestByItsNameInLowerCase) {
  const auto attempt = shown();
  EXPECT_EQ(attempt.root().find("url")->text(), "https://Hooks.example:8443/in");
  EXPECT_EQ(json::to_text(*attempt.root().find("requestHeaders")),
            R"({"host":"hooks.example:8443","webhook-id":"evt_1","accept":"text/csv","user-agent":"shop",)"
            R"("content-length":"23"})");
}

TEST_F(AttemptView, CompletesTheHeadersThatTheRecordLeavesOut) {
  attempt_.number = 3;
  attempt_.at = instant_ms(1'800'000'000'999);
  attempt_.request_headers = R"({"webhook-signature":"v1,x","x-arjun-signature":"sha256=0","user-agent":"shop"})";
  EXPECT_EQ(json::to_text(*shown().root().find("requestHeaders")),
            R"({"host":"hooks.example:8443","accept":"*/*","content-type":"application/json","webhook-id":"evt_7",)"
            R"("webhook-timestamp":"1800000000","webhook-signature":"v1,x","x-arjun-signature":"sha256=0",)"
            R"("x-arjun-event-type":"link.clicked","x-arjun-attempt":"3","user-agent":"shop","content-length":"23"})");
}

TEST_F(AttemptView, HasTheHeadersOfTheResponseByNameAndJoinsLinesOfOneName) {
  EXPECT_EQ(json::to_text(*shown().root().find("responseHeaders")),
            R"({"set-cookie":"a=b, c=d; Path=/","x-seen":"1"})");
  EXPECT_FALSE(shown().root().find("responseHeadersCut")->boolean());
  attempt_.response_headers = "X-Whole: 1\r\nX-Lon";
  attempt_.response_headers_cut = true;
  EXPECT_EQ(json::to_text(*shown().root().find("responseHeaders")), R"({"x-whole":"1"})");
  EXPECT_TRUE(shown().root().find("responseHeadersCut")->boolean());
}

TEST_F(AttemptView, TellsAResponseWithoutHeadersFromNoResponse) {
  attempt_.response_headers.clear();
  EXPECT_EQ(json::to_text(*shown().root().find("responseHeaders")), "{}");
  attempt_.status = 0;
  EXPECT_TRUE(shown().root().find("responseHeaders")->is_null());
}

TEST_F(AttemptView, AddsNothingToWhatWasErasedOrIsOfAnOlderVersion) {
  attempt_.request_headers = "{}";
  EXPECT_EQ(json::to_text(*shown(nullptr).root().find("requestHeaders")), "{}");
  attempt_ = {.status = 200, .request_headers = R"({"webhook-id":"evt_1"})"};
  EXPECT_EQ(json::to_text(*shown().root().find("requestHeaders")), R"({"webhook-id":"evt_1"})");
  EXPECT_TRUE(shown().root().find("url")->is_null());
  EXPECT_TRUE(shown().root().find("responseHeaders")->is_null());
}

TEST(IfMatch, GuardsByTheTagOfTheRule) {
  EXPECT_TRUE(may_change("", "\"7\""));
  EXPECT_TRUE(may_change("", ""));
  EXPECT_TRUE(may_change("*", "\"7\""));
  EXPECT_FALSE(may_change("*", ""));
  EXPECT_TRUE(may_change("\"5\" , \"7\"", "\"7\""));
  EXPECT_FALSE(may_change("\"5\"", "\"7\""));
  EXPECT_FALSE(may_change("W/\"7\"", "\"7\""));
  EXPECT_FALSE(may_change("7", "\"7\""));
}

TEST(Rules, AreShownWithTheVersionOfTheirLastChange) {
  const rules::StoredRule rule{RuleId{"b"}, R"({"ruleId":"b"})", 4, instant_ms(5)};
  EXPECT_EQ(etag_of(rule), "\"4\"");
  EXPECT_EQ(rule_json(rule), R"({"ruleId":"b","rulesVersion":4,"updatedAt":"1970-01-01T00:00:00.005Z"})");
}

TEST(Rules, WhatWasAnsweredMayComeBack) {
  const auto answered =
      json::parse(R"({"ruleId":"a","triggers":["t"],"when":{},"action":{"type":"x"},"rulesVersion":4,"updatedAt":"x",)"
                  R"("warnings":[],"requestId":"r"})");
  EXPECT_EQ(*checked_rule(RuleId{"a"}, answered->root(), {}),
            R"({"ruleId":"a","triggers":["t"],"when":{},"action":{"type":"x"}})");
}

TEST(Rules, NameVisitorsInTheFormInWhichIdsAreCompared) {
  const auto saved = [](const std::string& force) {
    const auto given = json::parse(R"({"triggers":["t"],"when":{},"split":{"arms":{"a":1,"b":1},"force":)" + force +
                                   R"(},"actions":{"a":{"type":"x"},"b":{"type":"x"}}})");
    const auto checked = checked_rule(RuleId{"r"}, given->root(), {});
    if (checked) return json::to_text(*json::parse(*checked)->root().find("split")->find("force"));
    std::string faults;
    for (const FieldIssue& issue : checked.error().details) faults += issue.field + ": " + issue.issue + "\n";
    return faults;
  };
  EXPECT_EQ(saved(R"({" jon@x.example ":"b","Ame\u0301lie":"a"})"), "{\"jon@x.example\":\"b\",\"Am\u00e9lie\":\"a\"}");
  EXPECT_EQ(saved(R"({"jon":"b"," jon":"a"})"), "split.force. jon: must be given once: it is the same id as another\n");
  EXPECT_EQ(saved(R"({"jo\u0001n":"b","x":"z"})"),
            "split.force.jo\x01n: must be under a visitorId of 1 to 256 bytes without control characters\n"
            "split.force.x: must be an arm of split.arms\n");
  EXPECT_EQ(saved(R"({"  ":"b"})"), "split.force.: must be under a visitorId of 1 to 256 bytes\n");
}

TEST(Cursor, GoesOnBehindItsPlaceAndIsBoundToItsList) {
  Request request;
  const std::string query = "limit=2&cursor=" + cursor_of(instant_ms(1234), "dlv_1", "deliveries a");
  request.query = query;
  const auto page = page_of(request, "deliveries a");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->limit, 2u);
  EXPECT_EQ(page->behind, std::pair(instant_ms(1234), std::string("dlv_1")));
  EXPECT_EQ(page_of(request, "deliveries b").error().code, FaultCode::kValidationError);
  for (const char* bad : {"limit=0", "limit=201", "limit=x", "limit=", "cursor=nonsense", "cursor=%00"}) {
    request.query = bad;
    EXPECT_FALSE(page_of(request, "deliveries a")) << bad;
  }
}

TEST(Cursor, AListInMemoryComesInPagesEachItemOnce) {
  const std::vector<std::string> names{"a", "b", "c", "d", "e"};
  std::string cursor, seen;
  int pages = 0;
  do {
    Request request;
    const std::string query = "limit=2&cursor=" + cursor;
    request.query = query;
    const auto response = list_page(
        request, "names", std::span<const std::string>{names},
        [](const std::string& name) {
          return std::pair{Instant{}, name};
        },
        [&](const std::string& name) {
          seen += name;
          return json::quote(name);
        });
    ASSERT_TRUE(response);
    const auto answer = json::parse(response->body);
    cursor = answer->root().find("nextCursor")->is_null() ? "" : answer->root().find("nextCursor")->text();
  } while (++pages < 10 && !cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen, "abcde");
}

TEST(Utf8, WhateverAReceiverAnsweredIsShown) {
  EXPECT_EQ(to_utf8("a\xc3\xbc\xf0\x9f\x98\x80"), "a\xc3\xbc\xf0\x9f\x98\x80");
  EXPECT_EQ(to_utf8("a\xff"
                    "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(to_utf8("\xf0\x9f\x98"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(to_utf8("\xed\xa0\x80").substr(0, 3), "\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(to_utf8("\xc0\x80").substr(0, 3), "\xef\xbf\xbd");      // an overlong NUL
}

class ShownState : public testing::Test {
 protected:
  outbox::DeliveryState shown(outbox::DeliveryState state) const {
    const Sending sending{
        .subscription = [this](const SubscriptionId&) { return subscription; },
        .is_sending = [this](const DeliveryId&) { return under_way; },
        .fence = {},
        .probe_at = [this](const SubscriptionId&) { return open ? std::optional{instant_ms(9)} : std::nullopt; },
        .probe = {}};
    return state_of({.event_type = "a", .state = state}, sending);
  }
  outbox::SubscriptionPtr subscription = std::make_shared<const outbox::Subscription>();
  bool under_way = false, open = false;
};
using enum outbox::DeliveryState;

TEST_F(ShownState, SendingAndACircuitLieOverQueuedAndRetryingOnly) {
  for (const auto state : {kQueued, kRetrying}) EXPECT_EQ(shown(state), state);
  open = true;
  for (const auto state : {kQueued, kRetrying}) EXPECT_EQ(shown(state), kHeld);
  under_way = true;
  for (const auto state : {kQueued, kRetrying}) EXPECT_EQ(shown(state), kSending);
  for (const auto state : {kHeld, kDelivered, kFailed, kWithdrawn})
    EXPECT_EQ(shown(state), state == kHeld ? kSending : state);
}

TEST_F(ShownState, WhatAChangeOfTheSubscriptionDidIsShownBeforeAllOfItIsWritten) {
  subscription = std::make_shared<const outbox::Subscription>(outbox::Subscription{.enabled = false});
  for (const auto state : {kQueued, kRetrying, kHeld}) EXPECT_EQ(shown(state), kHeld);
  subscription = nullptr;
  for (const auto state : {kQueued, kRetrying, kHeld}) EXPECT_EQ(shown(state), kWithdrawn);
  for (const auto state : {kDelivered, kFailed, kWithdrawn}) EXPECT_EQ(shown(state), state);
}

TEST(Session, ADeniedOneIsEmptyAndStillAWholeAnswer) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  write_denied_session(writer, Handle{"demo"}, SessionId{"s"});
  writer.end_object();
  const auto answer = json::parse(text);
  ASSERT_TRUE(answer) << text;
  EXPECT_EQ(answer->root().find("consent")->text(), "denied");
  for (const char* name : {"signals", "decisions", "timeline"}) EXPECT_TRUE(answer->root().find(name)->items().empty());
}

TEST(EventCatalog, WritesWhatASchemaRefersToInItsPlace) {
  const auto document =
      json::parse(R"({"components":{"a":{"type":"string","title":"A"},"b":{"of":{"$ref":"#/components/a"}}},
                                        "all":[{"$ref":"#/components/b"},{"$ref":"#/components/a","title":"B"},5]})");
  std::string out;
  append_inlined(out, *document->root().find("all"), document->root());
  EXPECT_EQ(out, R"([{"of":{"type":"string","title":"A"}},{"type":"string","title":"B"},5])");
}

TEST(EventCatalog, HasAnEntryForEachWebhookOfTheDescription) {
  const std::string catalog =
      event_catalog(R"({"webhooks":{"a":{"post":{"description":"d","requestBody":{"content":{"application/json":
                                                {"schema":{"type":"object"},"example":{"id":1}}}}}}}})");
  EXPECT_EQ(catalog, R"([{"type":"a","description":"d","schema":{"type":"object"},"example":{"id":1}}])");
}

std::vector<Route> with_token_routes(std::string pattern, Access access) {
  std::vector<Route> routes{{.method = Method::kGet,
                             .pattern = std::move(pattern),
                             .access = access,
                             .run = Run::kControl,
                             .handler = [](Request&, Respond) {},
                             .body_limit = 7}};
  add_token_routes(routes);
  return routes;
}

TEST(RoutesOfAccessTokens, AreMadeFromThoseOfARoleThatNameAScope) {
  const auto routes = with_token_routes("/v2/handles/{handle}/audit-events/{id}", operator_("audit.read"));
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_EQ(routes[1].pattern, "/v2/public/handles/{handle}/audit-events/{id}");
  EXPECT_EQ(routes[1].access.who, Access::Who::kPat);
  EXPECT_EQ(routes[1].access.scope, "audit.read");
  EXPECT_EQ(routes[1].run, Run::kControl);
  EXPECT_EQ(routes[1].body_limit, 7u);
  EXPECT_EQ(with_token_routes("/v2/handles/{handle}/settings", owner()).size(), 1u);
  EXPECT_EQ(with_token_routes("/v2/handles/{handle}/chains", creator()).size(), 1u);
}

TEST(RoutesOfAccessTokens, OfAFamilyThatIsOpenToThemMustNameAScope) {
  for (const char* path : {"chain", "chain/{sessionId}", "visitors", "webhooks/{id}/x", "analytics"}) {
    auto routes = with_token_routes(std::string("/v2/handles/{handle}/") + path, creator());
    const auto router =
        Router::make(std::move(routes), {.authorize = [](const Route&, Request&) { return std::optional<Fault>(); }});
    ASSERT_FALSE(router) << path;
    EXPECT_EQ(router.error(), "GET /v2/public/handles/{handle}/" + std::string(path) + ": names no scope");
  }
}

TEST(RoutesOfAccessTokensDeathTest, OpenNothingThatOnlyAnOwnerMayDo) {
  EXPECT_DEATH(with_token_routes("/v2/handles/{handle}/settings", {Access::Who::kOwner, "audit.read"}), "");
  EXPECT_DEATH(with_token_routes("/v2/handles/{handle}/chain", creator("chain.unknown")), "");
}

TEST(DocsPage, ListsTheRoutesWithoutScriptOrStyle) {
  const std::vector<Route> routes{
      {.method = Method::kGet, .pattern = "/v2/a", .access = operator_(), .handler = {}, .summary = "less < more"}};
  const std::string page = docs_page(routes, "");
  EXPECT_THAT(page, HasSubstr("<dt><code>GET /v2/a</code></dt><dd>less &lt; more (OPERATOR)</dd>"));
  EXPECT_THAT(page, testing::Not(testing::AnyOf(HasSubstr("<script"), HasSubstr("<style"), HasSubstr("style="))));
}

TEST(DocsPage, PutsTheListIntoThePageOfTheBundle) {
  const std::vector<Route> routes{
      {.method = Method::kGet, .pattern = "/v2/a", .access = operator_(), .handler = {}, .summary = "some"}};
  const std::string page = docs_page(routes, "<head>x</head><div><!--routes--></div>");
  EXPECT_THAT(page, testing::StartsWith("<head>x</head><div><main"));
  EXPECT_THAT(page, testing::EndsWith("</main>\n</div>"));
}

TEST(SecurityHeaders, AreOnEveryAnswerAndNothingOfTheControlPlaneIsStored) {
  Request request;
  request.path = "/v2/handles/demo/webhooks";
  Response response;
  security_headers(request, response);
  EXPECT_THAT(response.preset, HasSubstr("x-content-type-options: nosniff\r\n"));
  EXPECT_THAT(response.preset, HasSubstr("referrer-policy: no-referrer\r\n"));
  EXPECT_THAT(response.preset, HasSubstr("cache-control: no-store\r\n"));
  EXPECT_THAT(response.preset, HasSubstr("content-security-policy: default-src 'none'"));
  request.path = "/openapi.json";
  Response open;
  security_headers(request, open);
  EXPECT_THAT(open.preset, testing::Not(HasSubstr("cache-control")));
}

}  // namespace
}  // namespace beckon::http
