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

// Confined to its caller.
class SignalReader {
 public:
  // `texts` takes the values that are not in the document as they are stored; room for one a signal must be reserved,
  // so that views into it stay valid. `retention`: what is older is a fault; std::nullopt: any age is accepted.
  SignalReader(std::vector<std::string>& texts, Instant now, std::optional<Duration> retention, Issues& issues)
      : texts_(texts), now_(now), retention_(retention), issues_(issues) {}

  // `path` names the signal in faults: "signals[2]". Its views point into the document or into `texts`.
  ledger::Signal read(const json::Value& from, const std::string& path);

 private:
  std::string_view short_text(const json::Value& from, std::string_view name, std::size_t most);
  void read_key(const json::Value& from, ledger::Signal& signal);
  void read_value(const json::Value& from, ledger::Signal& signal);
  void read_confidence(const json::Value& from, ledger::Signal& signal);
  void read_metadata(const json::Value& from, ledger::Signal& signal);
  void read_at(const json::Value& from, ledger::Signal& signal);

  std::vector<std::string>& texts_;
  const Instant now_;
  const std::optional<Duration> retention_;
  Issues& issues_;
  std::string path_;
};

}  // namespace beckon::intake
