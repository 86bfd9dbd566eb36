// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lilv/lilv.h>
#include <lv2/atom/forge.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <array>
#include <cstdarg>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dgx::test {

/// Numbers for names, as hosts give them. Threads: any.
class UridTable {
 public:
  LV2_URID of(const std::string& uri);
  const char* name(LV2_URID urid);
  LV2_URID_Map map{this, [](LV2_URID_Map_Handle table, const char* uri) {
                     return static_cast<UridTable*>(table)->of(uri);
                   }};
  LV2_URID_Unmap unmap{this, [](LV2_URID_Unmap_Handle table, LV2_URID urid) {
                         return static_cast<UridTable*>(table)->name(urid);
                       }};

 private:
  std::mutex mutex_{};
  std::map<std::string, LV2_URID> numbers_{};
  std::deque<std::string> names_{};
};

/// What a host says of its transport.
struct HostPosition {
  std::int64_t frame = 0;
  double speed = 1.0;
  std::int64_t bar = 0;
  double bar_beat = 0.0;
  double bpm = 120.0;
  double beats_per_bar = 4.0;
  int beat_unit = 4;
};

struct HostOptions {
  double rate = 48000.0;
  std::int32_t largest_block = 8192;
  /// What makePath gives paths below; without it the host offers no makePath.
  std::filesystem::path session_folder{};
};

/// A small LV2 host with the bundle of the build, in this process. The worker runs at the end of
/// each run(), on the same thread.
class Lv2Host {
 public:
  explicit Lv2Host(HostOptions options = {});
  ~Lv2Host();
  Lv2Host(const Lv2Host&) = delete;
  Lv2Host& operator=(const Lv2Host&) = delete;

  // For the next run(). midi() and position() may be called on an audio thread.
  void midi(std::uint32_t frame, std::uint8_t status, std::uint8_t first, std::uint8_t second);
  void position(std::uint32_t frame, const HostPosition& position);
  void set_path(const std::string& key, const std::string& path);
  void set_text(const std::string& key, const std::string& text);
  void get(const std::string& key = {});

  void run(std::uint32_t frames);
  /// What the last run() gave.
  std::vector<float> left{};
  std::vector<float> right{};

  float& control(const std::string& symbol) { return controls_[port_of_.at(symbol)]; }
  /// Runs blocks until `holds`, for as long as a slow machine may need.
  bool run_until(const std::function<bool()>& holds);
  /// Loads a file onto a pad (1 to 12) and waits for it.
  bool load(int pad, const std::filesystem::path& file);

  /// What patch:Set said last, by key.
  std::map<std::string, std::string> told{};
  int state_changes = 0;
  std::vector<std::string> warnings();

  /// As Ardour saves: beside scratch/, files/ and externals/ of `folder`, into `state`.
  void save(const std::filesystem::path& folder, const std::string& state,
            bool with_controls = true);
  /// False where there is no such state.
  bool restore(const std::filesystem::path& state_folder, bool with_controls = true);

  /// The names of the presets that come with the plugin.
  [[nodiscard]] std::vector<std::string> presets() const;
  bool load_preset(const std::string& name);

  /// The session was renamed or saved under another name: makePath gives paths there from now on.
  void move_session(std::filesystem::path folder) { session_folder_ = std::move(folder); }

  /// Puts a file on a pad as the worker would. Threads: any but the one that runs.
  void work_on(const std::string& key, const std::string& path);

  [[nodiscard]] LilvInstance* instance() const { return instance_; }
  /// Asks for nothing: for threads that may not. Events that were given are taken.
  void run_only(std::uint32_t frames) noexcept;

 private:
  static int print_warning(LV2_Log_Handle host, LV2_URID type, const char* format, ...);
  static int print_warning_list(LV2_Log_Handle host, LV2_URID type, const char* format,
                                std::va_list arguments);
  void apply(LilvState* state, bool with_controls);
  void connect_ports();
  void begin_events();
  void set_property(LV2_Atom_Forge& forge, const std::string& key, const char* type,
                    const std::string& value);
  void work(const void* data, std::uint32_t size);
  void read_events();

  HostOptions options_;
  std::filesystem::path session_folder_;
  const LilvPlugin* plugin_ = nullptr;
  LilvInstance* instance_ = nullptr;
  std::map<std::string, std::uint32_t> port_of_{};
  std::vector<float> controls_{};
  std::vector<std::uint64_t> events_in_{};
  std::vector<std::uint64_t> events_out_{};
  LV2_Atom_Forge forge_{};
  struct {
    LV2_URID midi_event, position, frame, speed, bar, bar_beat, beat_unit, beats_per_bar, bpm;
  } names_{};
  LV2_Atom_Forge_Frame sequence_{};
  std::vector<std::vector<std::uint64_t>> jobs_{};
  std::mutex warnings_mutex_{};
  std::vector<std::string> warnings_{};

  LV2_Worker_Schedule schedule_;
  LV2_State_Make_Path make_path_;
  LV2_Log_Log log_;
};

UridTable& urids();

}  // namespace dgx::test
