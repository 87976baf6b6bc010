// A signal's metadata out of what others send, which is never refused for its size.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// Makes an object of at most intake::kMetadataBytes and intake::kMetadataDepth. What does not fit is left out, of a
// list its last elements, and `"_cut":true` says so. Confined to its caller.
class Metadata {
 public:
  // Of members with one name the first counts.
  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, const json::Value& value);
  // The members of an object, those without members of their own first.
  void add_all(const json::Value* object);
  // The same of what is said of a page: of URLs only what is in front of their query, which may have secrets in it.
  void add_page(const json::Value* object);

  std::string take() &&;                                                         // empty where nothing was added
  const std::vector<std::string_view>& cut_names() const { return cut_names_; }  // of what was added and did not fit

 private:
  bool begin(std::string_view name);
  void add_list(std::string_view name, const json::Value& list, std::size_t before);
  bool fits() const;
  void leave_out(std::string_view name, std::size_t before);

  std::string out_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> cut_names_;
};

// Once the message has its key: makes the signal of both.
void complete(Message& message, Metadata metadata);

}  // namespace beckon::neighbours
