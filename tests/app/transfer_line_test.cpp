// SPDX-License-Identifier: Apache-2.0
#include "generator/app/transfer_line.hpp"

#include "generator/model/store/byte_text.hpp"
#include "tests/support/catch.hpp"

using dgx::app::transfer_text;
using dgx::model::byte_text;
using dgx::model::TransferProgress;

TEST_CASE("Bytes are told as disks and hubs count them", "[app]") {
  CHECK(byte_text(0) == "0 bytes");
  CHECK(byte_text(999) == "999 bytes");
  CHECK(byte_text(1000) == "1.0 kB");
  CHECK(byte_text(791'656) == "792 kB");
  CHECK(byte_text(2'364'000'000) == "2.4 GB");
  CHECK(byte_text(99'949'999) == "99.9 MB");
  CHECK(byte_text(1'000'000'000'000) == "1.0 TB");
}

TEST_CASE("A transfer tells what it does, with how much and of how much", "[app]") {
  const TransferProgress half{TransferProgress::Phase::kFetching, "model.safetensors",
                              1'200'000'000, 2'400'000'000};
  CHECK(transfer_text(half, 100) == "fetching model.safetensors  1.2 GB of 2.4 GB  50 %");
  CHECK(transfer_text({TransferProgress::Phase::kChecking, "a\x1b[31m", 0, 0}, 100) ==
        "checking a\\x1b[31m  0 bytes of 0 bytes  100 %");
  CHECK(transfer_text(half, 21).size() <= 24);  // The ellipsis has three bytes.
}
