#include "rules/language/payload_writer.h"

#include "base/json.h"
#include "rules/language/payload_missing.h"

namespace beckon::rules {

void PayloadWriter::write(const PayloadProgram& program, std::string_view element) {
  for (const PayloadPiece& piece : program) {
    out_ += piece.before;
    switch (piece.kind) {
      case PayloadPiece::Kind::kEnd: break;
      case PayloadPiece::Kind::kValue:
      case PayloadPiece::Kind::kText: insert(piece, parts_.placeholders[piece.index], element); break;
      case PayloadPiece::Kind::kEach: insert(parts_.lists[piece.index]); break;
    }
    if (is_too_large()) return;
  }
}

std::optional<std::string_view> PayloadWriter::read(const PayloadPath& path, std::string& room) const {
  if (path.root == PayloadRoot::kDecision && !decided_) return std::nullopt;
  return if_there(values_.value(path, room));
}

void PayloadWriter::insert(const PayloadPiece& piece, const PayloadPlaceholder& placeholder, std::string_view element) {
  const std::size_t before = out_.size();
  const PayloadPath& path = parts_.paths[placeholder.path];
  const bool as_value = piece.kind == PayloadPiece::Kind::kValue;
  std::string room;
  const auto json = placeholder.of_item ? value_of_item(element, placeholder, room) : read(path, room);
  if (as_value && placeholder.filters.empty()) {
    out_ += json.value_or("null");
  } else {
    const PayloadValue value = filtered(payload_value(json.value_or("")), placeholder.filters, zone_);
    as_value ? append_json(out_, value) : append_characters(plain_text_of(value));
  }
  if (path.root == PayloadRoot::kDecision) of_decision_ += out_.size() - before;
}

void PayloadWriter::insert(const PayloadEach& list) {
  std::string room;
  const auto json = read(parts_.paths[list.path], room);
  if (!json) {
    out_ += "null";
    return;
  }
  out_ += '[';
  std::size_t written = 0;
  each_of_list(*json, [&](std::string_view element) {
    if (parts_.on_missing == OnMissing::kHold && !is_complete(parts_, list, element)) return true;
    if (written++ > 0) out_ += ',';
    write(list.as, element);
    return written < list.max && !is_too_large();
  });
  out_ += ']';
}

void PayloadWriter::append_characters(std::string_view text) {
  const std::string quoted = json::quote(text);
  out_.append(quoted, 1, quoted.size() - 2);
}

}  // namespace beckon::rules
