// Which handle a request is for, and so which lane of shards: what a node must know before it can send a request to the
// node that has the handle's data. Pure.
#pragma once
#include <string>
#include <string_view>

#include "http/message.h"

namespace beckon::node {

struct Place {
  enum class Kind : std::uint8_t {
    kHandle,  // the lane of `handle`
    kFirst,   // lane 0: users, sign-ins, and what else concerns no handle
    kAny,  // any lane: files and descriptions, which all have; and requests whose key is read by their handler, which
           // may send them elsewhere (http::kElsewhere)
  };
  Kind kind = Kind::kAny;
  std::string handle = {};  // not checked: it may be none that exists, or could
};

// The handle is named by the path below "/handles/", the query of the browser library's configuration, or the body of
// the public routes of signals and decisions.
Place place_of(const http::Request& request);

// The text member of that name of a JSON object, read no further than necessary; empty if there is none. Of text that
// is no JSON, whatever it finds.
std::string text_member(std::string_view json, std::string_view name);

}  // namespace beckon::node
