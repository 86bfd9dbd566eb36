// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ui/model/panel_model.hpp"

namespace dgx::ui {

/// What the model asked for since the last time, of one kind.
template <typename T>
std::vector<T> asked(PanelModel& model) {
  std::vector<T> found;
  for (const Intent& intent : model.take_intents()) {
    if (const T* one = std::get_if<T>(&intent)) found.push_back(*one);
  }
  return found;
}

inline protocol::JobView job(const std::string& id, protocol::JobStatus status) {
  protocol::JobView view;
  view.job_id = id;
  view.status = status;
  return view;
}

inline protocol::Take take(const std::string& id, const std::string& job_id) {
  protocol::Take take;
  take.id = id;
  take.job_id = job_id;
  take.status = protocol::JobStatus::kCompleted;
  take.prompt = "slow pad";
  take.created_at = "2026-11-21T10:00:0" + id + ".000Z";
  return take;
}

inline PanelModel ready() {
  PanelModel model;
  model.apply(LinkChanged{LinkState::kReady, {}, protocol::Health{}});
  protocol::ModelDescription sketch;
  sketch.identity.id = "sketch";
  sketch.keeps_time = true;
  protocol::ModelDescription musicgen;
  musicgen.identity.id = "musicgen-small";
  model.apply(protocol::ModelList{{sketch, musicgen}, {}});
  model.prompt.text = "slow pad";
  model.take_intents();
  return model;
}

inline PanelModel with_job(const std::string& id) {
  PanelModel model = ready();
  model.generate();
  model.apply(JobSubmitted{{id, protocol::JobStatus::kPending, {}, {}}});
  model.take_intents();
  return model;
}

}  // namespace dgx::ui
