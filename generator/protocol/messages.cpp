// SPDX-License-Identifier: Apache-2.0
#include "generator/protocol/messages.hpp"

#include <array>
#include <utility>

#include "generator/protocol/name_table.hpp"

namespace dgx::protocol {
namespace {

constexpr std::array<std::pair<JobStatus, std::string_view>, 5> kStatusNames = {{
    {JobStatus::kPending, "pending"},
    {JobStatus::kProcessing, "processing"},
    {JobStatus::kCompleted, "completed"},
    {JobStatus::kFailed, "failed"},
    {JobStatus::kCancelled, "cancelled"},
}};

constexpr std::array<std::pair<Phase, std::string_view>, 7> kPhaseNames = {{
    {Phase::kQueued, "queued"},
    {Phase::kLoading, "loading"},
    {Phase::kEncoding, "encoding"},
    {Phase::kGenerating, "generating"},
    {Phase::kDecoding, "decoding"},
    {Phase::kFitting, "fitting"},
    {Phase::kFinishing, "finishing"},
}};

}  // namespace

std::string_view to_string(JobStatus status) {
  return name_of(kStatusNames, status);
}

std::optional<JobStatus> parse_job_status(std::string_view name) {
  return value_of<JobStatus>(kStatusNames, name);
}

std::string_view to_string(Phase phase) {
  return name_of(kPhaseNames, phase);
}

std::optional<Phase> parse_phase(std::string_view name) {
  return value_of<Phase>(kPhaseNames, name);
}

}  // namespace dgx::protocol
