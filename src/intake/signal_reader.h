// Reads one signal of a request: contract section 4. Shared by append and import.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/fault.h"
#include "base/json.h"
#include "ledger/signal.h"

namespace beckon::intake {

inline constexpr std::size_t kMetadataBytes = 2048;
inline constexpr std::size_t kMetadataDepth = 4;
inline constexpr Duration kAheadMost = std::chrono::minutes{5};
inline constexpr Duration kSkewLeast = std::chrono::seconds{10};  // smaller differences may be a slow request
inline constexpr Duration kSkewMost = std::chrono::hours{48};

// How far the client's clock is behind ours, for correcting its times: the request was sent at `sent` by that clock and
// arrived at `now` by ours. Zero within kSkewLeast.
Duration skew_of(Instant sent, Instant now);

std::string path_of_signal(std::size_t index);  // in faults: "signals[2]"

// Confined to its caller.
class SignalReader {
 public:
  // `texts` receives values that differ from the document in stored form; reserve one per signal, so that views stay
  // valid. `retention`: older signals are a fault; std::nullopt accepts any age.
  SignalReader(std::vector<std::string>& texts, Instant now, std::optional<Duration> retention, Issues& issues)
      : texts_(texts), now_(now), retention_(retention), issues_(issues) {}

  void set_skew(Duration skew) { skew_ = skew; }  // of the signals' times: skew_of

  // The signal at this index of the list. The result's `at` is at most `now`: a signal with a future time has still
  // happened. The views point into the document or into `texts`.
  ledger::Signal read(const json::Value& from, std::size_t index);

 private:
  void refuse(std::string_view member, std::string issue);
  std::string_view short_text(const json::Value& from, std::string_view name, std::size_t most);
  void read_key(const json::Value& from, ledger::Signal& signal);
  void read_value(const json::Value& from, ledger::Signal& signal);
  void read_confidence(const json::Value& from, ledger::Signal& signal);
  void read_metadata(const json::Value& from, ledger::Signal& signal);
  void read_at(const json::Value& from, ledger::Signal& signal);
  void read_age(const json::Value& age, ledger::Signal& signal);
  bool is_kept(std::string_view name, Instant at);

  std::vector<std::string>& texts_;
  const Instant now_;
  const std::optional<Duration> retention_;
  Duration skew_{};
  Issues& issues_;
  std::size_t index_ = 0;
};

}  // namespace beckon::intake
