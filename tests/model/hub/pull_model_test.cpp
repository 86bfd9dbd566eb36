// SPDX-License-Identifier: Apache-2.0
#include "generator/model/hub/pull_model.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "generator/model/store/model_care.hpp"
#include "tests/model/store/store_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hub.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temp_dir.hpp"

using dgx::ErrorCode;
using dgx::Result;
using dgx::model::InstalledModel;
using dgx::model::PullOptions;
using dgx::model::TransferProgress;
using namespace dgx::test;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWeightBytes = 300'000;

void write_repository(const fs::path& folder) {
  write_model_folder(folder);
  write_bytes(
      folder / "model.safetensors",
      safetensors_bytes(R"({"a":{"dtype":"F32","shape":[75000],"data_offsets":[0,300000]}})",
                        data_of(kWeightBytes)));
  write_bytes(folder / "tokenizer.json", "{}");  // Not asked for
}

/// A repository, a hub that serves it in some mode, and an empty store.
struct Fixture {
  explicit Fixture(const std::string& mode_of_hub)
      : mode(mode_of_hub), hub((prepare(folder), folder / "hub"), mode, folder / "log") {}

  std::string mode;
  TempDir folder{};
  Hub hub;

  static void prepare(const TempDir& place) {
    write_repository(place / "hub");
    fs::create_directories(place / "data");
  }
  [[nodiscard]] PullOptions options() const {
    PullOptions options;
    options.data_folder = folder / "data";
    options.hub.base_url = hub.url();
    options.hub.first_pause = std::chrono::milliseconds(0);
    options.hub.attempts = mode == "stalls" ? 1 : 3;
    options.hub.stall_timeout = std::chrono::seconds(1);
    options.licence_accepted_at = "2026-01-02T03:04:05.000Z";
    return options;
  }
  [[nodiscard]] Result<InstalledModel> pull(const dgx::model::TransferSink& sink = {},
                                            const std::stop_token& stop = {}) const {
    return pull_with(options(), sink, stop);
  }
  static Result<InstalledModel> pull_with(const PullOptions& options,
                                          const dgx::model::TransferSink& sink = {},
                                          const std::stop_token& stop = {}) {
    return dgx::model::pull_model(*dgx::model::find_known_model("musicgen-small"), options, sink,
                                  stop);
  }
  /// What lies in the store, hidden folders too.
  [[nodiscard]] std::vector<std::string> stored() const {
    std::vector<std::string> names;
    if (!fs::exists(folder / "data/models")) return names;
    for (const auto& entry : fs::directory_iterator(folder / "data/models")) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
};

const std::string kUnfinished = ".pull-0123456789ab-musicgen-small";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("A model is fetched, checked and installed with its revision and digests", "[hub]") {
  const Fixture fixture("good");
  std::uint64_t most = 0;
  const auto installed = fixture.pull([&](const TransferProgress& progress) {
    if (progress.phase == TransferProgress::Phase::kFetching) most = progress.done_bytes;
    CHECK(progress.done_bytes <= progress.total_bytes);
  });
  REQUIRE_OK(installed);
  CHECK(fixture.stored() == std::vector<std::string>{"musicgen-small"});
  CHECK(installed->manifest.revision == "0123456789abcdef0123456789abcdef01234567");
  CHECK(installed->manifest.source == fixture.hub.url() + "/facebook/musicgen-small");
  CHECK(installed->manifest.licence == "CC-BY-NC-4.0");
  CHECK(installed->manifest.licence_accepted_at == "2026-01-02T03:04:05.000Z");
  REQUIRE(installed->manifest.files.size() == 3);
  CHECK(installed->manifest.files[1].name == "model.safetensors");
  CHECK(installed->manifest.files[1].sha256 ==
        dgx::sha256_of_file(fixture.folder / "hub/model.safetensors").value());
  CHECK(most > kWeightBytes);
  CHECK(dgx::model::verify_model(fixture.folder / "data", installed->id, {}, {}).has_value());
  // From the list on, everything is asked for at the commit that the list named.
  const std::string requests = fixture.hub.requests();
  CHECK(count(requests, "/facebook/musicgen-small/resolve/0123456789abcdef") == 3);
  CHECK(count(requests, "/resolve/") == 3);
}

TEST_CASE("A model that is installed already is not fetched again", "[hub]") {
  const Fixture fixture("good");
  REQUIRE_OK(fixture.pull());
  const std::size_t before = count(fixture.hub.requests(), "/resolve/");
  const auto again = fixture.pull();
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == ErrorCode::kConflict);
  CHECK_THAT(again.error().message, Catch::Contains("musicgen-small is installed already"));
  CHECK(count(fixture.hub.requests(), "/resolve/") == before);
}

TEST_CASE("A connection that drops is taken up where it broke off", "[hub]") {
  const Fixture fixture("drops-rarely");
  REQUIRE_OK(fixture.pull());
  CHECK_THAT(fixture.hub.requests(), Catch::Contains("bytes=100"));
}

TEST_CASE("Servers that ignore ranges or fail twice still give a whole model", "[hub]") {
  const auto mode =
      GENERATE("ignores-ranges", "fails-twice", "redirects", "redirects-relatively", "evil-names");
  INFO(mode);
  const Fixture fixture(mode);
  const auto installed = fixture.pull();
  REQUIRE_OK(installed);
  CHECK(fixture.stored() == std::vector<std::string>{"musicgen-small"});
  CHECK(installed->manifest.files.size() == 3);
  CHECK_FALSE(fs::exists(fixture.folder / "data/models/evil.safetensors"));
}

TEST_CASE("A repository without a tokenizer gets that of T5", "[hub]") {
  const Fixture fixture("lacks-tokenizer");
  const auto installed = fixture.pull();
  REQUIRE_OK(installed);
  CHECK(count(fixture.hub.requests(), "/google-t5/t5-base/resolve/") == 1);
  REQUIRE(installed->manifest.files.size() == 3);
  CHECK(installed->manifest.files[2].name == "spiece.model");
}

TEST_CASE("Each misbehaviour is told in its own words, and nothing is installed", "[hub]") {
  struct Case {
    const char* mode;
    ErrorCode code;
    const char* words;
  };
  const auto [mode, code, words] = GENERATE(
      Case{"listing-404", ErrorCode::kNotFound, "answered 404"},
      Case{"listing-403", ErrorCode::kUnavailable, "answered 403"},
      Case{"listing-not-json", ErrorCode::kCorrupt, "list of files is not readable as JSON"},
      Case{"listing-list", ErrorCode::kCorrupt, "must name a commit"},
      Case{"listing-endless", ErrorCode::kCorrupt, "may have 8000000 bytes, got more"},
      Case{"no-commit", ErrorCode::kCorrupt, "must name a commit of 40 hexadecimal digits"},
      Case{"no-hash", ErrorCode::kCorrupt, "no SHA-256 for model.safetensors"},
      Case{"huge-size", ErrorCode::kCorrupt, "sizes of 0 to 1000000000000 bytes"},
      Case{"pickles-only", ErrorCode::kInvalidArgument, "Python pickles are never opened"},
      Case{"missing", ErrorCode::kNotFound, "answered 404"},
      Case{"fails-500", ErrorCode::kUnavailable, "answered 500"},
      Case{"drops-always", ErrorCode::kUnavailable, "cannot fetch"},
      Case{"lies-about-hash", ErrorCode::kCorrupt, "SHA-256 0000"},
      Case{"lies-about-size", ErrorCode::kCorrupt, "holds fewer bytes than the hub's list"},
      Case{"endless", ErrorCode::kCorrupt, "and the hub sends more"},
      Case{"redirects-away", ErrorCode::kUnavailable, "http://example.com/"},
      Case{"redirects-to-file", ErrorCode::kUnavailable, "file:///etc/passwd"},
      Case{"redirects-to-ftp", ErrorCode::kUnavailable, "ftp://127.0.0.1/"},
      Case{"redirects-for-ever", ErrorCode::kUnavailable, "redirects more than 5 times"},
      Case{"wrong-range", ErrorCode::kCorrupt, "and the hub sends it from 100"},
      Case{"stalls", ErrorCode::kUnavailable, "cannot fetch"});
  INFO(mode);
  const Fixture fixture(mode);
  const auto installed = fixture.pull();
  REQUIRE_FALSE(installed.has_value());
  INFO(installed.error().message);
  CHECK(static_cast<int>(installed.error().code) == static_cast<int>(code));
  CHECK_THAT(installed.error().message, Catch::Contains(words));
  for (const std::string& name : fixture.stored()) CHECK(name == kUnfinished);
}

TEST_CASE("What was fetched before a failure is kept, told, and gone on from", "[hub]") {
  const Fixture fixture("drops-always");
  const auto failed = fixture.pull();
  REQUIRE_FALSE(failed.has_value());
  CHECK_THAT(failed.error().message, Catch::Contains("are kept, and pulling again goes on"));
  CHECK(fixture.stored() == std::vector<std::string>{kUnfinished});

  const Hub better(fixture.folder / "hub", "good", fixture.folder / "log2");
  PullOptions options = fixture.options();
  options.hub.base_url = better.url();
  REQUIRE_OK(Fixture::pull_with(options));
  CHECK_THAT(better.requests(), Catch::Contains("bytes=100"));
  CHECK(count(better.requests(), "config.json") == 0);
  CHECK(fixture.stored() == std::vector<std::string>{"musicgen-small"});
}

TEST_CASE("A kept part that is wrong is found by its digest, and the next pull is right", "[hub]") {
  const Fixture fixture("good");
  fs::create_directories(fixture.folder / "data/models" / kUnfinished);
  const fs::path part = fixture.folder / "data/models" / kUnfinished / "model.safetensors.part";
  write_bytes(part, std::string(1000, 'x'));
  const auto wrong = fixture.pull();
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().code == ErrorCode::kCorrupt);
  CHECK_FALSE(fs::exists(part));
  CHECK(fixture.pull().has_value());
}

TEST_CASE("An interrupt keeps what has come, and says so", "[hub]") {
  const Fixture fixture("good");
  std::stop_source stop;
  const auto installed = fixture.pull(
      [&stop](const TransferProgress& progress) {
        if (progress.file == "model.safetensors") stop.request_stop();
      },
      stop.get_token());
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kCancelled);
  CHECK_THAT(installed.error().message, Catch::Contains("are kept"));
  CHECK(fixture.stored() == std::vector<std::string>{kUnfinished});
  REQUIRE_OK(fixture.pull());
  CHECK(fixture.stored() == std::vector<std::string>{"musicgen-small"});
}

TEST_CASE("What a pull left can be removed by the model's name", "[hub]") {
  const Fixture fixture("drops-always");
  REQUIRE_FALSE(fixture.pull().has_value());
  const auto id = *dgx::model::ModelId::parse("musicgen-small");
  CHECK(dgx::model::remove_model(fixture.folder / "data", id).has_value());
  CHECK(fixture.stored().empty());
  CHECK(dgx::model::remove_model(fixture.folder / "data", id).error().code == ErrorCode::kNotFound);
}

TEST_CASE("Files that are no model are not installed, whatever their digests", "[hub]") {
  const TempDir folder;
  write_repository(folder / "hub");
  write_bytes(folder / "hub/model.safetensors", "not safetensors at all");
  const Hub hub(folder / "hub", "good", folder / "log");
  PullOptions options;
  options.data_folder = folder / "data";
  options.hub.base_url = hub.url();
  const auto installed = Fixture::pull_with(options);
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kCorrupt);
  CHECK_THAT(installed.error().message, Catch::Contains("is not a safetensors file"));
  CHECK(dgx::model::list_installed_models(options.data_folder)->models.empty());
}

TEST_CASE("A full disk is told before fetching, with both numbers", "[hub]") {
  const Fixture fixture("good");
  const SmallDisk disk(fixture.folder / "small", "200k");
  if (!disk.mounted()) {
    WARN("only root can mount a small disk");
    return;
  }
  PullOptions options = fixture.options();
  options.data_folder = fixture.folder / "small";
  const auto installed = Fixture::pull_with(options);
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kDiskFull);
  CHECK_THAT(installed.error().message, Catch::Contains("musicgen-small needs 1."));
  CHECK(count(fixture.hub.requests(), "/resolve/") == 0);
  CHECK(fs::is_empty(fixture.folder / "small/models"));
}

TEST_CASE("An address that is no hub's is refused before anything is asked", "[hub]") {
  const auto url =
      GENERATE("http://huggingface.co", "ftp://127.0.0.1", "file:///etc", "huggingface", "",
               "https://user:secret@huggingface.co", "https://a.example/?x=1",
               "http://127.0.0.1.example.com", "http://localhost.example");
  INFO(url);
  dgx::model::HubOptions options;
  options.base_url = url;
  const auto hub = dgx::model::HubConnection::open(options);
  REQUIRE_FALSE(hub.has_value());
  CHECK(hub.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("A hub on https is never left for plain http", "[hub]") {
  const auto hub = dgx::model::HubUrl::parse("https://huggingface.co/");
  REQUIRE_OK(hub);
  CHECK(hub->text() == "https://huggingface.co");
  CHECK(hub->check_redirect("https://cdn.example/file?key=1").has_value());
  for (const char* target : {"http://huggingface.co/file", "http://127.0.0.1/file", "ftp://a/b",
                             "file:///etc/passwd", "gopher://a", "javascript:alert(1)", ""}) {
    INFO(target);
    CHECK_FALSE(hub->check_redirect(target).has_value());
  }
}

TEST_CASE("A machine that cannot be reached is told at once", "[hub]") {
  const TempDir folder;
  PullOptions options;
  options.data_folder = folder.path();
  options.hub.base_url = "http://127.0.0.1:1";  // A port that nobody listens on
  const auto installed = Fixture::pull_with(options);
  REQUIRE_FALSE(installed.has_value());
  CHECK(installed.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(installed.error().message, Catch::Contains("cannot fetch http://127.0.0.1:1/"));
}
