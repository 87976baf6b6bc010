// Renders a payload from its template.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rules/language/payload_parts.h"

namespace beckon::rules {

// Confined to one thread; its arguments outlive it.
class PayloadWriter {
 public:
  // `decided`: the values of decision.… are known; otherwise they are null.
  PayloadWriter(const PayloadParts& parts, const PayloadValues& values, const Zone* zone, bool decided)
      : parts_(parts), values_(values), zone_(zone), decided_(decided) {}

  // Appends the whole payload, or a part of it if it is too large. Missing values are null.
  void write() { write(parts_.program, {}); }
  bool is_too_large() const { return out_.size() - of_decision_ > payload_limits::kRenderedBytes; }
  std::string take() { return std::move(out_); }

 private:
  void write(const PayloadProgram& program, std::string_view element);
  void insert(const PayloadPiece& piece, const PayloadPlaceholder& placeholder, std::string_view element);
  void insert(const PayloadEach& list);
  void append_characters(std::string_view text);  // in a JSON string
  std::optional<std::string_view> read(const PayloadPath& path, std::string& room) const;

  const PayloadParts& parts_;
  const PayloadValues& values_;
  const Zone* zone_;
  bool decided_;
  std::string out_;
  std::size_t of_decision_ = 0;  // bytes of out_
};

}  // namespace beckon::rules
