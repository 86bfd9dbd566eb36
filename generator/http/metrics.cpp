// SPDX-License-Identifier: Apache-2.0
#include "generator/http/metrics.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace dgx::http {
namespace {

class Text {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "dgx_music_" + std::string(name);
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " +
             std::string(type) + "\n";
  }
  void value(std::int64_t number, const std::string& labels = "") {
    text_ += name_ + labels + " " + std::to_string(number) + "\n";
  }
  void one(std::string_view name, std::string_view type, std::string_view help,
           std::int64_t number) {
    begin(name, type, help);
    value(number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_{};
  std::string text_{};
};

}  // namespace

std::string metrics_text(const protocol::Health& health, const history::JobCounts& jobs,
                         const Counters& counters) {
  Text text;
  text.begin("jobs", "gauge", "Jobs in the database by status.");
  for (const auto& [status, count] :
       std::vector<std::pair<const char*, std::int64_t>>{{"pending", jobs.pending},
                                                         {"processing", jobs.processing},
                                                         {"completed", jobs.completed},
                                                         {"failed", jobs.failed},
                                                         {"cancelled", jobs.cancelled}}) {
    text.value(count, std::string("{status=\"") + status + "\"}");
  }
  text.one("engine_running", "gauge", "1 while the engine process runs.",
           health.engine.status == "ok" ? 1 : 0);
  text.one("gpu_held", "gauge", "1 while the GPU is kept free because a host plays.",
           health.gpu.status == "held" ? 1 : 0);
  text.one("disk_free_bytes", "gauge", "Room where takes go.", health.disk.free_bytes);
  text.one("uptime_seconds", "gauge", "Since the service began.",
           static_cast<std::int64_t>(health.uptime_seconds));
  text.one("connections", "gauge", "Open connections, without event streams.",
           counters.connections);
  text.one("event_streams", "gauge", "Open event streams.", counters.event_streams);
  text.begin("http_answers_total", "counter", "Answers by class of status.");
  for (std::size_t digit = 2; digit <= 5; ++digit) {
    text.value(counters.answers[digit], "{class=\"" + std::to_string(digit) + "xx\"}");
  }
  text.one("refused_connections_total", "counter", "Connections beyond the limit.",
           counters.refused_connections);
  text.one("timed_out_connections_total", "counter", "Connections that were too slow.",
           counters.timed_out_connections);
  return text.take();
}

}  // namespace dgx::http
