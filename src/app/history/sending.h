// Shared by imports: requests to a running server, with retries, and progress on standard error.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/complain.h"
#include "base/fault.h"
#include "egress/http_call.h"

namespace beckon::app {

std::string words_of(const Fault& fault);

// Removes "signals[3]." from the front of an issue's field, for the list `signals`. std::nullopt if it has no index.
std::optional<std::size_t> take_index(std::string& field, std::string_view list);

// Removes the items of a batch that have issues, such as at "signals[2].at". `tell` is called for each issue: with the
// item, the field in it, the error, and whether it is the item's first. False if an issue belongs to no item; the batch
// is then unchanged.
template <class Item, class Tell>
bool leave_out(std::vector<Item>& batch, const std::vector<FieldIssue>& issues, std::string_view list, Tell tell) {
  std::vector<bool> is_bad(batch.size());
  for (const FieldIssue& issue : issues) {
    std::string field = issue.field;
    const auto i = take_index(field, list);
    if (!i || *i >= batch.size()) return false;
    tell(batch[*i], field, issue.issue, !is_bad[*i]);
    is_bad[*i] = true;
  }
  std::vector<Item> good;
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (!is_bad[i]) good.push_back(std::move(batch[i]));
  batch = std::move(good);
  return true;
}

// A call with a token, retried as the server asks if it is busy (429, 503). The error names `base`.
Result<egress::CallResponse, std::string> call_in_turn(egress::Method method, const std::string& url,
                                                       const std::string& base, const std::string& token,
                                                       const std::string& body);

// A line that overwrites itself on a terminal, and is printed occasionally elsewhere.
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
