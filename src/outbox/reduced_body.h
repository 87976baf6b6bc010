// What stays of an event's body when the consent of its session becomes basic. Contract section 4.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace beckon::outbox {

// The body without visitor data: no visitorId, proven or anonymousId, empty metadata, and no explanation of a
// delayed message, which contains metadata values. An edited event, recognized by its cause, may have any
// structure: there these names, except `proven`, are removed wherever they occur. std::nullopt if there is nothing
// to remove.
std::optional<std::string> reduced_body(std::string_view body, std::string_view cause);

}  // namespace beckon::outbox
