// What stays of an event's body where the consent of its session has become basic. Contract section 4.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace beckon::outbox {

// The body without what it says of the visitor: no visitorId, proven or anonymousId, empty metadata, and no explanation
// of a delayed message, which has values that were read from metadata. An edited event, by its cause, is whatever its
// editor made of one: there these names but `proven` go wherever they stand. std::nullopt: it holds nothing of the
// kind.
std::optional<std::string> reduced_body(std::string_view body, std::string_view cause);

}  // namespace beckon::outbox
