// SPDX-License-Identifier: Apache-2.0
#include "generator/engine/engine_server.hpp"

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "generator/base/socket_io.hpp"
#include "tests/fake_engine/fake_model.hpp"
#include "tests/support/catch.hpp"

using namespace dgx::protocol;
using namespace std::chrono_literals;

namespace {

/// Tells when it is freed.
class MortalModel final : public dgx::test::FakeModel {
 public:
  explicit MortalModel(std::promise<void> freed) : freed_(std::move(freed)) {}
  ~MortalModel() override { freed_.set_value(); }

 private:
  std::promise<void> freed_;
};

dgx::model::ModelRegistry fake_registry() {
  dgx::model::ModelRegistry registry;
  registry.add("fake", [] {
    return dgx::Result<std::unique_ptr<dgx::model::MusicModel>>(
        std::make_unique<dgx::test::FakeModel>());
  });
  return registry;
}

/// A server on a thread of its own, and the service's end of its socket.
class Session {
 public:
  explicit Session(dgx::model::ModelRegistry registry = fake_registry(),
                   std::chrono::milliseconds unload_after = 0ms) {
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    ours_.reset(pair[0]);
    thread_ = std::thread([this, unload_after, fd = pair[1],
                           models = std::move(registry)]() mutable {
      dgx::engine::EngineServer server(dgx::UniqueFd(fd), std::move(models), "test", unload_after);
      served_ = server.run();
    });
  }
  ~Session() { static_cast<void>(close()); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Closes our end and gives what run() gave.
  dgx::Status close() {
    ours_.reset();
    if (thread_.joinable()) thread_.join();
    return served_;
  }
  void send(const EngineMessage& message) { send_bytes(encode_frame(JsonFrame{encode(message)})); }
  void send_bytes(const std::vector<std::byte>& bytes) {
    REQUIRE_OK(dgx::send_all(ours_.get(), bytes, std::chrono::steady_clock::now() + 5s));
  }
  EngineFrame next_frame() {
    for (;;) {
      auto frame = reader_.next();
      REQUIRE_OK(frame);
      if (*frame) return **frame;
      std::array<std::byte, 65536> buffer{};
      const auto count = dgx::receive_some(ours_.get(), buffer);
      REQUIRE_OK(count);
      REQUIRE(*count > 0);
      reader_.append(std::span(buffer).first(*count));
    }
  }
  /// The next message of that type; audio, progress and heartbeats before it are passed over.
  template <typename Message>
  Message expect() {
    for (;;) {
      const auto frame = next_frame();
      const auto* json = std::get_if<JsonFrame>(&frame);
      if (json == nullptr) continue;
      const auto message = decode_engine_message(json->json);
      REQUIRE_OK(message);
      if (const auto* wanted = std::get_if<Message>(&*message)) return *wanted;
      const bool passing = std::holds_alternative<ProgressMessage>(*message) ||
                           std::holds_alternative<TakeMessage>(*message) ||
                           std::holds_alternative<HeartbeatMessage>(*message);
      CAPTURE(json->json);
      REQUIRE(passing);
    }
  }

 private:
  dgx::UniqueFd ours_;
  FrameReader reader_;
  dgx::Status served_ = dgx::ok();
  std::thread thread_;
};

GenerateMessage job(const std::string& id, const std::string& prompt) {
  GenerateMessage message;
  message.job_id = id;
  message.request.prompt = prompt;
  message.request.model = "fake";
  message.request.seed = 1;
  return message;
}

}  // namespace

TEST_CASE("The engine says hello first, with its protocol's version", "[engine]") {
  Session session;
  const auto hello = session.expect<HelloMessage>();
  CHECK(hello.version == kEngineProtocolVersion);
  CHECK(hello.program_version == "test");
  CHECK(session.close().has_value());
}

TEST_CASE("Load, generate and unload are each answered with done", "[engine]") {
  Session session;
  session.expect<HelloMessage>();
  session.send(LoadMessage{"fake"});
  CHECK(session.expect<DoneMessage>().model.identity.id == "fake");
  session.send(job("a", "plain tone"));
  CHECK(session.expect<DoneMessage>().model.identity.id == "fake");
  session.send(UnloadMessage{});
  session.expect<DoneMessage>();
  session.send(LoadMessage{"nothing"});
  CHECK(session.expect<FailedMessage>().error.code == dgx::ErrorCode::kNotFound);
}

TEST_CASE("A request is checked without being rendered", "[engine]") {
  Session session;
  session.expect<HelloMessage>();
  session.send(CheckMessage{job("a", "plain tone").request});
  session.expect<DoneMessage>();
  session.send(CheckMessage{job("a", "refuse this").request});
  CHECK(session.expect<FailedMessage>().error.field == "prompt");
}

TEST_CASE("Heartbeats come while a model works and while none does", "[engine]") {
  Session session;
  session.expect<HelloMessage>();
  session.expect<HeartbeatMessage>();
  session.send(job("a", "slow model"));
  session.expect<ProgressMessage>();
  session.expect<HeartbeatMessage>();
  session.send(CancelMessage{"a"});
  CHECK(session.expect<FailedMessage>().error.code == dgx::ErrorCode::kCancelled);
}

TEST_CASE("A cancel is for its own job alone", "[engine]") {
  Session session;
  session.expect<HelloMessage>();
  session.send(CancelMessage{"before any job"});
  session.send(job("a", "slow model"));
  session.expect<ProgressMessage>();
  session.send(job("b", "slow model"));
  session.send(CancelMessage{"b"});  // Still waiting: it never begins.
  session.send(CancelMessage{"c"});
  session.send(CancelMessage{"a"});
  CHECK(session.expect<FailedMessage>().error.code == dgx::ErrorCode::kCancelled);
  session.send(job("d", "plain tone"));
  session.expect<DoneMessage>();
}

TEST_CASE("When the service goes, the job being rendered stops", "[engine]") {
  Session session;
  session.expect<HelloMessage>();
  session.send(job("a", "slow model"));
  session.expect<ProgressMessage>();
  CHECK(session.close().has_value());  // Joins the render thread, so this would hang.
}

TEST_CASE("A damaged stream or a message of the wrong direction ends the engine", "[engine]") {
  {
    Session session;
    session.expect<HelloMessage>();
    session.send_bytes(std::vector<std::byte>(16, std::byte{0xFF}));
    CHECK(session.close().error().code == dgx::ErrorCode::kCorrupt);
  }
  {
    Session session;
    session.expect<HelloMessage>();
    session.send_bytes(encode_frame(AudioFrame{0, 0, 1, 48000, {0.0F}}));
    CHECK(session.close().error().code == dgx::ErrorCode::kCorrupt);
  }
  {
    Session session;
    session.expect<HelloMessage>();
    session.send(HeartbeatMessage{});
    CHECK(session.expect<FailedMessage>().error.code == dgx::ErrorCode::kInternal);
  }
}

TEST_CASE("A model is freed after the set time without a command, and made again when it is needed",
          "[engine]") {
  int made = 0;
  std::promise<void> freed;
  std::future<void> gone = freed.get_future();
  dgx::model::ModelRegistry registry;
  registry.add("fake", [&]() -> dgx::Result<std::unique_ptr<dgx::model::MusicModel>> {
    if (++made == 1) return {std::make_unique<MortalModel>(std::move(freed))};
    return {std::make_unique<dgx::test::FakeModel>()};
  });
  Session session(std::move(registry), 20ms);
  session.expect<HelloMessage>();
  session.send(LoadMessage{"fake"});
  session.expect<DoneMessage>();
  CHECK(gone.wait_for(5s) == std::future_status::ready);
  session.send(job("a", "plain tone"));
  CHECK(session.expect<DoneMessage>().model.identity.id == "fake");
  CHECK(session.close().has_value());
  CHECK(made == 2);
}
