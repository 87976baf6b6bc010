#include "app/backup/only_receiver.h"

#include <utility>

namespace beckon::app {

void OnlyReceiver::send(dispatch::SendRequest request, Completion done) {
  if (request.url == url_) return sender_->send(std::move(request), std::move(done));
  refused_.push_back(std::move(done));
}

void OnlyReceiver::poll(Duration most) {
  auto refused = std::exchange(refused_, {});
  sender_->poll(refused.empty() ? most : Duration{});
  for (Completion& done : refused)
    done({.outcome = outbox::AttemptOutcome::kRefused, .error = "not sent: this server runs for a drill"});
}

void OnlyReceiver::abandon() {
  refused_.clear();
  sender_->abandon();
}

}  // namespace beckon::app
