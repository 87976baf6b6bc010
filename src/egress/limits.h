// The deadlines and sizes of one outgoing request, each with its reason. Tests shrink them.
#pragma once
#include <cstddef>

#include "base/instant.h"

namespace beckon::egress {

struct Limits {
  Duration dns{3'000};                   // safety.md section 1, rule 5
  Duration connect{3'000};               // contract section 6: TCP and TLS together, from the last address tried
  Duration whole{10'000};                // contract section 6: from DNS to the last byte of the response
  Duration idle{30'000};                 // safety.md section 1, rule 6: a pooled connection
  std::size_t header_bytes = 16 * 1024;  // rule 7: of the response, including status lines
  std::size_t body_bytes = 16 * 1024;    // rule 7: read, then the connection is closed
  std::size_t kept_bytes = 4 * 1024;     // contract section 6: of the body, stored in the log
  std::size_t idle_connections = 1'000;  // a descriptor and about 20 KiB each
};

}  // namespace beckon::egress
