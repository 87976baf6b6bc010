// A sender that only sends to one receiver: for a drill, whose store contains the deliveries of a live
// server.
#pragma once
#include <vector>

#include "dispatch/sender.h"

namespace beckon::app {

// Confined like its port. Requests to other URLs get the result kRefused, without a lookup, a socket or a byte.
class OnlyReceiver final : public dispatch::Sender {
 public:
  OnlyReceiver(std::unique_ptr<dispatch::Sender> sender, std::string url)
      : sender_(std::move(sender)), url_(std::move(url)) {}

  void send(dispatch::SendRequest request, Completion done) override;
  void poll(Duration most) override;
  void wake() override { sender_->wake(); }
  void abandon() override;

 private:
  const std::unique_ptr<dispatch::Sender> sender_;
  const std::string url_;
  std::vector<Completion> refused_;
};

}  // namespace beckon::app
