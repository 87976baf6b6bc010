#include "app/history/sending.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace beckon::app {

using namespace std::chrono_literals;

std::string words_of(const Fault& fault) {
  std::string words = fault.message;
  for (const FieldIssue& issue : fault.details) words += "\n  " + issue.field + " " + issue.issue;
  return words;
}

std::optional<std::size_t> take_index(std::string& field, std::string_view list) {
  if (!field.starts_with(std::string(list) + "[")) return std::nullopt;
  std::size_t index = 0;
  const char* end = field.data() + field.size();
  const auto read = std::from_chars(field.data() + list.size() + 1, end, index);
  if (read.ec != std::errc{} || read.ptr == end || *read.ptr != ']') return std::nullopt;
  field.erase(0, static_cast<std::size_t>(read.ptr + 1 - field.data()));
  if (field.starts_with('.')) field.erase(0, 1);
  return index;
}

Result<egress::CallResponse, std::string> call_in_turn(egress::Method method, const std::string& url,
                                                       const std::string& base, const std::string& token,
                                                       const std::string& body) {
  while (true) {
    auto answer = egress::http_call(method, url,
                                    {{"content-type", "application/json"}, {"authorization", "Bearer " + token}}, body);
    if (!answer) return unexpected(base + ": no response: " + answer.error());
    if (answer->status != 429 && answer->status != 503) return answer;
    const std::string* after = answer->header("retry-after");
    std::this_thread::sleep_for(std::chrono::seconds{after ? std::clamp(std::atoi(after->c_str()), 1, 60) : 1});
  }
}

Progress::Progress() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::show(const std::string& words) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ && now - shown_ < 5s) return;
  shown_ = now;
  std::fprintf(stderr, terminal_ ? "\rimport: %s" : "import: %s\n", words.c_str());
}

Progress::~Progress() {
  if (terminal_ && shown_ != std::chrono::steady_clock::time_point{}) std::fputc('\n', stderr);
}

}  // namespace beckon::app
