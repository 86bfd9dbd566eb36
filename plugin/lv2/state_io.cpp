// SPDX-License-Identifier: Apache-2.0
#include "plugin/lv2/state_io.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

namespace dgx::plugin {
namespace {

constexpr std::uint32_t kPortable = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;

struct PathFeatures {
  explicit PathFeatures(const LV2_Feature* const* features)
      : map(find_feature<LV2_State_Map_Path>(features, LV2_STATE__mapPath)),
        free(find_feature<LV2_State_Free_Path>(features, LV2_STATE__freePath)) {}
  const LV2_State_Map_Path* map;
  const LV2_State_Free_Path* free;
  std::map<std::filesystem::path, std::string> mapped{};
};

class Writer {
 public:
  Writer(LV2_State_Store_Function store, LV2_State_Handle handle)
      : store_(store), handle_(handle) {}

  void put(LV2_URID key, const void* value, std::size_t size, LV2_URID type, std::uint32_t flags) {
    const LV2_State_Status status = store_(handle_, key, value, size, type, flags);
    if (status_ == LV2_STATE_SUCCESS) status_ = status;
  }
  void text(LV2_URID key, const std::string& value, LV2_URID type, std::uint32_t flags) {
    put(key, value.c_str(), value.size() + 1, type, flags);
  }
  [[nodiscard]] LV2_State_Status status() const { return status_; }

 private:
  LV2_State_Store_Function store_;
  LV2_State_Handle handle_;
  LV2_State_Status status_ = LV2_STATE_SUCCESS;
};

class Reader {
 public:
  Reader(LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle)
      : retrieve_(retrieve), handle_(handle) {}

  std::optional<std::int32_t> number(LV2_URID key, LV2_URID type) const {
    std::size_t size = 0;
    const void* value = get(key, type, size);
    if (value == nullptr || size != sizeof(std::int32_t)) return std::nullopt;
    std::int32_t number = 0;
    std::memcpy(&number, value, sizeof number);
    return number;
  }
  // Hosts count the NUL at the end, or do not.
  std::string text(LV2_URID key, LV2_URID type) const {
    std::size_t size = 0;
    const void* value = get(key, type, size);
    if (value == nullptr) return {};
    const auto* characters = static_cast<const char*>(value);
    return {characters, ::strnlen(characters, size)};
  }

 private:
  const void* get(LV2_URID key, LV2_URID wanted, std::size_t& size) const {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    const void* value = retrieve_(handle_, key, &size, &type, &flags);
    return type == wanted ? value : nullptr;
  }

  LV2_State_Retrieve_Function retrieve_;
  LV2_State_Handle handle_;
};

void put_file(Writer& writer, PathFeatures& paths, const Urids& urids, LV2_URID key,
              const std::filesystem::path& file) {
  std::error_code ignored;
  // A host cannot take along what is missing; the path is kept for the day when it is back.
  if (paths.map == nullptr || !std::filesystem::exists(file, ignored)) {
    return writer.text(key, file.string(), urids.atom_path, LV2_STATE_IS_POD);
  }
  // One file may be on several pads: lilv leaks where it is asked for the same one again.
  auto& mapped = paths.mapped[file];
  if (mapped.empty()) {
    mapped = take_path(paths.map->abstract_path(paths.map->handle, file.c_str()), paths.free);
  }
  writer.text(key, mapped, urids.atom_path, kPortable);
}

std::filesystem::path get_file(const Reader& reader, const PathFeatures& paths, const Urids& urids,
                               LV2_URID key) {
  const std::string stored = reader.text(key, urids.atom_path);
  if (stored.empty() || paths.map == nullptr) return stored;
  return take_path(paths.map->absolute_path(paths.map->handle, stored.c_str()), paths.free);
}

}  // namespace

std::string take_path(char* path, const LV2_State_Free_Path* free_path) {
  if (path == nullptr) return {};
  std::string copy = path;
  if (free_path != nullptr) {
    free_path->free_path(free_path->handle, path);
  } else {
    std::free(path);  // NOLINT(cppcoreguidelines-no-malloc): the extension says so
  }
  return copy;
}

LV2_State_Status save_state(Instrument& instrument, const Urids& urids,
                            LV2_State_Store_Function store, LV2_State_Handle handle,
                            const LV2_Feature* const* features) {
  const InstrumentState state = instrument.save();
  PathFeatures paths(features);
  Writer writer(store, handle);
  writer.put(urids.version, &InstrumentState::kVersion, sizeof InstrumentState::kVersion,
             urids.atom_int, kPortable);
  writer.put(urids.saves, &state.saves, sizeof state.saves, urids.atom_int, kPortable);
  writer.text(urids.prompt, state.prompt, urids.atom_string, kPortable);
  writer.text(urids.request, state.request, urids.atom_string, kPortable);
  writer.text(urids.id, state.id, urids.atom_string, kPortable);
  writer.text(urids.home, state.home, urids.atom_string, kPortable);
  for (std::size_t pad = 0; pad < state.pads.size(); ++pad) {
    const PadTake& take = state.pads[pad];
    if (take.file.empty()) continue;
    put_file(writer, paths, urids, urids.pads[pad], take.file);
    writer.text(urids.take_parts[pad].take_id, take.take_id, urids.atom_string, kPortable);
    writer.text(urids.take_parts[pad].sha256, take.sha256, urids.atom_string, kPortable);
    writer.text(urids.take_parts[pad].name, take.name, urids.atom_string, kPortable);
  }
  return writer.status();
}

LV2_State_Status restore_state(Instrument& instrument, const Urids& urids,
                               LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                               const LV2_Feature* const* features,
                               const std::function<void(const std::string&)>& warn) {
  const Reader reader(retrieve, handle);
  const auto version = reader.number(urids.version, urids.atom_int);
  if (!version) return LV2_STATE_SUCCESS;
  if (*version < 1 || *version > InstrumentState::kVersion) {
    warn("the session's state must be of version 1 to " +
         std::to_string(InstrumentState::kVersion) + ", got " + std::to_string(*version) +
         "; it was left as it is");
    return LV2_STATE_ERR_UNKNOWN;
  }
  const PathFeatures paths(features);
  InstrumentState state;
  state.saves = reader.number(urids.saves, urids.atom_int).value_or(0);
  state.prompt = reader.text(urids.prompt, urids.atom_string);
  state.request = reader.text(urids.request, urids.atom_string);
  state.id = reader.text(urids.id, urids.atom_string);
  state.home = reader.text(urids.home, urids.atom_string);
  for (std::size_t pad = 0; pad < state.pads.size(); ++pad) {
    const Urids::TakeParts& parts = urids.take_parts[pad];
    state.pads[pad] = {get_file(reader, paths, urids, urids.pads[pad]),
                       reader.text(parts.take_id, urids.atom_string),
                       reader.text(parts.sha256, urids.atom_string),
                       reader.text(parts.name, urids.atom_string)};
  }
  instrument.restore(state);
  return LV2_STATE_SUCCESS;
}

}  // namespace dgx::plugin
