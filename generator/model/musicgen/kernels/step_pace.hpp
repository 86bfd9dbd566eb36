// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dgx::musicgen {

/// How many threads a step should use on a machine that others use, too. Threads that wait for one
/// that the system has put aside are worse than one thread alone: a member who loses a fifth of
/// its time is reason enough to go on alone, and now and then the whole team is tried again.
///
/// Threads: one at a time.
class StepPace {
 public:
  explicit StepPace(int threads) : threads_(threads), members_(threads) {}

  /// Of the next step.
  [[nodiscard]] int members() const { return members_; }

  /// What the last step took, and for how much of that its first thread computed, in seconds.
  void took(double seconds, double computing) {
    if (threads_ == 1) return;
    ++steps_;
    if (members_ == threads_) {
      lost_ += seconds - computing;
      total_ += seconds;
      if (steps_ >= kTrial) judge();
    } else if (steps_ >= alone_for_) {
      begin(threads_);
    }
  }

 private:
  static constexpr int kTrial = 4;           // Steps
  static constexpr int kAloneAtFirst = 64;   // Steps
  static constexpr int kAloneAtMost = 1024;  // Steps
  static constexpr double kMostLost = 0.2;

  void judge() {
    const bool held_up = lost_ > kMostLost * total_;
    alone_for_ = held_up && tried_ ? (alone_for_ < kAloneAtMost ? 2 * alone_for_ : alone_for_)
                                   : kAloneAtFirst;
    tried_ = held_up;
    begin(held_up ? 1 : threads_);
  }
  void begin(int members) {
    members_ = members;
    steps_ = 0;
    lost_ = 0;
    total_ = 0;
  }

  int threads_;
  int members_;
  int steps_ = 0;
  int alone_for_ = kAloneAtFirst;
  bool tried_ = false;  ///< The last judgement was that somebody is held up
  double lost_ = 0;
  double total_ = 0;
};

}  // namespace dgx::musicgen
