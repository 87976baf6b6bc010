// What is noted in the source log (neighbours/source_log.h) of a request of another system's library. Thread-safe.
#pragma once
#include "http/routes/api.h"
#include "neighbours/append_messages.h"

namespace beckon::http {

// The key that a request came with, as it was sent, in Request::principal: for who notes its refusal.
struct SentKey {
  std::string text;
};

// Of a batch of which something may have been stored, under the handle's key: its name or the id of an access token.
void note_batch(const Api& api, const Request& request, const Handle& handle, const std::string& key,
                neighbours::Applied applied);

// A Decorate hook: of a request that was refused as a whole, unless its key is nobody's. What the server cannot do for
// now (5xx) is no refusal. A body that was refused unread has its key in the head or nowhere.
void note_refusal(const Api& api, const Request& request, const Response& response);

}  // namespace beckon::http
