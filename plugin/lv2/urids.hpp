// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lv2/atom/atom.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/time/time.h>
#include <lv2/urid/urid.h>

#include <array>
#include <string>

#include "plugin/engine/pad.hpp"
#include "plugin/lv2/properties.hpp"

namespace dgx::plugin {

/// The numbers that the host gives to the names we use. Immutable.
struct Urids {
  explicit Urids(LV2_URID_Map* map)
      : map_(map),
        atom_double(of(LV2_ATOM__Double)),
        atom_float(of(LV2_ATOM__Float)),
        atom_int(of(LV2_ATOM__Int)),
        atom_long(of(LV2_ATOM__Long)),
        atom_object(of(LV2_ATOM__Object)),
        atom_path(of(LV2_ATOM__Path)),
        atom_string(of(LV2_ATOM__String)),
        atom_urid(of(LV2_ATOM__URID)),
        log_warning(of(LV2_LOG__Warning)),
        patch_get(of(LV2_PATCH__Get)),
        patch_set(of(LV2_PATCH__Set)),
        patch_property(of(LV2_PATCH__property)),
        patch_value(of(LV2_PATCH__value)),
        state_changed(of(LV2_STATE__StateChanged)),
        time_position(of(LV2_TIME__Position)),
        time_bar(of(LV2_TIME__bar)),
        time_bar_beat(of(LV2_TIME__barBeat)),
        time_beat_unit(of(LV2_TIME__beatUnit)),
        time_beats_per_bar(of(LV2_TIME__beatsPerBar)),
        time_beats_per_minute(of(LV2_TIME__beatsPerMinute)),
        time_frame(of(LV2_TIME__frame)),
        time_speed(of(LV2_TIME__speed)),
        version(of(property_uri("version").c_str())),
        saves(of(property_uri("saves").c_str())),
        prompt(of(property_uri(kPromptKey).c_str())),
        prompt_file(of(property_uri(kPromptFileKey).c_str())),
        notice(of(property_uri(kNoticeKey).c_str())),
        request(of(property_uri("request").c_str())),
        id(of(property_uri("id").c_str())),
        home(of(property_uri("home").c_str())),
        generate(of(property_uri("generate").c_str())) {
    for (int pad = 0; pad < kPads; ++pad) {
      const auto i = static_cast<std::size_t>(pad);
      const auto part = [&](const char* of_take) {
        return of(property_uri(pad_key(pad) + of_take).c_str());
      };
      pads[i] = part("");
      take_parts[i] = {part("_take"), part("_sha256"), part("_name")};
    }
  }

  [[nodiscard]] LV2_URID of(const char* uri) const { return map_->map(map_->handle, uri); }

 private:
  LV2_URID_Map* map_;

 public:
  LV2_URID atom_double, atom_float, atom_int, atom_long, atom_object, atom_path, atom_string,
      atom_urid;
  LV2_URID log_warning;
  LV2_URID patch_get, patch_set, patch_property, patch_value;
  LV2_URID state_changed;
  LV2_URID time_position, time_bar, time_bar_beat, time_beat_unit, time_beats_per_bar,
      time_beats_per_minute, time_frame, time_speed;
  LV2_URID version, saves, prompt, prompt_file, notice, request, id, home;
  LV2_URID generate;  ///< The shim's own word to its worker
  std::array<LV2_URID, kPads> pads{};
  struct TakeParts {
    LV2_URID take_id, sha256, name;
  };
  std::array<TakeParts, kPads> take_parts{};
};

}  // namespace dgx::plugin
