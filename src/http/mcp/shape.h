// Answers short enough for a model: a JSON value cut down to what a schema describes. The schema is the one that the
// client is shown (`outputSchema`), so what it promises and what is sent cannot differ. Pure, thread-safe.
#pragma once
#include <string>

#include "base/json.h"

namespace beckon::mcp {

// Of an object whose schema has `properties`, those alone, unless it also says "additionalProperties": true; of a list
// whose schema has `maxItems`, the first ones. What a schema does not describe is kept as it is. If a list was cut, the
// object gets the member `cut`: a sentence for each, such as "explanation: the first 10 of 37."
std::string shaped(const json::Value& value, const json::Value& schema);

}  // namespace beckon::mcp
