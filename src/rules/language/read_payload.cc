#include <algorithm>

#include "rules/language/members.h"
#include "rules/language/payload_parts.h"
#include "rules/language/payload_placeholder.h"

namespace beckon::rules {

namespace {

constexpr std::string_view kEachMember = "$each";
constexpr std::size_t kPathBytes = 256;  // of the path of a list

bool is_template(const json::Value& value) {
  if (value.is_string()) return value.text().find(kPlaceholderBegin) != std::string_view::npos;
  return value.find(kEachMember) != nullptr || std::ranges::any_of(value.items(), is_template) ||
         std::ranges::any_of(value.members(), [](const json::Member& one) { return is_template(one.value); });
}

bool may_be_list(const PayloadPath& path) { return path.root == PayloadRoot::kTrait || !path.metadata_field().empty(); }

class PayloadReader {
 public:
  PayloadReader(PayloadParts& parts, Issues& issues) : parts_(parts), issues_(issues) {}

  void read(const json::Value& payload, const std::string& path) {
    parts_.most_bytes += json::to_text(payload).size();
    if (payload.find(kEachMember) != nullptr)
      issues_.add(path_of(path, kEachMember), "cannot be the whole payload; use it for one of its members");
    else
      value(payload, path, 0);
    end_program();
    parts_.program = std::move(program_);
    if (count_ > payload_limits::kPlaceholders)
      issues_.add(path, "must have at most " + std::to_string(payload_limits::kPlaceholders) + " placeholders");
    if (reads_zone_) path_index({.root = PayloadRoot::kVisitorZone, .rest = "", .text = "visitor.zone"});
  }

 private:
  void value(const json::Value& of, const std::string& path, std::size_t depth) {
    if (of.is_string()) return text(of.text(), path, depth);
    if (of.is_array()) {
      raw_ += '[';
      for (std::size_t i = 0; i < of.items().size(); ++i) {
        if (i > 0) raw_ += ',';
        value(of.items()[i], path_of(path, i), depth + 1);
      }
      raw_ += ']';
    } else if (of.find(kEachMember) != nullptr) {
      list(of, path, depth);
    } else if (of.is_object()) {
      raw_ += '{';
      for (const json::Member& member : of.members()) {
        if (&member != &of.members().front()) raw_ += ',';
        json::append_string(raw_, member.key);
        raw_ += ':';
        value(member.value, path_of(path, member.key), depth + 1);
      }
      raw_ += '}';
    } else {
      json::append(raw_, of);
    }
  }

  void text(std::string_view leaf, const std::string& path, std::size_t depth) {
    if (leaf.find(kPlaceholderBegin) == leaf.npos) return json::append_string(raw_, leaf);
    std::vector<TextPart> parts = read_payload_text(leaf, each_ != nullptr, path, issues_);
    const auto is_placeholder = [](const TextPart& part) { return part.placeholder.has_value(); };
    if (depth > payload_limits::kDepth && std::ranges::any_of(parts, is_placeholder))
      issues_.add(path, "a placeholder can be in at most " + std::to_string(payload_limits::kDepth) +
                            " lists and objects, one in another");
    if (parts.size() == 1 && is_placeholder(parts.front()))
      return piece(PayloadPiece::Kind::kValue, placeholder(std::move(*parts.front().placeholder)));
    raw_ += '"';
    for (TextPart& part : parts) {
      const std::string quoted = json::quote(part.characters);
      raw_.append(quoted, 1, quoted.size() - 2);
      if (part.placeholder) piece(PayloadPiece::Kind::kText, placeholder(std::move(*part.placeholder)));
    }
    raw_ += '"';
  }

  // Returns its index.
  std::size_t placeholder(PlaceholderText read) {
    PayloadPlaceholder one;
    one.of_item = read.path.root == PayloadRoot::kItem;
    one.filters = std::move(read.filters);
    one.needs_value = filtered({}, one.filters, nullptr).is_missing();
    one.may_lose_value = may_lose_value(one.filters);
    const auto is_date = [](const PayloadFilter& filter) { return filter.kind == PayloadFilterKind::kDate; };
    reads_zone_ = reads_zone_ || std::ranges::any_of(one.filters, is_date);
    ++count_;

    const std::size_t index = parts_.placeholders.size(), times = each_ == nullptr ? 1 : each_->max;
    const std::size_t growth = growth_of(one.filters);
    for (const PayloadFilter& filter : one.filters) parts_.most_bytes += filter.argument.size() * growth * times;
    if (one.of_item) {
      one.path = each_->path;
      one.field = std::move(read.path.rest);
      parts_.uses[one.path].growth += growth;
      each_->placeholders.push_back(index);
    } else {
      const bool of_decision = read.path.root == PayloadRoot::kDecision;
      one.path = path_index(std::move(read.path));
      PayloadUse& use = parts_.uses[one.path];
      use.growth += growth * times;
      use.needs_value = use.needs_value || (one.needs_value && !of_decision);
      if (one.may_lose_value && !of_decision) use.may_lose_value.push_back(index);
    }
    parts_.placeholders.push_back(std::move(one));
    return index;
  }

  void list(const json::Value& of, const std::string& path, std::size_t depth) {
    Members members(of, path, issues_);
    if (each_ != nullptr) return members.issue(kEachMember, "cannot be used inside another $each");
    ++count_;
    PayloadEach each;
    each.max = static_cast<std::size_t>(
        members.integer("max", 1, payload_limits::kElements).value_or(payload_limits::kElements));
    each.path = path_of_list(members);
    const json::Value* as = members.need("as", "what each element becomes");
    members.finish();
    if (as == nullptr) return;
    parts_.most_bytes += (json::to_text(*as).size() + 1) * each.max;
    std::string raw;
    PayloadProgram program;
    std::swap(raw, raw_), std::swap(program, program_);
    each_ = &each;
    value(*as, members.path("as"), depth + 1);
    each_ = nullptr;
    end_program();
    each.as = std::move(program_);
    raw_ = std::move(raw), program_ = std::move(program);
    parts_.uses[each.path].lists.push_back(parts_.lists.size());
    parts_.lists.push_back(std::move(each));
    piece(PayloadPiece::Kind::kEach, parts_.lists.size() - 1);
  }

  // Its index; if invalid, that of a path without text, so that parsing can continue.
  std::size_t path_of_list(Members& members) {
    const auto text = members.text(kEachMember, kPathBytes, true);
    auto path = text ? read_payload_path(*text, false) : PayloadPath{};
    if (!path) {
      members.issue(kEachMember, "the path " + path.error());
      path = PayloadPath{};
    } else if (text && !may_be_list(*path)) {
      members.issue(kEachMember, "must name a list: a trait, or metadata of anchor or signal");
    }
    return path_index(std::move(*path));
  }

  std::size_t path_index(PayloadPath path) {
    const auto found = std::ranges::find(parts_.paths, path.text, &PayloadPath::text);
    if (found != parts_.paths.end()) return static_cast<std::size_t>(found - parts_.paths.begin());
    parts_.paths.push_back(std::move(path));
    parts_.uses.emplace_back();
    return parts_.paths.size() - 1;
  }

  void piece(PayloadPiece::Kind kind, std::size_t index) {
    program_.push_back({.before = std::move(raw_), .kind = kind, .index = index});
    raw_.clear();
  }
  void end_program() { piece(PayloadPiece::Kind::kEnd, 0); }

  PayloadParts& parts_;
  Issues& issues_;
  PayloadProgram program_;
  std::string raw_;              // to be written before the next piece
  PayloadEach* each_ = nullptr;  // the list being parsed
  std::size_t count_ = 0;        // of placeholders and lists
  bool reads_zone_ = false;
};

}  // namespace

std::optional<PayloadTemplate> PayloadTemplate::read(const json::Value& payload, const std::string& path,
                                                     OnMissing on_missing, Issues& issues) {
  if (!is_template(payload)) return std::nullopt;
  auto parts = std::make_shared<PayloadParts>();
  parts->on_missing = on_missing;
  PayloadReader(*parts, issues).read(payload, path);
  return PayloadTemplate(std::move(parts));
}

}  // namespace beckon::rules
