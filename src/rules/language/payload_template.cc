#include "rules/language/payload_template.h"

#include "rules/language/payload_missing.h"
#include "rules/language/payload_parts.h"
#include "rules/language/payload_writer.h"

namespace beckon::rules {

namespace {

std::vector<const PayloadPath*> lacking(const PayloadParts& parts, const PayloadValues& values) {
  std::vector<const PayloadPath*> missing;
  std::string room;
  for (std::size_t i = 0; i < parts.paths.size(); ++i) {
    const PayloadPath& path = parts.paths[i];
    if (path.root != PayloadRoot::kDecision && lacks_value(parts, parts.uses[i], if_there(values.value(path, room))))
      missing.push_back(&path);
  }
  return missing;
}

}  // namespace

const std::vector<PayloadPath>& PayloadTemplate::paths() const { return parts_->paths; }

std::vector<const PayloadPath*> PayloadTemplate::holding(const PayloadValues& values) const {
  if (parts_->on_missing == OnMissing::kNull) return {};
  return lacking(*parts_, values);
}

PayloadTemplate::Rendered PayloadTemplate::render(const PayloadValues& values, const Zone* zone) const {
  Rendered out;
  std::string room;
  for (std::size_t i = 0; parts_->on_missing == OnMissing::kHold && i < parts_->paths.size(); ++i) {
    const PayloadPath& path = parts_->paths[i];
    if (!lacks_value(*parts_, parts_->uses[i], if_there(values.value(path, room)))) continue;
    out.missing = path.text;
    return out;
  }
  PayloadWriter writer(*parts_, values, zone, true);
  writer.write();
  out.too_large = writer.is_too_large();
  if (!out.too_large) out.json = writer.take();
  return out;
}

PayloadTemplate::Draft PayloadTemplate::draft(const PayloadValues& values, const Zone* zone) const {
  Draft out{.missing = lacking(*parts_, values)};
  PayloadWriter writer(*parts_, values, zone, true);
  writer.write();
  out.too_large = writer.is_too_large();
  if (!out.too_large) out.json = writer.take();
  return out;
}

PayloadTemplate::Probe PayloadTemplate::probe(const PayloadValues& values, const Zone* zone, Digest& digest) const {
  Probe out;
  std::string room;
  std::size_t most_bytes = parts_->most_bytes;
  for (std::size_t i = 0; i < parts_->paths.size(); ++i) {
    const PayloadPath& path = parts_->paths[i];
    const PayloadUse& use = parts_->uses[i];
    if (path.root == PayloadRoot::kDecision) continue;
    const auto json = if_there(values.value(path, room));
    digest.add(json.has_value() ? 1 : 0).add(json.value_or(""));
    most_bytes += json.value_or("").size() * use.growth;
    if (parts_->on_missing == OnMissing::kNull || !lacks_value(*parts_, use, json)) continue;
    out.missing = &path;
    return out;
  }
  if (most_bytes <= payload_limits::kRenderedBytes) return out;
  PayloadWriter writer(*parts_, values, zone, false);
  writer.write();
  out.too_large = writer.is_too_large();
  return out;
}

}  // namespace beckon::rules
