// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "generator/model/musicgen/memory_need.hpp"
#include "generator/protocol/api_messages.hpp"

namespace dgx::model {

/// A model that its authors publish and that `models pull` knows.
struct KnownModel {
  std::string_view id;          ///< "musicgen-small"
  std::string_view repository;  ///< On the hub: "facebook/musicgen-small"
  std::string_view summary;     ///< One line
  std::int64_t parameters;      ///< Of all its parts, as the hub's files hold them
  std::int64_t decoder_layers;
  std::int64_t decoder_width;
  std::int64_t channels;  ///< Of its audio
  bool takes_melody;
};

/// Every such model, best first: the larger before the smaller, of one size stereo before mono,
/// and the melody models after those that only take text. This is the order in which the default
/// model is chosen among what is installed (see list_installed_models()).
std::span<const KnownModel> known_models();

/// What it needs on a processor, or on a card, by its shapes.
musicgen::MemoryNeed memory_needed(const KnownModel& model, bool on_card);

/// All of them as the API tells them, with the memory they need on a processor or on a card.
std::vector<protocol::InstallableModel> describe_known_models(bool on_card);

/// nullptr where the catalogue has no such id.
const KnownModel* find_known_model(std::string_view id);

/// The licence of every model in the catalogue, and what it means.
constexpr std::string_view kMusicGenLicence = "CC-BY-NC-4.0";
constexpr std::string_view kMusicGenNotice =
    "Made with MusicGen, whose weights are CC-BY-NC-4.0: not for commercial use.";
constexpr std::string_view kMusicGenLicenceLink = "https://creativecommons.org/licenses/by-nc/4.0/";

}  // namespace dgx::model
