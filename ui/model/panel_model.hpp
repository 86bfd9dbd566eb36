// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ui/model/audition.hpp"
#include "ui/model/history_model.hpp"
#include "ui/model/intents.hpp"
#include "ui/model/pad_board.hpp"
#include "ui/model/prompt_model.hpp"
#include "ui/model/updates.hpp"

namespace dgx::ui {

/// The job that this panel asked for last.
struct OwnJob {
  std::string id{};  ///< Empty until the service has it
  protocol::JobStatus status = protocol::JobStatus::kPending;
  bool cancelling = false;
  double fraction = 0;  ///< 0 to 1
  protocol::Progress progress{};
  std::optional<std::string> waits{};  ///< Why it has not begun, where a host plays
  std::string problem{};               ///< Why it failed
};

/// What can be done at once about what a notice says.
enum class Remedy {
  kNone,
  kRestoreTake,       ///< Back from the trash
  kRestoreTakes,      ///< The same for all that were discarded together
  kDiscard,           ///< Takes that nobody kept, to the trash
  kTakeBack,          ///< The insertion that Ardour has not begun
  kInsertOnNewTrack,  ///< Where it could not go on the selected one
};

/// One sentence at the foot of the panel, until the next act.
struct Notice {
  std::string sentence{};
  bool is_problem = false;
  Remedy remedy = Remedy::kNone;
  std::string take_id{};                ///< That the remedy is about
  std::vector<std::string> take_ids{};  ///< The same, where there are several
  bool ends_when_ready = false;         ///< It says why no service could be started
};

/// A take that this panel asked Ardour to place, until it is placed or not.
struct OwnInsertion {
  std::string id{};  ///< Empty until the service has it
  std::string take_id{};
  std::string track{};
  bool taking_back = false;
};

/// Takes on their way to the trash, and what of them is there.
struct Discarding {
  std::vector<std::string> take_ids{};
  std::int64_t bytes = 0;
};

/// All that the panel shows, and all that a person can do in it. Acts leave intents, which the
/// caller carries to the service (GeneratorPoller) after each frame; what the service says comes in
/// by apply(). Never blocks and does no I/O. Threads: one, the one that draws.
class PanelModel {
 public:
  PromptModel prompt{};
  HistoryModel history{};
  HostFacts host{};
  std::optional<PadBoard> board{};  ///< Not set where the panel belongs to no instrument

  void apply(const Update& update);
  /// What is to be done, in order; gives each intent once.
  std::vector<Intent> take_intents();
  /// The same for the instrument's pads.
  std::vector<PadAct> take_pad_acts();

  /// The same for what is listened to.
  std::vector<AuditionAct> take_audition_acts();
  /// What the instrument says of it; true where that is news.
  bool hear(const AuditionNews& news);

  // What the service is.
  [[nodiscard]] LinkState link() const { return link_; }
  [[nodiscard]] const std::string& link_sentence() const { return link_sentence_; }
  [[nodiscard]] const std::optional<protocol::Health>& health() const { return health_; }
  [[nodiscard]] const protocol::ModelList& models() const { return models_; }
  /// The model that the next request goes to: the chosen one, else the best installed. Null while
  /// no service has told its models.
  [[nodiscard]] const protocol::ModelDescription* model_in_use() const;
  /// True for models whose sampling can be set. One that keeps time composes by rules instead.
  [[nodiscard]] bool model_samples() const;

  // What becomes of the last request.
  [[nodiscard]] const std::optional<OwnJob>& job() const { return job_; }
  [[nodiscard]] bool busy() const;
  /// Jobs that other doors put before this panel's, or, where it has none, all that wait and run.
  [[nodiscard]] std::int64_t jobs_ahead() const;
  [[nodiscard]] const std::optional<Notice>& notice() const { return notice_; }
  [[nodiscard]] const std::optional<HeardTake>& heard() const { return heard_; }
  [[nodiscard]] bool can_compare() const;
  /// True while Ardour has been asked for a place and has not answered.
  [[nodiscard]] bool inserting() const { return insertion_.has_value(); }
  /// Not set until the service has told.
  [[nodiscard]] const std::optional<protocol::DiskUse>& disk_use() const { return disk_use_; }
  [[nodiscard]] bool discarding() const { return discarding_.has_value(); }
  /// Why Generate cannot be pressed, or nothing.
  [[nodiscard]] std::optional<Error> obstacle() const;

  // Acts.
  void generate();
  void cancel();
  void start_service();
  void search(const std::string& words);
  void show_favourites(bool only);
  void show_more();
  void select(const std::string& take_id);
  void set_favourite(const std::string& take_id, bool favourite);
  void rename(const std::string& take_id, const std::string& name);
  void trash(const std::string& take_id);
  /// Says how many takes nobody kept and how much they use, and offers to move them to the trash.
  void offer_discard();
  /// Does what the notice offers.
  void use_remedy();
  /// Has Ardour place a take at its playhead; on the selected track, or on a new one.
  void insert(const std::string& take_id, bool on_new_track = false);
  /// The take's request once more, with another seed.
  void vary(const std::string& take_id);
  /// Puts the selected take on a pad (0 to 11) of the instrument, if there are both.
  void load_to_pad(int pad);
  void empty_pad(int pad);
  /// Listens to a take through the instrument, at one loudness with others and from where the one
  /// that sounds is; the same take once more ends it. Only where the panel belongs to one.
  void audition(const std::string& take_id);
  void stop_audition();
  /// Back to the take that was listened to before, at the same place.
  void compare();
  void dismiss_notice() { notice_.reset(); }

 private:
  void apply_one(const LinkChanged& update);
  void apply_one(const protocol::ModelList& update);
  void apply_one(const protocol::QueuePage& update);
  void apply_one(const JobSubmitted& update);
  void apply_one(const protocol::JobView& update);
  void apply_one(const protocol::ProgressEvent& update);
  void apply_one(const HistoryRead& update);
  void apply_one(const TakeChanged& update);
  void apply_one(const WaveformRead& update);
  void apply_one(const DiskUseRead& update);
  void apply_one(const RejectsDiscarded& update);
  void apply_one(const InsertionPosted& update);
  void apply_one(const protocol::InsertionView& update);
  void apply_one(const Refused& update);
  void take_back_insertion();
  template <typename Asked>
  void ask(Asked asked) {
    intents_.emplace_back(std::in_place_type<Asked>, std::move(asked));
  }
  void ask_history(ShowHistory asked);
  [[nodiscard]] std::vector<std::string> takes_on_pads() const;
  void ask_disk_use();
  void discard_rejects();
  void end_discarding(const std::string& problem);
  /// Shows the first take of a job, unless one of its takes is shown already.
  void select_take_of(const std::string& job_id);

  LinkState link_ = LinkState::kLooking;
  std::string link_sentence_{};
  std::optional<protocol::Health> health_{};
  protocol::ModelList models_{};
  std::vector<protocol::JobView> queue_{};  ///< In the order of their turns
  std::optional<OwnJob> job_{};
  std::optional<OwnInsertion> insertion_{};
  std::optional<Notice> notice_{};
  std::optional<protocol::DiskUse> disk_use_{};
  bool disk_use_is_asked_ = false;
  bool disk_use_is_old_ = false;    ///< Takes have changed since it was asked
  bool discard_is_wanted_ = false;  ///< To be offered with the next answer
  std::optional<Discarding> discarding_{};
  std::vector<Intent> intents_{};
  std::vector<PadAct> pad_acts_{};
  std::optional<HeardTake> heard_{};
  std::string compared_take_{};  ///< That was listened to before
  std::vector<AuditionAct> audition_acts_{};
};

}  // namespace dgx::ui
