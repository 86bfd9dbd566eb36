// SPDX-License-Identifier: Apache-2.0
#include "generator/model/store/import_model.hpp"

#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "generator/base/directory.hpp"
#include "generator/model/store/machine_fit.hpp"
#include "generator/model/store/model_care.hpp"
#include "generator/model/store/model_files.hpp"
#include "tests/model/store/store_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::model::ImportOptions;
using dgx::model::InstalledModel;
using dgx::model::ModelId;
using namespace dgx::test;

namespace {

namespace fs = std::filesystem;

struct Fixture {
  TempDir folder{};
  fs::path source = folder / "source";
  fs::path data = folder / "data";

  Fixture() { write_model_folder(source); }

  [[nodiscard]] ImportOptions options(const std::string& id = "mine") const {
    return {data, source, *ModelId::parse(id), false, "CC-BY-NC-4.0", "2026-01-02T03:04:05.000Z"};
  }
  [[nodiscard]] dgx::Result<InstalledModel> import() const {
    return dgx::model::import_model(options(), {}, {});
  }
  [[nodiscard]] bool store_is_empty() const {
    return !fs::exists(data / "models") || fs::is_empty(data / "models");
  }
};

ModelId mine() {
  return *ModelId::parse("mine");
}

ino_t inode(const fs::path& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_ino;
}

}  // namespace

TEST_CASE("A folder is imported as copies, with digests and licence", "[store]") {
  const Fixture fixture;
  write_bytes(fixture.source / "README.md", "not a part");
  write_bytes(fixture.source / "pytorch_model.bin", "a pickle");
  const auto installed = fixture.import();
  REQUIRE_OK(installed);
  CHECK(installed->folder == fixture.data / "models/mine");
  CHECK(installed->manifest.source == fixture.source.string());
  CHECK(installed->manifest.licence_accepted_at == "2026-01-02T03:04:05.000Z");
  CHECK(installed->manifest.revision.empty());
  REQUIRE(installed->manifest.files.size() == 3);
  CHECK(inode(installed->folder / "config.json") != inode(fixture.source / "config.json"));
  CHECK(fs::exists(fixture.source / "config.json"));
  CHECK_FALSE(fs::exists(installed->folder / "pytorch_model.bin"));
  CHECK(dgx::model::verify_model(fixture.data, mine(), {}, {}).has_value());
}

TEST_CASE("With links, the disk holds one copy", "[store]") {
  const Fixture fixture;
  ImportOptions options = fixture.options();
  options.link = true;
  const auto installed = dgx::model::import_model(options, {}, {});
  REQUIRE_OK(installed);
  CHECK(inode(installed->folder / "model.safetensors") ==
        inode(fixture.source / "model.safetensors"));
}

TEST_CASE("Files of a download cache, which are links, are imported as files", "[store]") {
  const Fixture fixture;
  fs::create_directories(fixture.folder / "blobs");
  for (const char* name : {"config.json", "model.safetensors", "spiece.model"}) {
    fs::rename(fixture.source / name, fixture.folder / "blobs" / name);
    fs::create_symlink(fs::path("../blobs") / name, fixture.source / name);
  }
  const bool link = GENERATE(false, true);
  ImportOptions options = fixture.options();
  options.link = link;
  const auto installed = dgx::model::import_model(options, {}, {});
  REQUIRE_OK(installed);
  CHECK(fs::is_regular_file(fs::symlink_status(installed->folder / "config.json")));
}

TEST_CASE("A folder that is no model is refused, and nothing is left", "[store]") {
  struct Case {
    const char* file;
    const char* content;  ///< nullptr removes it
    const char* words;
  };
  const auto [file, content, words] =
      GENERATE(Case{"config.json", nullptr, "lacks config.json"},
               Case{"spiece.model", nullptr, "lacks spiece.model"},
               Case{"model.safetensors", nullptr, "holds neither model.safetensors nor"},
               Case{"config.json", R"({"model_type":"bark"})", "got \"bark\""},
               Case{"config.json", "{", "not readable as JSON"},
               Case{"spiece.model", "x", "is not a tokenizer"},
               Case{"model.safetensors", "x", "is not a safetensors file"},
               Case{"generation_config.json", R"({"top_k":-1})", "top_k must be"});
  INFO(file);
  const Fixture fixture;
  if (content == nullptr) {
    fs::remove(fixture.source / file);
  } else {
    write_bytes(fixture.source / file, content);
  }
  const auto installed = fixture.import();
  REQUIRE_FALSE(installed.has_value());
  CHECK_THAT(installed.error().message,
             Catch::Contains(words) && Catch::Contains(fixture.source.string()));
  CHECK(fixture.store_is_empty());
}

TEST_CASE("Pickles alone are refused with the way to safetensors", "[store]") {
  const Fixture fixture;
  fs::rename(fixture.source / "model.safetensors", fixture.source / "pytorch_model.bin");
  const auto installed = fixture.import();
  REQUIRE_FALSE(installed.has_value());
  CHECK_THAT(installed.error().message, Catch::Contains("safe_serialization=True"));
}

TEST_CASE("A name that is taken is refused", "[store]") {
  const Fixture fixture;
  REQUIRE_OK(fixture.import());
  const auto again = fixture.import();
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::kConflict);
}

TEST_CASE("Two programs do not install the same model at once", "[store]") {
  const Fixture fixture;
  fs::create_directories(fixture.data / "models/.import-mine");
  const auto other = dgx::Directory::open(fixture.data / "models/.import-mine");
  REQUIRE_OK(other);
  REQUIRE(::flock(other->fd(), LOCK_EX) == 0);
  const auto installed = fixture.import();
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(installed.error().message, Catch::Contains("another program is installing mine"));
}

TEST_CASE("What an import that died has left is not taken over", "[store]") {
  const Fixture fixture;
  fs::create_directories(fixture.data / "models/.import-mine");
  write_bytes(fixture.data / "models/.import-mine/config.json", "half");
  const auto installed = fixture.import();
  REQUIRE_OK(installed);
  CHECK(dgx::model::verify_model(fixture.data, mine(), {}, {}).has_value());
}

TEST_CASE("An interrupted import leaves nothing", "[store]") {
  const Fixture fixture;
  std::stop_source stop;
  stop.request_stop();
  const auto installed = dgx::model::import_model(fixture.options(), {}, stop.get_token());
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kCancelled);
  CHECK(fixture.store_is_empty());
}

TEST_CASE("A disk without room is told before copying, with both numbers", "[store]") {
  const Fixture fixture;
  write_bytes(
      fixture.source / "model.safetensors",
      safetensors_bytes(R"({"a":{"dtype":"F32","shape":[75000],"data_offsets":[0,300000]}})",
                        data_of(300'000)));
  const SmallDisk disk(fixture.folder / "small", "200k");
  if (!disk.mounted()) {
    WARN("only root can mount a small disk");
    return;
  }
  ImportOptions options = fixture.options();
  options.data_folder = fixture.folder / "small";
  const auto installed = dgx::model::import_model(options, {}, {});
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kDiskFull);
  CHECK(fs::is_empty(fixture.folder / "small/models"));
}

TEST_CASE("Verifying tells what is no longer as it was installed", "[store]") {
  const Fixture fixture;
  REQUIRE_OK(fixture.import());
  const fs::path weights = fixture.data / "models/mine/model.safetensors";
  const auto refusal = [&] {
    const auto verified = dgx::model::verify_model(fixture.data, mine(), {}, {});
    REQUIRE_FALSE(verified.has_value());
    return verified.error().message;
  };
  std::string bytes = one_tensor_file();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_bytes(weights, bytes);
  CHECK_THAT(refusal(), Catch::Contains("model.safetensors must have the SHA-256"));
  write_bytes(weights, bytes + "x");
  CHECK_THAT(refusal(), Catch::Contains("as when it was installed, got"));
  fs::remove(weights);
  CHECK_THAT(refusal(), Catch::Contains("model.safetensors"));
  write_bytes(weights, one_tensor_file());
  CHECK(dgx::model::verify_model(fixture.data, mine(), {}, {}).has_value());
  write_bytes(fixture.data / "models/mine/extra.json", "{}");
  CHECK_THAT(refusal(), Catch::Contains("extra.json, which was not installed"));
}

TEST_CASE("A removed model is gone, and others stay", "[store]") {
  const Fixture fixture;
  REQUIRE_OK(fixture.import());
  REQUIRE_OK(dgx::model::import_model(fixture.options("other"), {}, {}));
  fs::create_directories(fixture.data / "models/.removed-before");
  write_bytes(fixture.data / "models/.removed-before/config.json", "left by a program that died");
  CHECK(dgx::model::remove_model(fixture.data, mine()).has_value());
  CHECK_FALSE(fs::exists(fixture.data / "models/mine"));
  CHECK_FALSE(fs::exists(fixture.data / "models/.removed-before"));
  CHECK(dgx::model::verify_model(fixture.data, *ModelId::parse("other"), {}, {}).has_value());
  CHECK(fs::exists(fixture.source / "model.safetensors"));
  CHECK(dgx::model::remove_model(fixture.data, mine()).error().code == ErrorCode::kNotFound);
}

TEST_CASE("A model's folder with somebody's own file in it is not removed", "[store]") {
  const Fixture fixture;
  REQUIRE_OK(fixture.import());
  write_bytes(fixture.data / "models/mine/notes.txt", "mine");
  const auto removed = dgx::model::remove_model(fixture.data, mine());
  REQUIRE_FALSE(removed.has_value());
  CHECK(removed.error().code == ErrorCode::kConflict);
  CHECK_THAT(removed.error().message, Catch::Contains("holds notes.txt"));
  fs::remove(fixture.data / "models/mine/notes.txt");
  CHECK(dgx::model::verify_model(fixture.data, mine(), {}, {}).has_value());
}

TEST_CASE("Of a folder only what makes up a model is selected", "[store]") {
  using dgx::model::select_model_files;
  using Names = std::vector<std::string>;
  CHECK(select_model_files({"spiece.model", "config.json", "x.json", "model.safetensors",
                            "model-00001-of-00002.safetensors", "model.safetensors.index.json"}) ==
        Names{"config.json", "model.safetensors", "spiece.model"});
  CHECK(select_model_files({"model-00002-of-00002.safetensors", "model.safetensors.index.json",
                            "model-1-of-2.safetensors", "../model-00001-of-00002.safetensors",
                            "other.safetensors", "pytorch_model.bin"}) ==
        Names{"model-00002-of-00002.safetensors", "model.safetensors.index.json"});
}

TEST_CASE("What a machine has is measured, and bounds the speed", "[store]") {
  CHECK(dgx::model::least_seconds_per_second(360'000'000, 18'000'000'000U) == Approx(1.0));
  const auto available = dgx::model::memory_available();
  REQUIRE_OK(available);
  CHECK(*available > 0);
  CHECK(dgx::model::measure_read_bandwidth() > 0);
}

TEST_CASE("A model that needs more memory than the machine has is refused with both", "[store]") {
  CHECK(dgx::model::require_memory("musicgen-small", 3'455'396'864U, 3'455'396'864U));
  const auto refused =
      dgx::model::require_memory("musicgen-large", 16'600'000'000U, 8'000'000'000U);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == dgx::ErrorCode::kOutOfMemory);
  CHECK(refused.error().message ==
        "musicgen-large needs 16.6 GB of memory, and this machine has 8.0 GB");
  const auto machine = dgx::model::memory_of_machine();
  REQUIRE_OK(machine);
  CHECK(*machine >= *dgx::model::memory_available());
}
