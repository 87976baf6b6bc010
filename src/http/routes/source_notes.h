// What the source log (neighbours/source_log.h) records of a request from another system's library. Thread-safe.
#pragma once
#include "http/routes/api.h"
#include "neighbours/append_messages.h"

namespace beckon::http {

// The key as sent with a request. Stored in Request::principal, so that note_refusal() can record a refusal.
struct SentKey {
  std::string text;
};

// For a batch of which something may have been stored. `key`: the handle's name or the id of an access token.
void note_batch(const Api& api, const Request& request, const Handle& handle, const std::string& key,
                neighbours::Applied applied);

// A Decorate hook: records a request that was refused as a whole, if its key exists. A 5xx is not a refusal. If a body
// was refused unread, the key can only be in the head.
void note_refusal(const Api& api, const Request& request, const Response& response);

}  // namespace beckon::http
