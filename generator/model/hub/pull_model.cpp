// SPDX-License-Identifier: Apache-2.0
#include "generator/model/hub/pull_model.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "generator/base/utc_time.hpp"
#include "generator/base/utf8.hpp"
#include "generator/model/hub/hub_listing.hpp"
#include "generator/model/musicgen/bounded_file.hpp"
#include "generator/model/store/byte_text.hpp"
#include "generator/model/store/model_care.hpp"
#include "generator/model/store/model_files.hpp"
#include "generator/model/store/staged_model.hpp"

namespace dgx::model {
namespace {

constexpr std::size_t kMostListingBytes = 8'000'000;
constexpr std::string_view kTokenizerRepository = "google-t5/t5-base";
constexpr std::string_view kTokenizerFile = "spiece.model";
constexpr std::uint64_t kManifestRoom = 1'000'000;

/// One file to fetch and where it is.
struct PlannedFile {
  HubFile file{};
  std::string path{};  ///< On the hub, from its root
};

struct Plan {
  std::string commit{};
  std::vector<PlannedFile> files{};
};

/// "facebook/musicgen-small" for a URL; the table's names need no escapes.
std::string resolve_path(std::string_view repository, const std::string& commit,
                         const std::string& name) {
  return "/" + std::string(repository) + "/resolve/" + commit + "/" + url_component(name);
}

Result<HubListing> fetch_listing(HubConnection& hub, std::string_view repository,
                                 const std::string& revision, const std::stop_token& stop) {
  const std::string path = "/api/models/" + std::string(repository) + "/revision/" +
                           url_component(revision) + "?blobs=true";
  const Result<std::string> text = hub.get_text(path, kMostListingBytes, stop);
  if (!text) return text.error();
  return parse_hub_listing(*text);
}

const HubFile* find(const HubListing& listing, std::string_view name) {
  const auto found = std::find_if(listing.files.begin(), listing.files.end(),
                                  [&](const HubFile& file) { return file.name == name; });
  return found == listing.files.end() ? nullptr : &*found;
}

bool is_weights(std::string_view name) {
  return name.ends_with(".safetensors");
}

Error no_safetensors(const KnownModel& model) {
  return {ErrorCode::kInvalidArgument,
          std::string(model.repository) +
              " has no safetensors files at this revision, and Python pickles are never opened; "
              "docs/models.md tells how to convert them and import the folder"};
}

Status check_listed(const KnownModel& model, const std::vector<std::string>& names,
                    const HubListing& listing) {
  if (std::none_of(names.begin(), names.end(), is_weights)) return no_safetensors(model);
  if (find(listing, "config.json") == nullptr) {
    return Error{ErrorCode::kNotFound, std::string(model.repository) + " lacks config.json"};
  }
  for (const std::string& name : names) {
    if (!is_weights(name) || !find(listing, name)->sha256.empty()) continue;
    return Error{ErrorCode::kCorrupt, "the hub gives no SHA-256 for " + name};
  }
  return ok();
}

Result<Plan> make_plan(HubConnection& hub, const KnownModel& model, const std::string& revision,
                       const std::stop_token& stop) {
  const Result<HubListing> listing = fetch_listing(hub, model.repository, revision, stop);
  if (!listing) return listing.error();
  std::vector<std::string> all;
  for (const HubFile& file : listing->files) all.push_back(file.name);
  const std::vector<std::string> names = select_model_files(all);
  if (Status listed = check_listed(model, names, *listing); !listed) return listed.error();
  Plan plan{listing->commit, {}};
  for (const std::string& name : names) {
    plan.files.push_back(
        {*find(*listing, name), resolve_path(model.repository, listing->commit, name)});
  }
  if (find(*listing, kTokenizerFile) != nullptr) return plan;
  const Result<HubListing> t5 = fetch_listing(hub, kTokenizerRepository, "main", stop);
  if (!t5) return t5.error();
  const HubFile* tokenizer = find(*t5, kTokenizerFile);
  if (tokenizer == nullptr) {
    return Error{ErrorCode::kNotFound, std::string(model.repository) + " and " +
                                           std::string(kTokenizerRepository) +
                                           " both lack spiece.model"};
  }
  plan.files.push_back(
      {*tokenizer, resolve_path(kTokenizerRepository, t5->commit, tokenizer->name)});
  return plan;
}

std::string part_name(const std::string& name) {
  return name + ".part";
}

/// Fetches a plan's files into a folder and checks them.
class Fetching {
 public:
  Fetching(HubConnection& hub, const StagedModel& staged, const Plan& plan,
           const TransferSink& sink, std::stop_token stop)
      : hub_(hub), staged_(staged), plan_(plan), sink_(sink), stop_(std::move(stop)) {
    position_.phase = TransferProgress::Phase::kFetching;
    for (const PlannedFile& planned : plan.files) position_.total_bytes += planned.file.size;
  }

  /// What an error means for the next attempt: "; 1.2 GB of 2.4 GB are kept, ...", or nothing.
  [[nodiscard]] std::string kept_text() const {
    const std::uint64_t kept = present_bytes();
    if (kept == 0) return {};
    return "; " + byte_text(kept) + " of " + byte_text(position_.total_bytes) +
           " are kept, and pulling again goes on from there";
  }

  Result<std::vector<protocol::ManifestFile>> run() {
    if (Status room = check_room(); !room) return room.error();
    std::vector<protocol::ManifestFile> files;
    for (const PlannedFile& planned : plan_.files) {
      Result<protocol::ManifestFile> file = fetch(planned);
      if (!file) return file.error();
      files.push_back(*std::move(file));
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return files;
  }

 private:
  /// Bytes of the plan's files that are in the folder already.
  [[nodiscard]] std::uint64_t present_bytes() const {
    std::uint64_t present = 0;
    for (const PlannedFile& planned : plan_.files) {
      for (const std::string& name : {planned.file.name, part_name(planned.file.name)}) {
        const Result<UniqueFd> fd = staged_.folder().open_file(name);
        if (!fd) continue;  // Not there yet
        const auto size = musicgen::file_size(fd->get(), name);
        if (size) present += std::min(*size, planned.file.size);
      }
    }
    return present;
  }

  [[nodiscard]] Status check_room() const {
    const std::uint64_t needed = position_.total_bytes + kManifestRoom;
    return staged_.require_space(needed - std::min(present_bytes(), needed));
  }

  Result<protocol::ManifestFile> fetch(const PlannedFile& planned) {
    const std::string& name = planned.file.name;
    position_.file = name;
    // Also what came in an earlier call is checked: nobody vouches for what lay there since.
    const bool present = staged_.folder().contains(name);
    if (!present) {
      if (Status completed = complete(planned); !completed) return completed.error();
    }
    auto file = checked(planned, present ? name : part_name(name));
    if (!file) return file;
    fetched_bytes_ += planned.file.size;
    if (present) return file;
    const Status named =
        staged_.folder().move_without_replacing(part_name(name), staged_.folder(), name);
    if (!named) return named.error();
    return file;
  }

  Status complete(const PlannedFile& planned) {
    const std::string part = part_name(planned.file.name);
    const Result<UniqueFd> fd = staged_.folder().open_or_create_file(part);
    if (!fd) return fd.error();
    HubConnection::Download download{fd->get(), planned.file.size, planned.file.name,
                                     [this](std::uint64_t size) { report(size); }};
    return hub_.get_file(planned.path, download, stop_);
  }

  void report(std::uint64_t size) {
    position_.done_bytes = fetched_bytes_ + size;
    if (sink_) sink_(position_);
  }

  /// Size and digest of the file at `name`, which is removed where they are wrong.
  Result<protocol::ManifestFile> checked(const PlannedFile& planned, const std::string& name) {
    auto files = hash_files(staged_.folder(), {name}, sink_, stop_);
    if (!files) return files.error();
    protocol::ManifestFile file = files->front();
    file.name = planned.file.name;
    const bool right_size = std::cmp_equal(file.size, planned.file.size);
    const std::string& expected = planned.file.sha256;
    if (right_size && (expected.empty() || expected == file.sha256)) return file;
    if (Status removed = staged_.folder().remove_file(name); !removed) return removed.error();
    return Error{ErrorCode::kCorrupt,
                 file.name + " must have " + std::to_string(planned.file.size) +
                     " bytes with the SHA-256 " + expected + ", got " + std::to_string(file.size) +
                     " with " + file.sha256 + "; it was removed"};
  }

  HubConnection& hub_;
  const StagedModel& staged_;
  const Plan& plan_;
  const TransferSink& sink_;
  std::stop_token stop_;
  TransferProgress position_{};
  std::uint64_t fetched_bytes_ = 0;
};

protocol::ModelManifest manifest_of(const KnownModel& model, const PullOptions& options,
                                    const HubConnection& hub, const Plan& plan) {
  protocol::ModelManifest manifest;
  manifest.id = model.id;
  manifest.source = hub.url().text() + "/" + std::string(model.repository);
  manifest.revision = plan.commit;
  manifest.licence = kMusicGenLicence;
  manifest.licence_accepted_at = options.licence_accepted_at;
  manifest.installed_at = now_rfc3339();
  return manifest;
}

}  // namespace

Result<InstalledModel> pull_model(const KnownModel& model, const PullOptions& options,
                                  const TransferSink& progress, const std::stop_token& stop) {
  const Result<ModelId> id = ModelId::parse(model.id);
  if (!id) return id.error();
  Result<HubConnection> hub = HubConnection::open(options.hub);
  if (!hub) return hub.error();
  const Result<Plan> plan = make_plan(*hub, model, options.revision, stop);
  if (!plan) return plan.error();
  // A folder for each commit: parts of two revisions never meet.
  Result<StagedModel> staged =
      StagedModel::open(options.data_folder, *id, unfinished_name(*id, plan->commit));
  if (!staged) return staged.error();
  Fetching fetching(*hub, *staged, *plan, progress, stop);
  auto files = fetching.run();
  if (!files) {
    const std::string kept = fetching.kept_text();
    if (kept.empty()) staged->discard();
    return Error{files.error().code, files.error().message + kept};
  }
  protocol::ModelManifest manifest = manifest_of(model, options, *hub, *plan);
  manifest.files = *std::move(files);
  Result<InstalledModel> installed = staged->publish(manifest);
  if (installed) remove_unfinished(options.data_folder, *id);
  return installed;
}

}  // namespace dgx::model
