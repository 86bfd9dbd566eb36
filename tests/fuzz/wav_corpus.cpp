// SPDX-License-Identifier: Apache-2.0
// wav_corpus FOLDER: writes one small file a format, channel count and set of chunks, so that the
// fuzzer starts from files that the reader accepts and the repository holds no binaries.
#include <fcntl.h>

#include <cstdio>
#include <string>

#include "generator/audio/wav_writer.hpp"
#include "generator/base/unique_fd.hpp"

namespace {

bool write_seed(const std::string& path, dgx::SampleFormat format, int channels, bool decorated) {
  dgx::WavMetadata metadata;
  if (decorated) {
    metadata.originator_reference = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    metadata.ixml = "<BWFXML/>";
    metadata.bpm = 84.0;
    metadata.loops = true;
  }
  const dgx::AudioClip clip{48000, channels, {0.1F, -0.2F, 0.3F, -0.4F}};
  const dgx::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    std::perror(path.c_str());
    return false;
  }
  const dgx::Status status = dgx::write_wav(fd.get(), clip, format, metadata, 1);
  if (!status) std::fprintf(stderr, "%s: %s\n", path.c_str(), status.error().message.c_str());
  return status.has_value();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: wav_reader_corpus FOLDER\n");
    return 2;
  }
  int number = 0;
  for (const auto format :
       {dgx::SampleFormat::kPcm16, dgx::SampleFormat::kPcm24, dgx::SampleFormat::kFloat32}) {
    for (const int channels : {1, 2}) {
      for (const bool decorated : {false, true}) {
        const std::string path = std::string(argv[1]) + "/" + std::to_string(number++) + ".wav";
        if (!write_seed(path, format, channels, decorated)) return 1;
      }
    }
  }
  return 0;
}
