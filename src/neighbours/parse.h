// The JSON of others' libraries. Thread-safe.
#pragma once
#include <string>

#include "base/json.h"

namespace beckon::neighbours {

// As json::parse, but for half of a surrogate pair, as JSON.stringify writes it for a text that was cut inside of an
// emoji: U+FFFD takes its place, so that one such text does not cost the batch.
Result<json::Document> parse_json(std::string text);

}  // namespace beckon::neighbours
