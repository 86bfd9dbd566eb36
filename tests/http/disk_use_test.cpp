// SPDX-License-Identifier: Apache-2.0
// What takes use of the disk, and moving what nobody kept to the trash.
#include <filesystem>

#include "generator/protocol/codec.hpp"
#include "generator/protocol/disk_use.hpp"
#include "tests/http/http_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace dgx;
using namespace dgx::test;
namespace fs = std::filesystem;

namespace {

protocol::Take new_take(const TestService& service) {
  const std::string job = service.completed_job("a plain tone");
  const std::string id = text_field(service.call("GET", "/api/v1/jobs/" + job).body, "take_id");
  const auto take = protocol::decode_take(service.call("GET", "/api/v1/takes/" + id).body);
  REQUIRE_OK(take);
  return *take;
}

template <typename Message>
Message answer_to(const HttpReply& reply) {
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  const auto message = protocol::decode<Message>(reply.body);
  REQUIRE_OK(message);
  return *message;
}

std::int64_t size_of(const protocol::Take& take) {
  return static_cast<std::int64_t>(fs::file_size(take.file_path));
}

protocol::DiskUse disk_use(const TestService& service, const std::string& query = "") {
  return answer_to<protocol::DiskUse>(service.call("GET", "/api/v1/disk-use" + query));
}

protocol::Discarded discard(const TestService& service, const std::string& body = "{}") {
  return answer_to<protocol::Discarded>(service.call("POST", "/api/v1/discard", body));
}

}  // namespace

TEST_CASE("What nobody kept goes to the trash, and comes back", "[http]") {
  const TestService service;
  const auto reject = new_take(service);
  const auto held = new_take(service);
  const auto liked = new_take(service);
  CHECK(service.call("PATCH", "/api/v1/takes/" + liked.id, R"({"favourite":true})").status == 200);
  const auto before = disk_use(service, "?keep=" + held.id);
  CHECK(before.takes == 3);
  CHECK(before.bytes == size_of(reject) + size_of(held) + size_of(liked));
  CHECK(before.rejects == 1);
  CHECK(before.reject_bytes == size_of(reject));
  CHECK(disk_use(service).rejects == 2);

  const auto gone = discard(service, R"({"keep":[")" + held.id + "\"]}");
  CHECK(gone.take_ids == std::vector<std::string>{reject.id});
  CHECK(gone.bytes == before.reject_bytes);
  CHECK(gone.left == 0);
  CHECK_FALSE(gone.problem);
  const fs::path wav = reject.file_path;
  CHECK_FALSE(fs::exists(wav));
  CHECK(fs::exists(wav.parent_path() / ".trash" / wav.filename()));
  CHECK(fs::exists(held.file_path));
  CHECK(fs::exists(liked.file_path));
  CHECK(disk_use(service).takes == 2);
  CHECK(discard(service, R"({"keep":[")" + held.id + "\"]}").take_ids.empty());

  CHECK(service.call("POST", "/api/v1/takes/" + reject.id + "/restore").status == 200);
  CHECK(fs::exists(wav));
  CHECK(disk_use(service).rejects == 2);
}

TEST_CASE("A discard that cannot move a take's files says so, and what it did", "[http]") {
  const TestService service;
  const auto first = new_take(service);
  const auto second = new_take(service);
  const fs::path folder = fs::path(first.file_path).parent_path();
  fs::rename(folder, folder.string() + "-away");
  const auto stopped = discard(service);
  CHECK(stopped.take_ids == std::vector<std::string>{first.id});
  REQUIRE(stopped.problem);
  CHECK_THAT(*stopped.problem, Catch::Contains(folder.string()));
  CHECK(stopped.left == 1);
  fs::rename(folder.string() + "-away", folder);
  CHECK(service.call("POST", "/api/v1/takes/" + first.id + "/restore").status == 200);
  CHECK(fs::exists(first.file_path));
  CHECK(disk_use(service).rejects == 2);
}

TEST_CASE("Ids that no take can have are refused by their field", "[http]") {
  const TestService service;
  const auto is_refused = [&](const HttpReply& reply) {
    return reply.status == 422 && text_field(reply.body, "field") == "keep";
  };
  std::string many = "a";
  for (int i = 0; i < 24; ++i) many += ",a";
  CHECK(is_refused(service.call("GET", "/api/v1/disk-use?keep=" + many)));
  CHECK(is_refused(service.call("GET", "/api/v1/disk-use?keep=a,,b")));
  CHECK(is_refused(service.call("POST", "/api/v1/discard", R"({"keep":[""]})")));
  CHECK(service.call("POST", "/api/v1/discard", R"({"keep":)").status == 400);
  CHECK(service.call("POST", "/api/v1/discard", R"({"rejects":true})").status == 422);
  CHECK(service.call("GET", "/api/v1/discard").status == 405);
  CHECK(disk_use(service).takes == 0);
}
