// Reads one signal as it comes in: contract section 4. Shared by what appends and what imports.
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
inline constexpr Duration kSkewLeast = std::chrono::seconds{10};  // below, a request may just have been slow
inline constexpr Duration kSkewMost = std::chrono::hours{48};

// How far the clock of the client is behind ours, so that its times are moved by it: of a request that was sent at
// `sent` by that clock and arrived at `now` by ours. Zero within kSkewLeast.
Duration skew_of(Instant sent, Instant now);

// Confined to its caller.
class SignalReader {
 public:
  // `texts` takes the values that are not in the document as they are stored; room for one a signal must be reserved,
  // so that views into it stay valid. `retention`: what is older is a fault; std::nullopt: any age is accepted.
  SignalReader(std::vector<std::string>& texts, Instant now, std::optional<Duration> retention, Issues& issues)
      : texts_(texts), now_(now), retention_(retention), issues_(issues) {}

  void set_skew(Duration skew) { skew_ = skew; }  // of the times that signals say: skew_of

  // `at` is at most `now`: what the clock of a client puts into the future has happened all the same. `path` names the
  // signal in faults: "signals[2]". Its views point into the document or into `texts`.
  ledger::Signal read(const json::Value& from, const std::string& path);

 private:
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
  std::string path_;
};

}  // namespace beckon::intake
