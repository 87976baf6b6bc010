// What imports share: requests to a running server that wait their turn, and progress on standard error.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "app/complain.h"
#include "base/fault.h"
#include "egress/http_call.h"

namespace beckon::app {

std::string words_of(const Fault& fault);

// Takes "signals[3]." from the front of an issue's field, for the list `signals`. std::nullopt: it is of no element.
std::optional<std::size_t> take_index(std::string& field, std::string_view list);

// A call with a token, repeated as the server asks where it is busy (429, 503). The error names `base`.
Result<egress::CallResponse, std::string> call_in_turn(egress::Method method, const std::string& url,
                                                       const std::string& base, const std::string& token,
                                                       const std::string& body);

// A line that is written over itself on a terminal, and now and then elsewhere.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(const std::string& words);

 private:
  const bool terminal_;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace beckon::app
