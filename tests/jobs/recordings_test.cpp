// SPDX-License-Identifier: Apache-2.0
#include "generator/jobs/recordings.hpp"

#include <fstream>

#include "tests/jobs/fake_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace fs = std::filesystem;
using namespace dgx;
using namespace dgx::test;

namespace {

struct Workshop {
  TempDir data{};
  TempDir music{};
  TempDir elsewhere{};
  history::HistoryStore store = open_store(data.path());
  jobs::OutputRules rules{data.path(), {music.path()}};

  Status resolve(const std::string& melody) {
    request.melody = melody;
    return jobs::resolve_recordings(request, store, rules);
  }
  protocol::GenerationRequest request{};
};

}  // namespace

TEST_CASE("A request without recordings stays as it is", "[recordings]") {
  Workshop shop;
  CHECK(jobs::resolve_recordings(shop.request, shop.store, shop.rules));
  CHECK(shop.request == protocol::GenerationRequest{});
}

TEST_CASE("A file beneath an allowed root is taken", "[recordings]") {
  Workshop shop;
  std::ofstream(shop.music / "hum.wav") << "RIFF";
  REQUIRE_OK(shop.resolve((shop.music / "hum.wav").string()));
  CHECK(shop.request.melody == (shop.music / "hum.wav").string());
}

TEST_CASE("A file that is not there, or lies elsewhere, is refused by the field's name",
          "[recordings]") {
  Workshop shop;
  const Status missing = shop.resolve((shop.music / "none.wav").string());
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().field == "melody");
  std::ofstream(shop.elsewhere / "hum.wav") << "RIFF";
  const Status outside = shop.resolve((shop.elsewhere / "hum.wav").string());
  REQUIRE_FALSE(outside);
  CHECK(outside.error().code == ErrorCode::kInvalidArgument);
  CHECK(outside.error().message.find("allowed_roots") != std::string::npos);
}

TEST_CASE("A link out of an allowed root leads nowhere", "[recordings]") {
  Workshop shop;
  std::ofstream(shop.elsewhere / "hum.wav") << "RIFF";
  fs::create_directory_symlink(shop.elsewhere.path(), shop.music / "link");
  CHECK_FALSE(shop.resolve((shop.music / "link/hum.wav").string()));
}

TEST_CASE("A word that is no take's id is refused", "[recordings]") {
  Workshop shop;
  const Status unknown = shop.resolve("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::kNotFound);
  CHECK(unknown.error().message.find("id of a finished take") != std::string::npos);
}
