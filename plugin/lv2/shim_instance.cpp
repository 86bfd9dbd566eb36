// SPDX-License-Identifier: Apache-2.0
#include "plugin/lv2/shim_instance.hpp"

#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "plugin/lv2/state_io.hpp"

namespace dgx::plugin {
namespace {

// As DPF counts them: two outputs, then these, then the controls.
constexpr std::uint32_t kEventsInPort = 2;
constexpr std::uint32_t kEventsOutPort = 3;

struct PatchMessage {
  LV2_URID kind = 0;
  LV2_URID property = 0;  ///< 0 where none is named
  const LV2_Atom* value = nullptr;
};

std::optional<PatchMessage> parse_patch(const LV2_Atom& atom, const Urids& urids) noexcept {
  if (atom.type != urids.atom_object || atom.size < sizeof(LV2_Atom_Object_Body)) return {};
  const auto* object = reinterpret_cast<const LV2_Atom_Object*>(&atom);
  const LV2_URID kind = object->body.otype;
  if (kind != urids.patch_get && kind != urids.patch_set) return {};
  PatchMessage message{kind, 0, nullptr};
  LV2_ATOM_OBJECT_FOREACH(object, property) {
    const LV2_Atom& value = property->value;
    if (property->key == urids.patch_property && value.type == urids.atom_urid &&
        value.size == sizeof(LV2_URID)) {
      std::memcpy(&message.property, LV2_ATOM_BODY_CONST(&value), sizeof message.property);
    }
    if (property->key == urids.patch_value) message.value = &value;
  }
  return message;
}

}  // namespace

ShimInstance::ShimInstance(LV2_URID_Map* map, const LV2_Feature* const* features)
    : urids_(map),
      transport_(urids_),
      outbox_(urids_),
      make_path_(find_feature<LV2_State_Make_Path>(features, LV2_STATE__makePath)),
      free_path_(find_feature<LV2_State_Free_Path>(features, LV2_STATE__freePath)),
      log_(find_feature<LV2_Log_Log>(features, LV2_LOG__log)),
      worker_(find_feature<LV2_Worker_Schedule>(features, LV2_WORKER__schedule)) {}

HostServices ShimInstance::services() {
  HostServices services;
  if (make_path_ != nullptr) {
    services.make_path = [this](const std::string& name) -> std::filesystem::path {
      return take_path(make_path_->path(make_path_->handle, name.c_str()), free_path_);
    };
  }
  services.warn = [this](const std::string& sentence) {
    warn(sentence);
    tell_property(urids_.notice);
  };
  return services;
}

void ShimInstance::warn(const std::string& sentence) const {
  if (log_ != nullptr) {
    log_->printf(log_->handle, urids_.log_warning, "DGX Music: %s\n", sentence.c_str());
  }
}

void ShimInstance::connect(std::uint32_t port, void* data) noexcept {
  if (port == kEventsInPort) events_in_ = static_cast<const LV2_Atom_Sequence*>(data);
  if (port == kEventsOutPort) events_out_ = static_cast<LV2_Atom_Sequence*>(data);
}

void ShimInstance::before_run() noexcept {
  capacity_ = events_out_ != nullptr ? events_out_->atom.size : 0;
  if (events_in_ == nullptr) return;
  LV2_ATOM_SEQUENCE_FOREACH(events_in_, event) read_event(*event);
}

void ShimInstance::read_event(const LV2_Atom_Event& event) noexcept {
  if (transport_.read(event.body)) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): LV2's type
    const auto offset = static_cast<std::uint32_t>(std::max<std::int64_t>(event.time.frames, 0));
    return instrument_->place({offset, transport_.current()});
  }
  // DPF passes patch:Set on to the worker, but not patch:Get.
  const auto message = parse_patch(event.body, urids_);
  if (message && message->kind == urids_.patch_get && worker_ != nullptr) {
    const auto size = static_cast<std::uint32_t>(sizeof(LV2_Atom) + event.body.size);
    // Where the host has no room for it, whoever asks does not hear: nothing is lost by that.
    static_cast<void>(worker_->schedule_work(worker_->handle, size, &event.body));
  }
}

void ShimInstance::after_run() noexcept {
  pass_on_trigger();
  if (events_out_ == nullptr) return;
  const std::uint32_t changes = instrument_->changes();
  if (outbox_.deliver(*events_out_, capacity_, changes != changes_told_)) changes_told_ = changes;
}

// Asking for a take is nothing for the audio thread. Where the worker has no room, the next block
// tries again.
void ShimInstance::pass_on_trigger() noexcept {
  if (!instrument_->trigger_rose() || worker_ == nullptr) return;
  const LV2_Atom message{0, urids_.generate};
  if (worker_->schedule_work(worker_->handle, sizeof message, &message) == LV2_WORKER_SUCCESS) {
    instrument_->forget_trigger();
  }
}

LV2_Worker_Status ShimInstance::work(std::uint32_t size, const void* data) {
  const auto* atom = static_cast<const LV2_Atom*>(data);
  if (size < sizeof(LV2_Atom) || size < sizeof(LV2_Atom) + atom->size) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
  if (atom->type == urids_.generate) {
    instrument_->generate_by_controls();
    return LV2_WORKER_SUCCESS;
  }
  const auto message = parse_patch(*atom, urids_);
  if (!message) return LV2_WORKER_ERR_UNKNOWN;
  if (message->kind == urids_.patch_get) {
    if (message->property != 0) {
      tell_property(message->property);
    } else {
      tell_all();
      tell_property(urids_.notice);
    }
    return LV2_WORKER_SUCCESS;
  }
  const LV2_Atom* value = message->value;
  if (value == nullptr || (value->type != urids_.atom_path && value->type != urids_.atom_string)) {
    return LV2_WORKER_ERR_UNKNOWN;
  }
  const auto* text = static_cast<const char*>(LV2_ATOM_BODY_CONST(value));
  set_property(message->property, {text, ::strnlen(text, value->size)});
  return LV2_WORKER_SUCCESS;
}

void ShimInstance::set_property(LV2_URID property, const std::string& value) {
  if (property == urids_.prompt) {
    instrument_->set_prompt(value);
    return tell_property(property);
  }
  if (property == urids_.prompt_file) {
    if (!value.empty()) instrument_->read_prompt(value);
    return tell_property(urids_.prompt);
  }
  const auto pad = std::find(urids_.pads.begin(), urids_.pads.end(), property);
  if (pad == urids_.pads.end()) return;
  if (!value.empty() && value.front() != '/') {
    return warn("the file of a pad must be an absolute path, got '" + value + "'");
  }
  instrument_->put(static_cast<int>(pad - urids_.pads.begin()), {value, {}, {}, {}});
  tell_property(property);
}

void ShimInstance::tell_property(LV2_URID property) {
  if (property == urids_.prompt) {
    return outbox_.tell(property, urids_.atom_string, instrument_->prompt());
  }
  if (property == urids_.notice) {
    return outbox_.tell(property, urids_.atom_string, instrument_->notice());
  }
  const auto pad = std::find(urids_.pads.begin(), urids_.pads.end(), property);
  if (pad == urids_.pads.end()) return;
  outbox_.tell(property, urids_.atom_path,
               instrument_->pad(static_cast<int>(pad - urids_.pads.begin())).take.file.string());
}

void ShimInstance::tell_all() {
  for (const LV2_URID pad : urids_.pads) tell_property(pad);
  tell_property(urids_.prompt);
}

LV2_State_Status ShimInstance::save(LV2_State_Store_Function store, LV2_State_Handle handle,
                                    const LV2_Feature* const* features) {
  return save_state(*instrument_, urids_, store, handle, features);
}

LV2_State_Status ShimInstance::restore(LV2_State_Retrieve_Function retrieve,
                                       LV2_State_Handle handle,
                                       const LV2_Feature* const* features) {
  const LV2_State_Status status =
      restore_state(*instrument_, urids_, retrieve, handle, features,
                    [this](const std::string& sentence) { warn(sentence); });
  if (status == LV2_STATE_SUCCESS) tell_all();
  return status;
}

}  // namespace dgx::plugin
