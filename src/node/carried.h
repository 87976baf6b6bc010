// A request and its answer as one node carries them to another. Pure.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace beckon::node {

// With method, target, fields, body, client and id of the request, the lane of shards that it is for, and how long its
// answer is waited for.
std::string pack_request(const http::Request& request, int lane, std::chrono::milliseconds patience);

inline constexpr int kMostLanes = 64;

struct ArrivedRequest {
  std::shared_ptr<http::Request> request;  // with what its views point to
  int lane = 0;                            // below kMostLanes
  std::chrono::milliseconds patience{};
};
// std::nullopt for bytes that no node of this version sends.
std::optional<ArrivedRequest> unpack_request(std::string packed, Instant received);

// Without the header lines that the node adds that answers the client. A stream is what follows.
std::string pack_answer(const http::Response& response);
std::optional<http::Response> unpack_answer(std::string_view packed);

}  // namespace beckon::node
