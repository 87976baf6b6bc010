#include "app/demo/own_receiver.h"

#include <algorithm>

namespace beckon::app {

std::unique_ptr<OwnReceiver> OwnReceiver::open() {
  auto receiver = std::unique_ptr<OwnReceiver>(new OwnReceiver);
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::kPost,
                    .pattern = "/hook",
                    .access = http::public_(),
                    .handler =
                        [r = receiver.get()](http::Request& request, http::Respond respond) {
                          r->take(request);
                          respond({.status = 200, .body = "{}"});
                        },
                    .summary = "",
                    .body = http::BodyType::kAny});
  receiver->router_ = std::make_unique<http::Router>(std::move(*http::Router::make(std::move(routes), {})));
  receiver->metrics_ = std::make_unique<http::HttpMetrics>(receiver->registry_, *receiver->router_);
  http::ListenerOptions options;
  options.request_log = http::RequestLog::kOff;
  auto listener = http::Listener::start(options, *receiver->router_, receiver->clock_, *receiver->metrics_);
  if (!listener) return nullptr;
  receiver->listener_ = std::move(*listener);
  return receiver;
}

std::string OwnReceiver::url() const { return "http://127.0.0.1:" + std::to_string(listener_->port()) + "/hook"; }

std::optional<OwnReceiver::Delivery> OwnReceiver::wait_for(const std::string& event, std::chrono::seconds most) {
  std::unique_lock lock(mutex_);
  const auto found = [&] { return std::ranges::find(got_, event, &Delivery::id) != got_.end(); };
  if (!came_.wait_for(lock, most, found)) return std::nullopt;
  return *std::ranges::find(got_, event, &Delivery::id);
}

void OwnReceiver::take(http::Request& request) {
  {
    const std::lock_guard lock(mutex_);
    got_.push_back({std::string(request.header("webhook-id")), std::string(request.header("webhook-timestamp")),
                    std::string(request.header("webhook-signature")), std::move(request.body)});
  }
  came_.notify_all();
}

}  // namespace beckon::app
