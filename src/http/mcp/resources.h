// resources/list and resources/read: what a model reads before it writes a rule. The pages are those of docs/, embedded
// at build time.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/mcp/message.h"

namespace beckon::mcp {

struct Resource {
  std::string_view uri, name, title, description;
  std::string text;  // Markdown
};

// Immutable.
class Resources {
 public:
  Resources();

  http::Response list(const Message& message) const;
  http::Response list_templates(const Message& message) const;  // always empty
  http::Response read(const Message& message) const;

 private:
  std::vector<Resource> resources_;
};

}  // namespace beckon::mcp
