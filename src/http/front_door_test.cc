// The HTTP server over real sockets: each rule of safety.md section 3 with bytes that violate it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "http/error.h"
#include "http/listener.h"
#include "http/raw_client.h"
#include "system/clock.h"
#include "system/log.h"

namespace beckon::http {
namespace {

using std::chrono::milliseconds;

// Responses that a test sends when it wants to.
class Held {
 public:
  void hold(Request& request, Respond respond) {
    const std::lock_guard lock(mutex_);
    held_.emplace_back(&request, std::move(respond));
    changed_.notify_all();
  }
  std::pair<Request*, Respond> take() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return !held_.empty(); }));
    auto first = std::move(held_.front());
    held_.erase(held_.begin());
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<Request*, Respond>> held_;
};

class FrontDoor : public testing::Test {
 protected:
  FrontDoor() { options_.request_log = RequestLog::kOff; }

  void start() {
    hooks_.authorize = [this](const Route& route, Request& request) -> std::optional<Fault> {
      authorized_on_ = std::this_thread::get_id();
      const bool needs_token = route.access.who == Access::Who::kOwner || route.access.who == Access::Who::kPat;
      if (needs_token && request.header("authorization") != "Bearer good") {
        return Fault{.code = FaultCode::kInvalidToken, .message = "Log in again."};
      }
      request.principal = std::string("anna");
      return std::nullopt;
    };
    auto router = Router::make(table(), hooks_);
    ASSERT_TRUE(router) << router.error();
    router_.emplace(std::move(*router));
    metrics_.emplace(registry_, *router_);
    auto listener = Listener::start(options_, *router_, clock_, *metrics_);
    ASSERT_TRUE(listener) << listener.error();
    listener_ = std::move(*listener);
  }

  std::uint16_t port() {
    if (!listener_) start();
    return listener_->port();
  }

  Answer ask(std::string_view bytes) { return RawClient(port()).send(bytes).answer(); }

  // The status for a request that the server must refuse, after which it must close.
  int refusal(std::string_view bytes) {
    RawClient client(port());
    const Answer answer = client.send(bytes).answer();
    EXPECT_TRUE(answer.closes()) << bytes;
    EXPECT_TRUE(client.is_closed_by_server()) << bytes;
    return answer.status;
  }

  static std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
    std::string text = "POST ";
    text.append(path).append(" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ");
    text.append(std::to_string(body.size())).append("\r\n").append(more).append("\r\n").append(body);
    return text;
  }
  static std::string get(std::string_view path, std::string_view more = "") {
    return std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(more).append("\r\n");
  }

  std::vector<Route> table() {
    const auto echo = [](Request& request, Respond respond) { respond({.body = std::move(request.body)}); };
    const auto text = [](std::string body) {
      return [body](Request&, Respond respond) { respond({.body = body, .content_type = "text/plain"}); };
    };
    return {
        {.method = Method::kPost, .pattern = "/echo", .access = public_(), .handler = echo},
        {.method = Method::kPost,
         .pattern = "/beacon",
         .access = public_(),
         .handler = echo,
         .body = BodyType::kJsonOrText},
        {.method = Method::kPost, .pattern = "/large", .access = public_(), .handler = echo, .body_limit = 200'000},
        {.method = Method::kGet, .pattern = "/hello", .access = public_(), .handler = text("hello")},
        {.method = Method::kGet,
         .pattern = "/huge",
         .access = public_(),
         .handler = [](Request&, Respond respond) { respond({.body = std::string(32'000'000, 'x')}); }},
        {.method = Method::kGet,
         .pattern = "/items/{id}",
         .access = public_(),
         .handler = [](Request& request, Respond respond) { respond({.body = request.param("id")}); }},
        {.method = Method::kGet,
         .pattern = "/client",
         .access = public_(),
         .handler = [](Request& request, Respond respond) { respond({.body = request.client.text()}); }},
        {.method = Method::kGet,
         .pattern = "/control",
         .access = public_(),
         .run = Run::kControl,
         .handler =
             [this](Request&, Respond respond) {
               handled_on_ = std::this_thread::get_id();
               respond({.body = "control"});
             }},
        {.method = Method::kGet,
         .pattern = "/inline",
         .access = public_(),
         .handler =
             [this](Request&, Respond respond) {
               handled_on_ = std::this_thread::get_id();
               respond({.body = "inline"});
             }},
        {.method = Method::kPost,
         .pattern = "/owned",
         .access = owner(),
         .handler = [](Request& request,
                       Respond respond) { respond({.body = std::any_cast<std::string>(request.principal)}); }},
        {.method = Method::kGet,
         .pattern = "/later",
         .access = public_(),
         .handler = [this](Request& request, Respond respond) { held_.hold(request, std::move(respond)); }},
        {.method = Method::kGet,
         .pattern = "/throws",
         .access = public_(),
         .handler = [](Request&, Respond) { throw std::runtime_error("secret detail"); }},
        {.method = Method::kGet, .pattern = "/drops", .access = public_(), .handler = [](Request&, Respond) {}},
        {.method = Method::kGet,
         .pattern = "/dirty",
         .access = public_(),
         .handler =
             [](Request&, Respond respond) {
               respond({.headers = {{"x", "a\r\nb: c"}}});
             }},
        {.method = Method::kPost,
         .pattern = "/handles/{handle}/large",
         .access = owner(),
         .handler = echo,
         .body_limit = 200'000},
        {.method = Method::kPost,
         .pattern = "/v2/public/handles/{handle}/count",
         .access = pat("count.write"),
         .handler =
             [this](Request& request, Respond respond) {
               handled_on_ = std::this_thread::get_id();
               respond({.body = std::to_string(request.body.size())});
             },
         .body_limit = 200'000},
        {.method = Method::kPost,
         .pattern = "/v2/public/handles/{handle}/slow",
         .access = pat("slow.write"),
         .run = Run::kControl,
         .handler = [](Request& request, Respond respond) { respond({.body = request.body}); }},
        {.method = Method::kGet,
         .pattern = "/parked/{id}",
         .access = public_(),
         .run = Run::kControl,
         .handler = [this](Request& request, Respond respond) { held_.hold(request, std::move(respond)); }},
        {.method = Method::kGet,
         .pattern = "/stream",
         .access = public_(),
         .handler =
             [this](Request&, Respond respond) {
               respond({.body = "first;", .content_type = "text/event-stream", .stream = [this](Stream stream) {
                          const std::lock_guard lock(stream_mutex_);
                          stream_ = std::move(stream);
                          stream_made_.notify_all();
                        }});
             }},
    };
  }

  Stream stream() {
    std::unique_lock lock(stream_mutex_);
    EXPECT_TRUE(stream_made_.wait_for(lock, std::chrono::seconds{20}, [&] { return stream_.has_value(); }));
    return *stream_;
  }

  double counted(const std::string& name, const std::string& route) {
    for (const auto& family : registry_.Collect()) {
      if (family.name != name) continue;
      for (const auto& metric : family.metric) {
        for (const auto& label : metric.label) {
          if (label.name == "route" && label.value == route && metric.counter.value > 0) return metric.counter.value;
        }
      }
    }
    return 0;
  }

  SystemClock clock_;
  prometheus::Registry registry_;
  Hooks hooks_;
  ListenerOptions options_;
  std::optional<Router> router_;
  std::optional<HttpMetrics> metrics_;
  Held held_;
  std::atomic<std::thread::id> authorized_on_;
  std::atomic<std::thread::id> handled_on_;
  std::mutex stream_mutex_;
  std::condition_variable stream_made_;
  std::optional<Stream> stream_;
  std::unique_ptr<Listener> listener_;  // destroyed first
};

// --- answers -------------------------------------------------------------------------------------------------------

TEST_F(FrontDoor, AnswersARequestAndKeepsTheConnection) {
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.send(post("/echo", R"({"a":1})")).answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"a":1})");
    EXPECT_EQ(answer.header("content-type"), "application/json");
    EXPECT_NE(answer.header("date"), "");
    EXPECT_FALSE(answer.closes());
  }
}

TEST_F(FrontDoor, AnswersPipelinedRequestsInTheirOrder) {
  RawClient client(port());
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += post("/echo", std::to_string(i)) + get("/items/" + std::to_string(i));
  std::thread sender([&] { client.send(bytes); });
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(client.answer().body, std::to_string(i));
    ASSERT_EQ(client.answer().body, std::to_string(i));
  }
  sender.join();
}

TEST_F(FrontDoor, PipelinedRequestsWaitForTheOneBefore) {
  RawClient client(port());
  client.send(get("/later") + get("/hello"));
  held_.take().second({.body = "late"});
  EXPECT_EQ(client.answer().body, "late");
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_F(FrontDoor, TakesARequestByteByByte) {
  RawClient client(port());
  for (char c : post("/echo", "[1,2,3]")) client.send({&c, 1});
  EXPECT_EQ(client.answer().body, "[1,2,3]");
}

TEST_F(FrontDoor, TakesAChunkedBody) {
  RawClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Transfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n3;x=y\r\n,3]\r\n0\r\nTrailer: t\r\n\r\n" +
      get("/hello"));
  EXPECT_EQ(client.answer().body, "[1,2,3]");
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_F(FrontDoor, TakesALargeBodyWhereTheRouteAllowsIt) {
  const std::string body(150'000, '7');
  EXPECT_EQ(ask(post("/large", body)).body, body);
}

TEST_F(FrontDoor, AnswersHeadLikeGetWithoutBody) {
  RawClient client(port());
  const Answer answer = client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n").answer(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-length"), "5");
  EXPECT_EQ(client.send(get("/hello")).answer().body, "hello");
}

TEST_F(FrontDoor, KeepsASaneRequestIdAndMakesOneOtherwise) {
  EXPECT_EQ(ask(get("/hello", "X-Request-Id: my-id_1.2\r\n")).header("x-request-id"), "my-id_1.2");
  for (const char* bad : {"a b", "a\"b", "", "ünsane"}) {
    const std::string id = ask(get("/hello", std::string("X-Request-Id: ") + bad + "\r\n")).header("x-request-id");
    EXPECT_TRUE(id.starts_with("req_") && id.size() == 30) << id;
  }
  EXPECT_TRUE(
      ask(get("/hello", "X-Request-Id: " + std::string(65, 'a') + "\r\n")).header("x-request-id").starts_with("req_"));
  EXPECT_NE(ask("nonsense\r\n\r\n").header("x-request-id"), "");
}

TEST_F(FrontDoor, SaysWhatIsNotThereAndWhatIsNotAllowed) {
  EXPECT_EQ(ask(get("/nowhere")).status, 404);
  EXPECT_NE(ask(get("/nowhere")).body.find(R"("error":"not_found")"), std::string::npos);
  const Answer answer = ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("allow"), "POST, OPTIONS");
  EXPECT_EQ(ask("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n").header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask(get("/items/%zz")).status, 400);
  EXPECT_EQ(ask(get("/items/a%ff")).status, 400);
  EXPECT_EQ(ask(get("/items/a%00b")).status, 404);
}

TEST_F(FrontDoor, AnErrorWithoutBodyKeepsTheConnection) {
  RawClient client(port());
  EXPECT_FALSE(client.send(get("/nowhere")).answer().closes());
  EXPECT_EQ(client.send(get("/hello")).answer().body, "hello");
}

TEST_F(FrontDoor, AnswersOptionsItselfOrByItsHook) {
  const Answer answer = ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("allow"), "POST, OPTIONS");
  EXPECT_EQ(ask("OPTIONS /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
}

TEST_F(FrontDoor, PreflightAndDecorateAreHooks) {
  hooks_.preflight = [](Request&, const std::string& allow, Respond respond) {
    respond({.status = 204, .headers = {{"access-control-allow-methods", allow}}});
  };
  hooks_.decorate = [](const Request&, Response& response) { response.headers.emplace_back("x-seen", "yes"); };
  const Answer answer = ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.header("access-control-allow-methods"), "POST, OPTIONS");
  EXPECT_EQ(answer.header("x-seen"), "yes");
  EXPECT_EQ(ask("nonsense\r\n\r\n").header("x-seen"), "yes");
}

TEST_F(FrontDoor, ServesHttp10) {
  RawClient once(port());
  EXPECT_EQ(once.send("GET /hello HTTP/1.0\r\n\r\n").answer().body, "hello");
  EXPECT_TRUE(once.is_closed_by_server());
  RawClient kept(port());
  EXPECT_EQ(kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer().header("connection"),
            "keep-alive");
  EXPECT_EQ(kept.send("GET /hello HTTP/1.0\r\n\r\n").answer().body, "hello");
}

TEST_F(FrontDoor, ClosesWhenTheClientAsksForIt) {
  RawClient client(port());
  EXPECT_TRUE(client.send(get("/hello", "Connection: close\r\n") + get("/hello")).answer().closes());
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(FrontDoor, AnswersAClientThatHasShutItsSide) {
  RawClient client(port());
  client.send(get("/hello")).shut();
  EXPECT_EQ(client.answer().body, "hello");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(FrontDoor, AnswersEverythingThatCameBeforeTheEnd) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += get("/items/" + std::to_string(i)) + post("/large", std::string(1000, 'x'));
  RawClient client(port());
  std::thread sender([&] { client.send(bytes).shut(); });
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(client.answer().body, std::to_string(i));
    ASSERT_EQ(client.answer().body.size(), 1000U);
  }
  sender.join();
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(FrontDoor, AnswersLateAClientThatHasShutItsSide) {
  for (const char* body : {"late", ""}) {
    RawClient client(port());
    client.send(get("/later")).shut();
    held_.take().second({.body = body});
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(FrontDoor, ServesMoreClientsThanOneTurnTakes) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<RawClient>(port()));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->send(post("/echo", std::to_string(i)));
    for (std::size_t i = 0; i < clients.size(); ++i) ASSERT_EQ(clients[i]->answer().body, std::to_string(i));
  }
}

TEST_F(FrontDoor, AClientThatNeverPausesLeavesTurnsToOthers) {
  RawClient greedy(port());
  std::atomic<bool> enough{false};
  std::thread sender([&] {
    while (!enough) greedy.send(get("/hello"));
    greedy.shut();
  });
  std::thread reader([&] { greedy.rest(); });
  RawClient other(port());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(other.send(get("/hello")).answer().body, "hello");
  enough = true;
  sender.join();
  reader.join();
}

// --- handlers ------------------------------------------------------------------------------------------------------

TEST_F(FrontDoor, RunsWhatMayBlockOnTheControlPool) {
  RawClient client(port());
  EXPECT_EQ(client.send(get("/inline")).answer().body, "inline");
  const std::thread::id io = handled_on_;
  EXPECT_EQ(client.send(get("/control")).answer().body, "control");
  EXPECT_NE(handled_on_.load(), io);
}

TEST_F(FrontDoor, ARequestThatWaitsForSomethingElseHoldsNoControlThread) {
  options_.control_threads = 1;
  RawClient waiting(port());
  waiting.send(get("/parked/a"));
  auto [request, respond] = held_.take();
  EXPECT_EQ(ask(get("/control")).body, "control") << "the only thread is free";
  std::promise<std::thread::id> resumed;
  const Request& parked = *request;
  parked.resume([&resumed, &parked, respond = std::move(respond)]() mutable {
    resumed.set_value(std::this_thread::get_id());
    respond({.body = parked.param("id")});
  });
  EXPECT_EQ(waiting.answer().body, "a");
  EXPECT_EQ(resumed.get_future().get(), handled_on_.load());
  waiting.send(get("/parked/b"));
  auto [again, respond_again] = held_.take();
  again->resume([respond = std::move(respond_again)] { throw std::runtime_error("secret"); });
  EXPECT_EQ(waiting.answer().status, 500);
}

TEST_F(FrontDoor, AuthorizingThatWaitsForSomethingElseHoldsNoControlThread) {
  options_.control_threads = 1;
  std::promise<std::move_only_function<void()>> waiting, before_body;
  hooks_.await = [&](const Request& request) -> Wait {
    const auto what = request.header("x-wait");
    if (what.empty()) return {};
    return [&to = what == "body" ? before_body : waiting](auto then) { to.set_value(std::move(then)); };
  };
  RawClient owner(port());
  owner.send(post("/owned", "{}", "Authorization: Bearer good\r\nX-Wait: all\r\n"));
  auto then = waiting.get_future().get();
  EXPECT_EQ(ask(get("/control")).body, "control") << "the only thread is free";
  then();
  EXPECT_EQ(owner.answer().status, 200);

  std::string whole = post("/owned", "{}", "Authorization: Bearer bad\r\nX-Wait: body\r\n");
  whole.resize(whole.size() - 2);  // the body is still to come
  owner.send(whole);
  then = before_body.get_future().get();
  EXPECT_EQ(ask(get("/control")).body, "control");
  then();
  EXPECT_EQ(owner.answer().status, 401);
}

TEST_F(FrontDoor, CountsWhatItTurnsAway) {
  options_.limits.in_flight = 1;
  RawClient first(port());
  first.send(get("/later"));
  auto [request, respond] = held_.take();
  EXPECT_EQ(ask(get("/hello")).status, 503);
  EXPECT_EQ(metrics_->refusals().in_flight.load(), 1u);
  respond({});
  EXPECT_EQ(first.answer().status, 200);
}

TEST_F(FrontDoor, AuthorizesWhatIsNotPublicOffTheIoThread) {
  RawClient client(port());
  EXPECT_EQ(client.send(post("/owned", "{}")).answer().status, 401);
  EXPECT_EQ(client.send(post("/owned", "{}", "Authorization: Bearer good\r\n")).answer().body, "anna");
  EXPECT_EQ(client.send(get("/inline")).answer().status, 200);
  EXPECT_NE(authorized_on_.load(), handled_on_.load());
}

TEST_F(FrontDoor, AuthorizesAnAccessTokenWhereItsRequestIsRead) {
  const std::string path = "/v2/public/handles/acme/count";
  const std::string good = "Authorization: Bearer good\r\n";
  RawClient client(port());
  EXPECT_EQ(client.send(post(path, "{}")).answer().status, 401);
  EXPECT_EQ(client.send(post(path, "{}", good)).answer().body, "2");
  EXPECT_EQ(authorized_on_.load(), handled_on_.load());
  EXPECT_EQ(client.send(post(path, std::string(100'000, ' '), good)).answer().body, "100000");
  EXPECT_EQ(authorized_on_.load(), handled_on_.load());
  EXPECT_EQ(client.send(post("/v2/public/handles/acme/slow", "{}", good)).answer().body, "{}");
  EXPECT_NE(authorized_on_.load(), handled_on_.load()) << "again, when its turn has come";
  EXPECT_EQ(client.send(post("/v2/public/handles/acme/slow", "{}")).answer().status, 401);
  EXPECT_EQ(authorized_on_.load(), handled_on_.load()) << "without a turn";
  const std::string_view head =
      "POST /v2/public/handles/acme/count HTTP/1.1\r\nHost: a\r\n"
      "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n";
  EXPECT_EQ(RawClient(port()).send(head).answer().status, 401) << "before its body was sent";
}

TEST_F(FrontDoor, TakesAnAnswerFromAnotherThread) {
  RawClient client(port());
  for (int i = 0; i < 100; ++i) {
    client.send(get("/later"));
    auto [request, respond] = held_.take();
    EXPECT_EQ(request->path, "/later");  // alive until the response is sent
    respond({.body = std::to_string(i)});
    ASSERT_EQ(client.answer().body, std::to_string(i));
  }
}

TEST_F(FrontDoor, AnAnswerAfterTheClientHasGoneIsNoHarm) {
  for (int i = 0; i < 20; ++i) {
    RawClient client(port());
    client.send(get("/later"));
    auto [request, respond] = held_.take();
    client.reset();
    EXPECT_EQ(request->path, "/later");
    respond({.body = std::string(100'000, 'x')});
  }
  EXPECT_EQ(ask(get("/hello")).body, "hello");
}

TEST_F(FrontDoor, AnAnswerAfterTheListenerHasGoneIsNoHarm) {
  RawClient client(port());
  client.send(get("/later"));
  auto [request, respond] = held_.take();
  EXPECT_FALSE(listener_->stop(milliseconds{0}));
  listener_.reset();
  EXPECT_EQ(request->path, "/later");
  respond({.body = "too late"});
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(FrontDoor, NoRequestIsLeftWithoutAnAnswer) {
  const Answer thrown = ask(get("/throws"));
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
  EXPECT_EQ(ask(get("/drops")).status, 500);
  const Answer dirty = ask(get("/dirty"));
  EXPECT_EQ(dirty.status, 500);
  EXPECT_EQ(dirty.header("b"), "");
}

TEST_F(FrontDoor, StreamsUntilItIsEnded) {
  RawClient client(port());
  client.send(get("/stream"));
  const Stream live = stream();
  EXPECT_TRUE(live.write("second;"));
  EXPECT_NE(client.until("second;").find("\r\n\r\nfirst;second;"), std::string::npos);
  EXPECT_TRUE(live.write("third;"));
  EXPECT_EQ(client.until("third;"), "third;");
  live.close();
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(FrontDoor, AStreamEndsForItsWriterWhenTheClientGoesOrFallsBehind) {
  options_.limits.stream_backlog = 50'000;
  RawClient gone(port());
  gone.send(get("/stream"));
  const Stream first = stream();
  gone.until("first;");
  gone.reset();
  while (first.write("x")) std::this_thread::yield();
  stream_.reset();
  RawClient slow(port());
  slow.send(get("/stream"));
  const Stream second = stream();
  while (second.write(std::string(10'000, 'x'))) std::this_thread::yield();
}

// --- framing, smuggling --------------------------------------------------------------------------------------------

TEST_F(FrontDoor, RefusesAmbiguousFramingAndCloses) {
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
  const std::string smuggled = "0\r\n\r\n" + get("/hello");
  EXPECT_EQ(refusal(head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Content-Length: 5, 5\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: gzip, chunked\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: identity\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n" + smuggled), 400);
  EXPECT_EQ(refusal(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n" + smuggled), 400);
}

TEST_F(FrontDoor, RefusesMalformedHeadsAndCloses) {
  EXPECT_EQ(refusal("GET /hello HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(refusal("GET /hello HTTP/1.1\r\nHost: a\r\nX: 1\n\r\n"), 400);
  EXPECT_EQ(refusal(get("/hello", "X: 1\r\n folded\r\n")), 400);
  EXPECT_EQ(refusal(get("/hello", "X : 1\r\n")), 400);
  EXPECT_EQ(refusal(get("/hello", "X: \x01\r\n")), 400);
  EXPECT_EQ(refusal(get("/hello", std::string("X: \0\r\n", 6))), 400);
  EXPECT_EQ(refusal("GET /hello HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal(get("/hello", "Host: b\r\n")), 400);
  EXPECT_EQ(refusal("\x16\x03\x01\x02\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /hello HTTP/3.0\r\nHost: a\r\n\r\n"), 400);
}

TEST_F(FrontDoor, DoesNotUpgrade) {
  const Answer answer = ask(get("/hello", "Connection: upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("upgrade"), "");
}

TEST_F(FrontDoor, HonoursExpectContinueAndNothingElse) {
  RawClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.send("{}").answer().body, "{}");
  EXPECT_EQ(refusal(post("/echo", "{}", "Expect: magic\r\n")), 417);
  EXPECT_EQ(refusal("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n"
                    "Expect: 100-continue\r\n\r\n"),
            413);
}

// --- limits --------------------------------------------------------------------------------------------------------

TEST_F(FrontDoor, RefusesWhatIsTooLongBeforeReadingIt) {
  EXPECT_EQ(refusal(get("/" + std::string(8 * 1024, 'x'))), 414);
  EXPECT_EQ(ask(get("/" + std::string(8 * 1024 - 1, 'x'))).status, 404);
  EXPECT_EQ(refusal("GET /" + std::string(20'000, 'x')), 414);
  EXPECT_EQ(refusal(get("/hello", "X: " + std::string(16 * 1024, 'x') + "\r\n")), 431);
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X: y\r\n";
  EXPECT_EQ(ask(get("/hello", fields)).status, 200);
  EXPECT_EQ(refusal(get("/hello", fields + "X: y\r\n")), 431);
  EXPECT_EQ(
      refusal("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n"),
      413);
  EXPECT_EQ(ask(post("/echo", std::string(65536, '1'))).status, 200);
  EXPECT_EQ(
      refusal("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              "10001\r\n"),
      413);
}

TEST_F(FrontDoor, AnAnswerArrivesThoughTheRestOfALargeBodyIsNotRead) {
  const std::string body(500'000, '1');
  EXPECT_EQ(refusal(post("/echo", body)), 413);
}

TEST_F(FrontDoor, TakesOnlyTheMediaTypesOfTheRoute) {
  const auto typed = [](std::string_view path, std::string_view type) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n" + std::string(type) + "\r\n{}";
  };
  EXPECT_EQ(refusal(typed("/echo", "Content-Type: text/plain\r\n")), 415);
  EXPECT_EQ(refusal(typed("/echo", "Content-Type: application/x-www-form-urlencoded\r\n")), 415);
  EXPECT_EQ(refusal(typed("/echo", "")), 415);
  EXPECT_EQ(refusal(typed("/echo", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n")), 415);
  EXPECT_EQ(ask(typed("/echo", "Content-Type: Application/JSON ;charset=utf-8\r\n")).status, 200);
  EXPECT_EQ(ask(typed("/beacon", "Content-Type: text/plain;charset=UTF-8\r\n")).status, 200);
  EXPECT_EQ(refusal(typed("/beacon", "Content-Type: text/html\r\n")), 415);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 200);
}

TEST_F(FrontDoor, AnErrorWithAnUnreadBodyCloses) {
  EXPECT_EQ(refusal(post("/nowhere", "{}")), 404);
  EXPECT_EQ(refusal(post("/hello", "{}")), 405);
}

// --- deadlines -----------------------------------------------------------------------------------------------------

class Deadlines : public FrontDoor {
 protected:
  Deadlines() { options_.limits.sweep = milliseconds{5}; }
};

TEST_F(Deadlines, ASlowHeadIsAnswered408) {
  options_.limits.head = milliseconds{50};
  EXPECT_EQ(refusal("GET /hello HTTP/1.1\r\nHost:"), 408);
}

TEST_F(Deadlines, ASlowBodyIsAnswered408) {
  options_.limits.body_grace = milliseconds{50};
  RawClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nX-Request-Id: slow\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000\r\n\r\n{");
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.header("x-request-id"), "slow");
  EXPECT_NE(answer.body.find("request_timeout"), std::string::npos);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Deadlines, WhatOfABodyCameAtOnceIsNoCreditForSilenceAfterIt) {
  options_.limits.body_grace = milliseconds{40};
  RawClient client(port());
  client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 180000\r\n\r\n" +
              std::string(150'000, ' '));
  EXPECT_EQ(client.answer().status, 408);  // at 500 bytes per second on average, it would have five minutes
}

TEST_F(Deadlines, AnIdleConnectionIsClosedWithoutAWord) {
  options_.limits.idle = milliseconds{50};
  RawClient fresh(port());
  EXPECT_TRUE(fresh.is_closed_by_server());
  RawClient used(port());
  EXPECT_EQ(used.send(get("/hello")).answer().status, 200);
  EXPECT_TRUE(used.is_closed_by_server());
}

TEST_F(Deadlines, AStalledWriteIsCut) {
  options_.limits.write_stall = milliseconds{50};
  RawClient client(port(), 4096);
  client.send(get("/huge") + get("/later"));
  while (counted("beckon_http_requests_total", "/huge") < 1) std::this_thread::yield();
  while (metrics_->connections().Value() > 0) std::this_thread::yield();  // the client accepted nothing, and is gone
  EXPECT_LT(client.rest().size(), 32'000'000U);
}

TEST_F(Deadlines, AHandlerHasNoneOfThem) {
  options_.limits.head = options_.limits.body_grace = options_.limits.write_stall = options_.limits.idle =
      milliseconds{10};
  RawClient client(port());
  client.send(get("/later"));
  auto [request, respond] = held_.take();
  RawClient other(port());
  EXPECT_TRUE(other.is_closed_by_server());  // the deadlines have passed meanwhile
  respond({.body = "late"});
  EXPECT_EQ(client.answer().body, "late");
}

// --- counts --------------------------------------------------------------------------------------------------------

TEST_F(FrontDoor, TheOldestIdleConnectionMakesRoom) {
  options_.limits.connections = 2;
  RawClient oldest(port());
  EXPECT_EQ(oldest.send(get("/hello")).answer().status, 200);
  RawClient busy(port());
  busy.send(get("/later"));
  auto [request, respond] = held_.take();
  RawClient newest(port());
  EXPECT_EQ(newest.send(get("/hello")).answer().status, 200);
  EXPECT_TRUE(oldest.is_closed_by_server());
  respond({.body = "late"});
  EXPECT_EQ(busy.answer().body, "late");
}

TEST_F(FrontDoor, WithoutAnIdleOneANewConnectionIsRefused) {
  options_.limits.connections_per_address = 1;
  RawClient busy(port());
  busy.send(get("/later"));
  auto held = held_.take();
  RawClient refused(port());
  EXPECT_EQ(refused.send(get("/hello")).answer().status, 0);
  held.second({.body = "late"});
  EXPECT_EQ(busy.answer().body, "late");
}

// The head of a request to a route that needs a role, with the body still to come.
std::string large_head(std::string_view token, std::string_view more = "") {
  std::string head = "POST /owned HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n";
  if (!token.empty()) head.append("Authorization: Bearer ").append(token).append("\r\n");
  return head.append(more).append("\r\n");
}

TEST_F(FrontDoor, WhoMayNotCallARouteIsRefusedBeforeTheBodyIsRead) {
  for (const char* token : {"", "bad"}) {
    RawClient client(port());
    const Answer answer = client.send(large_head(token)).answer();
    EXPECT_EQ(answer.status, 401) << token;
    EXPECT_TRUE(answer.closes());
    EXPECT_EQ(RawClient(port()).send(large_head(token, "Expect: 100-continue\r\n")).answer().status, 401) << token;
    // A chunked body has no length that could be short.
    const std::string chunked =
        "POST /owned HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5";
    EXPECT_EQ(RawClient(port()).send(chunked).answer().status, 401) << token;
  }
}

TEST_F(FrontDoor, OnlyWhoMayCallARouteIsToldWhatIsWrongWithTheBody) {
  const auto owned = [](std::string_view token, std::string_view fields) {
    return "POST /owned HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + std::string(token) + "\r\n" +
           std::string(fields) + "\r\n";
  };
  const std::string_view long_body = "Content-Type: application/json\r\nContent-Length: 9000000\r\n";
  const std::string_view other_type = "Content-Type: text/csv\r\nContent-Length: 3\r\n";
  EXPECT_EQ(refusal(owned("bad", long_body)), 401);
  EXPECT_EQ(refusal(owned("good", long_body)), 413);
  EXPECT_EQ(refusal(owned("bad", other_type) + "a,b"), 401);
  EXPECT_EQ(refusal(owned("good", other_type) + "a,b"), 415);
}

TEST_F(FrontDoor, WhoMayCallARouteSendsItsBodyAfterTheHead) {
  RawClient client(port());
  EXPECT_EQ(client.send(large_head("good", "Expect: 100-continue\r\n")).answer().status, 100);
  EXPECT_EQ(client.send(std::string(9000, ' ')).answer().body, "anna");
  EXPECT_EQ(client.send(large_head("good")).send(std::string(9000, ' ')).answer().body, "anna");
  EXPECT_EQ(client.send(get("/hello")).answer().status, 200);
}

TEST_F(FrontDoor, AllLargeBodiesTogetherHaveALimit) {
  options_.limits.bodies = 100'000;
  const auto begin = [&](RawClient& client) -> RawClient& {
    return client
        .send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n")
        .send(std::string(59'000, ' '));
  };
  const auto received = [&](std::size_t bytes) {  // by the server, shown by a response to another client
    for (int i = 0; i < 2'000 && listener_->body_bytes() < bytes; ++i) std::this_thread::sleep_for(milliseconds{10});
    EXPECT_GE(listener_->body_bytes(), bytes);
  };
  RawClient first(port());
  begin(first);
  received(50'000);
  RawClient second(port());
  const Answer refused = begin(second).answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(ask(post("/echo", "{}")).body, "{}") << "small ones pass";
  EXPECT_EQ(first.send(std::string(1'000, ' ')).answer().status, 200);
  RawClient third(port());
  EXPECT_EQ(begin(third).send(std::string(1'000, ' ')).answer().status, 200);
  EXPECT_EQ(listener_->body_bytes(), 0U);
}

TEST_F(FrontDoor, AHandleHasAShareOfTheLargeBodiesAndSoHasAnAddressOnPublicRoutes) {
  options_.limits.bodies_per_client = 70'000;
  port();
  const auto begin = [&](RawClient& client, const std::string& path) -> RawClient& {
    return client
        .send("POST " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\n" +
              "Content-Type: application/json\r\nContent-Length: 50000\r\n\r\n")
        .send(std::string(49'000, ' '));
  };
  std::deque<RawClient> waiting;
  std::size_t bytes = 0;
  for (const char* path : {"/handles/a/large", "/handles/b/large", "/large"}) {
    begin(waiting.emplace_back(port()), path);
    bytes += 45'000;
    for (int i = 0; i < 2'000 && listener_->body_bytes() < bytes; ++i) std::this_thread::sleep_for(milliseconds{10});
    RawClient second(port());
    EXPECT_EQ(begin(second, path).answer().status, 503) << path;
  }
  EXPECT_EQ(metrics_->refusals().bodies_of_client.load(), 3u);
  EXPECT_EQ(metrics_->refusals().bodies.load(), 0u);
  for (RawClient& client : waiting) EXPECT_EQ(client.send(std::string(1'000, ' ')).answer().status, 200);
  RawClient again(port());
  EXPECT_EQ(begin(again, "/handles/a/large").send(std::string(1'000, ' ')).answer().status, 200);
  EXPECT_EQ(listener_->body_bytes(), 0U);
}

TEST_F(FrontDoor, TooManyRequestsInFlightAre503) {
  options_.limits.in_flight = 1;
  RawClient first(port());
  first.send(get("/later"));
  auto held = held_.take();
  RawClient second(port());
  const Answer answer = second.send(get("/hello")).answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");
  EXPECT_NE(answer.body.find("unavailable"), std::string::npos);
  held.second({.body = "late"});
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(second.send(get("/hello")).answer().status, 200);
}

TEST_F(FrontDoor, ReadsTheClientBehindATrustedProxy) {
  EXPECT_EQ(ask(get("/client", "X-Forwarded-For: 1.1.1.1\r\n")).body, "127.0.0.1");
  listener_.reset();
  options_.trusted_proxies = {IpRange::parse("127.0.0.0/8").value()};
  EXPECT_EQ(ask(get("/client", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.1.1.1\r\n")).body, "1.1.1.1");
}

TEST_F(FrontDoor, BelievesTheOneHeaderThatIsNamedAndNoOther) {
  options_.trusted_proxies = {IpRange::parse("127.0.0.0/8").value()};
  const std::string both =
      "Forwarded: for=\"[2001:db8::5]\"\r\nX-Forwarded-For: 198.51.100.7\r\nX-Real-IP: 203.0.113.4\r\n";
  for (const auto& [header, client] :
       {std::pair{"x-forwarded-for", "198.51.100.7"}, std::pair{"forwarded", "2001:db8::5"},
        std::pair{"x-real-ip", "203.0.113.4"}, std::pair{"cf-connecting-ip", "127.0.0.1"}}) {
    listener_.reset();
    options_.client_header = header;
    EXPECT_EQ(ask(get("/client", both)).body, client) << header;
  }
}

TEST_F(FrontDoor, CountsByRouteAndNeverByInput) {
  EXPECT_EQ(ask(get("/items/one")).status, 200);
  EXPECT_EQ(ask(get("/items/two")).status, 200);
  EXPECT_EQ(ask(get("/secret-path")).status, 404);
  EXPECT_EQ(counted("beckon_http_requests_total", "/items/{id}"), 2);
  EXPECT_EQ(counted("beckon_http_requests_total", "unmatched"), 1);
  const std::string text = to_text(registry_.Collect());
  EXPECT_NE(text.find(R"(beckon_http_requests_total{method="GET",route="/items/{id}",status="2xx"} 2)"),
            std::string::npos);
  EXPECT_EQ(text.find("secret-path"), std::string::npos);
}

TEST_F(FrontDoor, LogsOneLineARequestWithoutWhatIsSecret) {
  options_.request_log = RequestLog::kErrors;
  testing::internal::CaptureStderr();
  EXPECT_EQ(ask(get("/hello")).status, 200);
  EXPECT_EQ(ask(get("/items/%00?token=secret", "X-Request-Id: r1\r\nAuthorization: secret\r\n")).status, 404);
  listener_.reset();
  log::flush();
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
  EXPECT_NE(
      lines.find(
          R"("event":"request","id":"r1","method":"GET","route":"/items/{id}","status":404,"client":"127.0.0.1")"),
      std::string::npos)
      << lines;
  EXPECT_EQ(lines.find("secret"), std::string::npos) << lines;
}

TEST_F(FrontDoor, TwoServersDoNotShareAPort) {
  options_.io_threads = 3;
  options_.port = port();
  const auto second = Listener::start(options_, *router_, clock_, *metrics_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("ddress already in use"), std::string::npos) << second.error();
  EXPECT_EQ(ask(get("/hello")).status, 200);
}

// --- drain ---------------------------------------------------------------------------------------------------------

TEST_F(FrontDoor, DrainsWhatIsInFlightAndClosesTheRest) {
  options_.io_threads = 2;
  RawClient idle(port());
  EXPECT_EQ(idle.send(get("/hello")).answer().status, 200);
  RawClient busy(port());
  busy.send(get("/later") + get("/hello"));
  auto held = held_.take();
  bool drained = false;
  std::thread stopper([&] { drained = listener_->stop(std::chrono::seconds{20}); });
  EXPECT_TRUE(idle.is_closed_by_server());
  held.second({.body = "last"});
  const Answer answer = busy.answer();
  EXPECT_EQ(answer.body, "last");
  EXPECT_TRUE(answer.closes());
  EXPECT_TRUE(busy.is_closed_by_server());
  busy.reset();
  stopper.join();
  EXPECT_TRUE(drained);
  EXPECT_FALSE(RawClient(listener_->port()).is_connected());
}

TEST_F(FrontDoor, DrainingIsOverWhenPatienceIs) {
  RawClient busy(port());
  busy.send(get("/later"));
  auto held = held_.take();
  EXPECT_FALSE(listener_->stop(milliseconds{20}));
  EXPECT_TRUE(busy.is_closed_by_server());
}

TEST_F(FrontDoor, DrainEndsStreams) {
  RawClient client(port());
  client.send(get("/stream"));
  const Stream live = stream();
  client.until("first;");
  std::thread stopper([&] { EXPECT_TRUE(listener_->stop(std::chrono::seconds{20})); });
  EXPECT_TRUE(client.is_closed_by_server());
  client.reset();
  stopper.join();
  EXPECT_FALSE(live.write("more"));
}

TEST_F(FrontDoor, SaysWhyItCannotListen) {
  ListenerOptions options{.host = "localhost"};
  start();
  EXPECT_FALSE(Listener::start(options, *router_, clock_, *metrics_));
  options.host = "192.0.2.1";
  EXPECT_NE(Listener::start(options, *router_, clock_, *metrics_).error().find("192.0.2.1"), std::string::npos);
}

}  // namespace
}  // namespace beckon::http
