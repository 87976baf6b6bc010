// For tests: the server of the provider "corp" on loopback, with a fixed response for each path. Thread-safe.
#pragma once
#include <future>
#include <map>
#include <mutex>
#include <string>

#include "egress/calls.h"
#include "egress/testing/scripted_receiver.h"
#include "oidc/testing/corp.h"

namespace beckon::oidc::testing {

class Server {
 public:
  Server() {
    answer("/.well-known/openid-configuration", 200,
           object({{"issuer", json::quote(issuer())},
                   {"authorization_endpoint", json::quote(issuer() + "/auth")},
                   {"token_endpoint", json::quote(issuer() + "/token")},
                   {"userinfo_endpoint", json::quote(issuer() + "/me")},
                   {"jwks_uri", json::quote(issuer() + "/jwks")}},
                  {}));
    publish({key().jwk()});
  }

  std::string issuer() const { return "http://127.0.0.1:" + std::to_string(receiver_.port()); }
  Provider provider() const {
    Provider made = corp(issuer());
    egress::Policy policy{.admit_http = true};
    Issues issues;
    egress::read_allowlist(std::vector<std::string>{"127.0.0.1"}, policy, issues);
    made.policy = std::make_shared<const egress::Policy>(std::move(policy));
    return made;
  }

  void answer(const std::string& path, int status, const std::string& body) {
    const std::lock_guard lock(mutex_);
    answers_[path] = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
                     "\r\n\r\n" + body;
  }
  void publish(const std::vector<std::string>& jwks) {
    std::string all;
    for (const std::string& jwk : jwks) all += (all.empty() ? "" : ",") + jwk;
    answer("/jwks", 200, "{\"keys\":[" + all + "]}");
  }

  // The requests so far whose first line begins with `begin`.
  std::vector<std::string> requests(const std::string& begin) const {
    std::vector<std::string> found;
    for (std::string& request : receiver_.requests())
      if (request.starts_with(begin)) found.push_back(std::move(request));
    return found;
  }

 private:
  void serve(egress::testing::ScriptedReceiver::Connection& connection) {
    while (const auto request = connection.read_request()) {
      const auto begin = request->find(' ') + 1;
      const std::string path = request->substr(begin, request->find(' ', begin) - begin);
      std::string text;
      {
        const std::lock_guard lock(mutex_);
        text = answers_.contains(path) ? answers_[path] : "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n";
      }
      if (!connection.write(text)) return;
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> answers_;
  egress::testing::ScriptedReceiver receiver_{[this](auto& connection) { serve(connection); }};
};

// The calls of the server under test, on their own thread.
class Calling {
 public:
  explicit Calling(const Clock& clock) : calls(clock, {}, {}) {
    thread_ = std::jthread([this](std::stop_token stop) { calls.run(stop); });
  }
  egress::Calls calls;

 private:
  std::jthread thread_;
};

// Waits for the value that start(done) passes to done.
template <class Value, class Start>
Value waited(Start start) {
  auto came = std::make_shared<std::promise<Value>>();  // outlives its own notification
  start([came](const Value& value) { came->set_value(value); });
  return came->get_future().get();
}

}  // namespace beckon::oidc::testing
