// SPDX-License-Identifier: Apache-2.0
#include "generator/model/registry.hpp"

#include <algorithm>
#include <utility>

namespace dgx::model {

void ModelRegistry::add(std::string id, Factory factory) {
  entries_.push_back({{std::move(id), {}, std::move(factory)}, nullptr});
}

Result<MusicModel*> ModelRegistry::make(Entry& entry) {
  if (entry.model) return entry.model.get();
  auto made = entry.offer.make();
  if (!made) return std::move(made).error();
  entry.model = *std::move(made);
  return entry.model.get();
}

void ModelRegistry::update() {
  if (!offers_) return;
  std::vector<Entry> entries;
  for (Offer& offer : offers_()) {
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.offer.id == offer.id && entry.offer.edition == offer.edition;
    });
    auto model = same != entries_.end() ? std::move(same->model) : nullptr;
    entries.push_back({std::move(offer), std::move(model)});
  }
  entries_ = std::move(entries);
}

Result<MusicModel*> ModelRegistry::find(const std::string& id) {
  update();
  std::string known;
  for (Entry& entry : entries_) {
    if (entry.offer.id == id) return make(entry);
    known += (known.empty() ? "" : ", ") + entry.offer.id;
  }
  return Error{ErrorCode::kNotFound,
               "model must be one of the installed models (" + known + "), got " + id, "model"};
}

protocol::ModelsMessage ModelRegistry::describe() {
  update();
  protocol::ModelsMessage message;
  for (Entry& entry : entries_) {
    if (auto model = make(entry)) {
      message.models.push_back((*model)->describe());
    } else {
      message.unavailable.push_back({entry.offer.id, std::move(model).error()});
    }
  }
  return message;
}

void ModelRegistry::unload() {
  for (Entry& entry : entries_) entry.model.reset();
}

}  // namespace dgx::model
