// SPDX-License-Identifier: Apache-2.0
#include "plugin/lv2/outbox.hpp"

#include <lv2/atom/util.h>

#include <algorithm>
#include <cstring>

namespace dgx::plugin {
namespace {

/// Puts an atom together, word by word.
class AtomBytes {
 public:
  template <typename T>
  void put(const T& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
  }
  void text(const std::string& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(value.c_str());
    bytes_.insert(bytes_.end(), bytes, bytes + value.size() + 1);
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
  }
  std::vector<std::byte> take() { return std::move(bytes_); }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }

 private:
  std::vector<std::byte> bytes_{};
};

struct ChangedEvent {
  LV2_Atom_Event event;
  LV2_Atom_Object_Body body;
};

}  // namespace

void Outbox::tell(LV2_URID property, LV2_URID type, const std::string& value) {
  AtomBytes object;
  object.put(LV2_Atom_Object_Body{0, urids_.patch_set});
  object.put(LV2_Atom_Property_Body{urids_.patch_property, 0, {4, urids_.atom_urid}});
  object.put(std::uint64_t{property});  // Little-endian: the number and its padding.
  object.put(LV2_Atom_Property_Body{
      urids_.patch_value, 0, {static_cast<std::uint32_t>(value.size() + 1), type}});
  object.text(value);
  AtomBytes event;
  event.put(LV2_Atom_Event{{0}, {object.size(), urids_.atom_object}});
  auto bytes = event.take();
  const auto body = object.take();
  bytes.insert(bytes.end(), body.begin(), body.end());

  const MutexLock lock(mutex_);
  free_delivered();
  messages_.push_back(std::make_unique<const Message>(Message{std::move(bytes)}));
  if (!waiting_.try_push(messages_.back().get())) messages_.pop_back();
}

void Outbox::free_delivered() {
  const Message* message = nullptr;
  while (delivered_.try_pop(message)) {
    std::erase_if(messages_, [message](const auto& owned) { return owned.get() == message; });
  }
}

bool Outbox::deliver(LV2_Atom_Sequence& port, std::uint32_t capacity, bool changed) noexcept {
  if (changed) {
    const ChangedEvent event{{{0}, {sizeof(LV2_Atom_Object_Body), urids_.atom_object}},
                             {0, urids_.state_changed}};
    changed = lv2_atom_sequence_append_event(&port, capacity, &event.event) != nullptr;
  }
  while (next_ != nullptr || waiting_.try_pop(next_)) {
    const auto* event = reinterpret_cast<const LV2_Atom_Event*>(next_->event.data());
    if (lv2_atom_sequence_append_event(&port, capacity, event) == nullptr) break;
    if (!delivered_.try_push(next_)) break;  // As long as the other queue: there is room.
    next_ = nullptr;
  }
  return changed;
}

}  // namespace dgx::plugin
