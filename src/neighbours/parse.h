// Parsing of other systems' JSON. Thread-safe.
#pragma once
#include <string>

#include "base/json.h"

namespace beckon::neighbours {

// Like json::parse, but a lone surrogate, which JSON.stringify writes for a text cut inside an emoji, becomes U+FFFD,
// so that one such text does not invalidate the whole batch.
Result<json::Document> parse_json(std::string text);

}  // namespace beckon::neighbours
