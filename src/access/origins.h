// Browser origins that may call the public routes of a handle: contract section 8. A browser reports the
// origin of a page; other clients may send anything, so this blocks pages of other sites and is not authentication.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/published_map.h"
#include "base/result.h"

namespace beckon::access {

inline constexpr std::size_t kMostOrigins = 100;    // of a handle
inline constexpr std::size_t kLongestOrigin = 255;  // bytes

// Serialized as browsers do (RFC 6454, section 6.2): "https://shop.example", "http://localhost:3000".
bool is_origin(std::string_view text);

// {"origins":["https://shop.example"]}, sorted, without duplicates. Fault: validation_error with every fault.
Result<std::vector<std::string>> parse_origins(const json::Value& body);
std::string origins_json(const std::vector<std::string>& origins);

// The lists of all handles. Thread-safe.
class Origins {
 public:
  enum class Verdict : std::uint8_t {
    kAny,      // the handle has no list, or does not exist
    kListed,   // on its list
    kRefused,  // not on its list
  };
  Verdict judge(std::string_view handle, std::string_view origin) const;

  // `list` is sorted; if empty, any page may call.
  void put(std::string_view handle, std::vector<std::string> list);

 private:
  PublishedMap<std::vector<std::string>> lists_;
};

}  // namespace beckon::access
