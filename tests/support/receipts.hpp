// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "generator/protocol/messages.hpp"

namespace dgx::test {

/// What a take of the sketch model tells of itself, with no more than it has to.
inline protocol::Receipt receipt_of_sketch(const std::string& take_id) {
  protocol::Receipt receipt;
  receipt.take_id = take_id;
  receipt.job_id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  receipt.prompt = "a plain tone";
  receipt.request.prompt = receipt.prompt;
  receipt.model.id = "sketch";
  return receipt;
}

}  // namespace dgx::test
