// SPDX-License-Identifier: Apache-2.0
#include "tests/host/lv2_host.hpp"

#include <lv2/atom/util.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/midi/midi.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <lv2/presets/presets.h>
#include <lv2/time/time.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

namespace dgx::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugin = "urn:dgx-music:instrument";
constexpr std::size_t kEventBytes = 65536;

/// The bundle of the build, and no other plugin of the machine.
class World {
 public:
  World() {
    LilvNode* bundle = lilv_new_file_uri(world_, nullptr, DGX_BINARY_DIR "/lv2/dgx-music.lv2/");
    lilv_world_load_bundle(world_, bundle);
    lilv_node_free(bundle);
  }
  ~World() { lilv_world_free(world_); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const LilvPlugin* plugin() {
    LilvNode* uri = lilv_new_uri(world_, kPlugin);
    const LilvPlugin* plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world_), uri);
    lilv_node_free(uri);
    if (plugin == nullptr) throw std::runtime_error("the bundle holds no " + std::string(kPlugin));
    return plugin;
  }
  LilvWorld* get() { return world_; }

 private:
  LilvWorld* world_ = lilv_world_new();
};

World& world() {
  static World world;
  return world;
}

char* duplicate(const std::string& text) {
  return ::strdup(text.c_str());
}

void for_each_preset(const LilvPlugin* plugin,
                     const std::function<void(const std::string&, LilvState*)>& use) {
  LilvNode* kind = lilv_new_uri(world().get(), LV2_PRESETS__Preset);
  LilvNodes* presets = lilv_plugin_get_related(plugin, kind);
  LILV_FOREACH(nodes, i, presets) {
    const LilvNode* preset = lilv_nodes_get(presets, i);
    lilv_world_load_resource(world().get(), preset);
    LilvState* state = lilv_state_new_from_world(world().get(), &urids().map, preset);
    if (state == nullptr) throw std::runtime_error("a preset cannot be read");
    use(lilv_state_get_label(state), state);
    lilv_state_free(state);
  }
  lilv_nodes_free(presets);
  lilv_node_free(kind);
}

}  // namespace

UridTable& urids() {
  static UridTable table;
  return table;
}

LV2_URID UridTable::of(const std::string& uri) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = numbers_.try_emplace(uri, static_cast<LV2_URID>(names_.size() + 1));
  if (is_new) names_.push_back(uri);
  return place->second;
}

const char* UridTable::name(LV2_URID urid) {
  const std::lock_guard lock(mutex_);
  return urid > 0 && urid <= names_.size() ? names_[urid - 1].c_str() : nullptr;
}

Lv2Host::Lv2Host(HostOptions options)
    : options_(std::move(options)),
      session_folder_(options_.session_folder),
      plugin_(world().plugin()),
      events_in_(kEventBytes / 8),
      events_out_(kEventBytes / 8),
      schedule_{this,
                [](LV2_Worker_Schedule_Handle host, std::uint32_t size, const void* data) {
                  std::vector<std::uint64_t> job((size + 7) / 8 + 1);
                  job[0] = size;
                  std::memcpy(&job[1], data, size);
                  static_cast<Lv2Host*>(host)->jobs_.push_back(std::move(job));
                  return LV2_WORKER_SUCCESS;
                }},
      make_path_{this,
                 [](LV2_State_Make_Path_Handle host, const char* name) {
                   const fs::path path = static_cast<Lv2Host*>(host)->session_folder_ / name;
                   fs::create_directories(path.parent_path());
                   return duplicate(path);
                 }},
      log_{this, print_warning, print_warning_list} {
  const auto rate = static_cast<float>(options_.rate);
  const auto option = [](const char* key, const char* type, const void* value) {
    return LV2_Options_Option{LV2_OPTIONS_INSTANCE, 0, urids().of(key), 4, urids().of(type), value};
  };
  const std::array<LV2_Options_Option, 4> settings = {
      option(LV2_PARAMETERS__sampleRate, LV2_ATOM__Float, &rate),
      option(LV2_BUF_SIZE__nominalBlockLength, LV2_ATOM__Int, &options_.largest_block),
      option(LV2_BUF_SIZE__maxBlockLength, LV2_ATOM__Int, &options_.largest_block),
      LV2_Options_Option{LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, nullptr}};
  const LV2_Feature map{LV2_URID__map, &urids().map};
  const LV2_Feature unmap{LV2_URID__unmap, &urids().unmap};
  const LV2_Feature with_options{LV2_OPTIONS__options,
                                 const_cast<LV2_Options_Option*>(settings.data())};
  const LV2_Feature worker{LV2_WORKER__schedule, &schedule_};
  const LV2_Feature log{LV2_LOG__log, &log_};
  const LV2_Feature make_path{LV2_STATE__makePath, &make_path_};
  const std::array<const LV2_Feature*, 7> features = {
      &map,   &unmap, &with_options, &worker, &log, session_folder_.empty() ? nullptr : &make_path,
      nullptr};
  instance_ = lilv_plugin_instantiate(plugin_, options_.rate, features.data());
  if (instance_ == nullptr) throw std::runtime_error("the plugin was not instantiated");
  connect_ports();
  lv2_atom_forge_init(&forge_, &urids().map);
  names_ = {urids().of(LV2_MIDI__MidiEvent),     urids().of(LV2_TIME__Position),
            urids().of(LV2_TIME__frame),         urids().of(LV2_TIME__speed),
            urids().of(LV2_TIME__bar),           urids().of(LV2_TIME__barBeat),
            urids().of(LV2_TIME__beatUnit),      urids().of(LV2_TIME__beatsPerBar),
            urids().of(LV2_TIME__beatsPerMinute)};
  begin_events();
  lilv_instance_activate(instance_);
}

Lv2Host::~Lv2Host() {
  lilv_instance_deactivate(instance_);
  lilv_instance_free(instance_);
}

void Lv2Host::connect_ports() {
  const std::uint32_t count = lilv_plugin_get_num_ports(plugin_);
  controls_.resize(count);
  std::vector<float> initial(count);
  lilv_plugin_get_port_ranges_float(plugin_, nullptr, nullptr, initial.data());
  for (std::uint32_t i = 4; i < count; ++i) {
    const LilvPort* port = lilv_plugin_get_port_by_index(plugin_, i);
    port_of_[lilv_node_as_string(lilv_port_get_symbol(plugin_, port))] = i;
    controls_[i] = std::isnan(initial[i]) ? 0.0F : initial[i];
    lilv_instance_connect_port(instance_, i, &controls_[i]);
  }
  left.resize(static_cast<std::size_t>(options_.largest_block));
  right.resize(left.size());
  lilv_instance_connect_port(instance_, 0, left.data());
  lilv_instance_connect_port(instance_, 1, right.data());
  lilv_instance_connect_port(instance_, 2, events_in_.data());
  lilv_instance_connect_port(instance_, 3, events_out_.data());
}

void Lv2Host::begin_events() {
  lv2_atom_forge_set_buffer(&forge_, reinterpret_cast<std::uint8_t*>(events_in_.data()),
                            kEventBytes);
  lv2_atom_forge_sequence_head(&forge_, &sequence_, 0);
}

void Lv2Host::midi(std::uint32_t frame, std::uint8_t status, std::uint8_t first,
                   std::uint8_t second) {
  const std::array<std::uint8_t, 3> bytes = {status, first, second};
  lv2_atom_forge_frame_time(&forge_, frame);
  lv2_atom_forge_atom(&forge_, 3, names_.midi_event);
  lv2_atom_forge_write(&forge_, bytes.data(), 3);
}

void Lv2Host::position(std::uint32_t frame, const HostPosition& position) {
  LV2_Atom_Forge_Frame object{};
  const auto key = [this](LV2_URID name) { lv2_atom_forge_key(&forge_, name); };
  lv2_atom_forge_frame_time(&forge_, frame);
  lv2_atom_forge_object(&forge_, &object, 0, names_.position);
  key(names_.frame);
  lv2_atom_forge_long(&forge_, position.frame);
  key(names_.speed);
  lv2_atom_forge_float(&forge_, static_cast<float>(position.speed));
  key(names_.bar);
  lv2_atom_forge_long(&forge_, position.bar);
  key(names_.bar_beat);
  lv2_atom_forge_float(&forge_, static_cast<float>(position.bar_beat));
  key(names_.beat_unit);
  lv2_atom_forge_int(&forge_, position.beat_unit);
  key(names_.beats_per_bar);
  lv2_atom_forge_float(&forge_, static_cast<float>(position.beats_per_bar));
  key(names_.bpm);
  lv2_atom_forge_float(&forge_, static_cast<float>(position.bpm));
  lv2_atom_forge_pop(&forge_, &object);
}

void Lv2Host::set_property(LV2_Atom_Forge& forge, const std::string& key, const char* type,
                           const std::string& value) {
  LV2_Atom_Forge_Frame object{};
  lv2_atom_forge_object(&forge, &object, 0, urids().of(LV2_PATCH__Set));
  lv2_atom_forge_key(&forge, urids().of(LV2_PATCH__property));
  lv2_atom_forge_urid(&forge, urids().of(std::string(kPlugin) + "#" + key));
  lv2_atom_forge_key(&forge, urids().of(LV2_PATCH__value));
  lv2_atom_forge_typed_string(&forge, urids().of(type), value.c_str(),
                              static_cast<std::uint32_t>(value.size()));
  lv2_atom_forge_pop(&forge, &object);
}

void Lv2Host::set_path(const std::string& key, const std::string& path) {
  lv2_atom_forge_frame_time(&forge_, 0);
  set_property(forge_, key, LV2_ATOM__Path, path);
}

void Lv2Host::set_text(const std::string& key, const std::string& text) {
  lv2_atom_forge_frame_time(&forge_, 0);
  set_property(forge_, key, LV2_ATOM__String, text);
}

void Lv2Host::work_on(const std::string& key, const std::string& path) {
  std::array<std::uint64_t, 1024> buffer{};
  LV2_Atom_Forge forge{};
  lv2_atom_forge_init(&forge, &urids().map);
  lv2_atom_forge_set_buffer(&forge, reinterpret_cast<std::uint8_t*>(buffer.data()), sizeof buffer);
  set_property(forge, key, LV2_ATOM__Path, path);
  work(buffer.data(), sizeof buffer);
}

void Lv2Host::get(const std::string& key) {
  LV2_Atom_Forge_Frame object{};
  lv2_atom_forge_frame_time(&forge_, 0);
  lv2_atom_forge_object(&forge_, &object, 0, urids().of(LV2_PATCH__Get));
  if (!key.empty()) {
    lv2_atom_forge_key(&forge_, urids().of(LV2_PATCH__property));
    lv2_atom_forge_urid(&forge_, urids().of(std::string(kPlugin) + "#" + key));
  }
  lv2_atom_forge_pop(&forge_, &object);
}

void Lv2Host::run_only(std::uint32_t frames) noexcept {
  lv2_atom_forge_pop(&forge_, &sequence_);
  auto* out = reinterpret_cast<LV2_Atom_Sequence*>(events_out_.data());
  out->atom = {kEventBytes - sizeof(LV2_Atom), 0};
  lilv_instance_run(instance_, frames);
  begin_events();
}

void Lv2Host::run(std::uint32_t frames) {
  run_only(frames);
  read_events();
  for (const auto& job : std::exchange(jobs_, {})) {
    work(&job[1], static_cast<std::uint32_t>(job[0]));
  }
}

void Lv2Host::work(const void* data, std::uint32_t size) {
  const auto* worker = static_cast<const LV2_Worker_Interface*>(
      lilv_instance_get_extension_data(instance_, LV2_WORKER__interface));
  const auto respond = [](LV2_Worker_Respond_Handle, std::uint32_t, const void*) {
    return LV2_WORKER_SUCCESS;
  };
  worker->work(lilv_instance_get_handle(instance_), respond, nullptr, size, data);
}

void Lv2Host::read_events() {
  const auto* out = reinterpret_cast<const LV2_Atom_Sequence*>(events_out_.data());
  LV2_ATOM_SEQUENCE_FOREACH(out, event) {
    const auto* object = reinterpret_cast<const LV2_Atom_Object*>(&event->body);
    if (object->body.otype == urids().of(LV2_STATE__StateChanged)) ++state_changes;
    if (object->body.otype != urids().of(LV2_PATCH__Set)) continue;
    const LV2_Atom_URID* property = nullptr;
    const LV2_Atom* value = nullptr;
    lv2_atom_object_get(object, urids().of(LV2_PATCH__property), &property,
                        urids().of(LV2_PATCH__value), &value, 0);
    const std::string uri = urids().name(property->body);
    told[uri.substr(uri.find('#') + 1)] = static_cast<const char*>(LV2_ATOM_BODY_CONST(value));
  }
}

bool Lv2Host::run_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    run(64);
    std::this_thread::yield();
  }
  return true;
}

bool Lv2Host::load(int pad, const fs::path& file) {
  const float before = control("takes");
  set_path("pad" + std::to_string(pad), file.string());
  return run_until([&] { return control("takes") == before + 1.0F; });
}

int Lv2Host::print_warning_list(LV2_Log_Handle host, LV2_URID /*type*/, const char* format,
                                std::va_list arguments) {
  auto& self = *static_cast<Lv2Host*>(host);
  std::array<char, 1024> text{};
  const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
  const std::lock_guard lock(self.warnings_mutex_);
  self.warnings_.emplace_back(text.data());
  return size;
}

int Lv2Host::print_warning(LV2_Log_Handle host, LV2_URID type, const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  const int size = print_warning_list(host, type, format, arguments);
  va_end(arguments);
  return size;
}

std::vector<std::string> Lv2Host::warnings() {
  const std::lock_guard lock(warnings_mutex_);
  return warnings_;
}

void Lv2Host::save(const fs::path& folder, const std::string& state, bool with_controls) {
  const auto get_value = [](const char* symbol, void* host, std::uint32_t* size,
                            std::uint32_t* type) -> const void* {
    *size = sizeof(float);
    *type = urids().of(LV2_ATOM__Float);
    return &static_cast<Lv2Host*>(host)->control(symbol);
  };
  const LV2_Feature make_path{LV2_STATE__makePath, &make_path_};
  const std::array<const LV2_Feature*, 2> features = {
      session_folder_.empty() ? nullptr : &make_path, nullptr};
  const std::string save_folder = (folder / state).string();
  for (const char* name : {"files", "externals"}) fs::create_directories(folder / name);
  LilvState* saved = lilv_state_new_from_instance(
      plugin_, instance_, &urids().map, session_folder_.empty() ? nullptr : session_folder_.c_str(),
      (folder / "files").c_str(), (folder / "externals").c_str(), save_folder.c_str(),
      with_controls ? +get_value : nullptr, this, 0, features.data());
  const int failed = lilv_state_save(world().get(), &urids().map, &urids().unmap, saved, nullptr,
                                     save_folder.c_str(), "state.ttl");
  lilv_state_free(saved);
  if (failed != 0) throw std::runtime_error("the state was not saved to " + save_folder);
}

std::vector<std::string> Lv2Host::presets() const {
  std::vector<std::string> names;
  for_each_preset(plugin_, [&](const std::string& name, LilvState*) { names.push_back(name); });
  return names;
}

bool Lv2Host::load_preset(const std::string& name) {
  bool loaded = false;
  for_each_preset(plugin_, [&](const std::string& label, LilvState* state) {
    if (label != name) return;
    apply(state, true);
    loaded = true;
  });
  return loaded;
}

bool Lv2Host::restore(const fs::path& state_folder, bool with_controls) {
  LilvState* state = lilv_state_new_from_file(world().get(), &urids().map, nullptr,
                                              (state_folder / "state.ttl").c_str());
  if (state == nullptr) return false;
  apply(state, with_controls);
  lilv_state_free(state);
  return true;
}

void Lv2Host::apply(LilvState* state, bool with_controls) {
  const auto set_value = [](const char* symbol, void* host, const void* value, std::uint32_t,
                            std::uint32_t) {
    std::memcpy(&static_cast<Lv2Host*>(host)->control(symbol), value, sizeof(float));
  };
  const std::array<const LV2_Feature*, 1> features = {nullptr};
  lilv_state_restore(state, instance_, with_controls ? +set_value : nullptr, this, 0,
                     features.data());
}

}  // namespace dgx::test
