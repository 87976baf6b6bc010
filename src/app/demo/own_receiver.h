// A webhook receiver on loopback, for the playbook.
#pragma once
#include <prometheus/registry.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/listener.h"
#include "system/clock.h"

namespace beckon::app {

// Responds with 200 and keeps the deliveries.
class OwnReceiver {
 public:
  struct Delivery {
    std::string id, timestamp, signature, body;
  };

  static std::unique_ptr<OwnReceiver> open();  // null if that failed

  std::string url() const;

  // The delivery of that event, once it has arrived; std::nullopt after `most`.
  std::optional<Delivery> wait_for(const std::string& event, std::chrono::seconds most);

 private:
  OwnReceiver() = default;
  void take(http::Request& request);

  SystemClock clock_;
  prometheus::Registry registry_;
  std::unique_ptr<http::Router> router_;
  std::unique_ptr<http::HttpMetrics> metrics_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Delivery> got_;
  std::unique_ptr<http::Listener> listener_;
};

}  // namespace beckon::app
