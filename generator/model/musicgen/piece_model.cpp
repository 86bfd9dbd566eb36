// SPDX-License-Identifier: Apache-2.0
// Field numbers: sentencepiece 0.1.97, src/sentencepiece_model.proto.
#include "generator/model/musicgen/piece_model.hpp"

#include <bit>
#include <cmath>
#include <optional>
#include <unordered_set>

#include "generator/base/utf8.hpp"
#include "generator/model/musicgen/character_map.hpp"
#include "generator/model/musicgen/protobuf_fields.hpp"

namespace dgx::musicgen {
namespace {

constexpr std::int32_t kMostPieces = 100'000;  // T5 has 32,000
constexpr std::size_t kMostPieceBytes = 256;
constexpr int kMostUserPieces = 32;  // The library has room for 64 that begin alike.

enum class PieceType : std::uint64_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
};

struct Piece {
  std::string_view text{};
  std::uint32_t score_bits = 0;
  std::uint64_t type = static_cast<std::uint64_t>(PieceType::kNormal);
};

Error bad_pieces(const std::string& reason) {
  return {ErrorCode::kCorrupt, reason};
}

/// Calls use(field) -> Status with each field of a message.
template <typename Use>
Status for_each_field(std::string_view message, Use&& use) {
  ProtobufReader reader(message);
  while (!reader.at_end()) {
    const Result<ProtobufField> field = reader.next();
    if (!field) return field.error();
    if (Status used = use(*field); !used) return used;
  }
  return ok();
}

Status expect(const ProtobufField& field, int wire_type) {
  if (field.wire_type == wire_type) return ok();
  return bad_pieces("field " + std::to_string(field.number) + " must have the wire type " +
                    std::to_string(wire_type) + ", got " + std::to_string(field.wire_type));
}

// message ModelProto { repeated SentencePiece pieces = 1; optional TrainerSpec trainer_spec = 2;
//                      optional NormalizerSpec normalizer_spec = 3; }
class ModelChecker {
 public:
  Result<CheckedPieceModel> run(std::string_view file) {
    const Status read = for_each_field(file, [this](const ProtobufField& field) {
      if (field.number < 1 || field.number > 3) return ok();
      if (Status message = expect(field, 2); !message) return message;
      if (field.number == 1) return add_piece(field.bytes);
      return field.number == 2 ? read_trainer(field.bytes) : read_normalizer(field.bytes);
    });
    if (!read) return read.error();
    if (Status whole = check_whole(); !whole) return whole.error();
    return write();
  }

 private:
  static Result<Piece> read_piece(std::string_view message) {
    Piece piece;
    const Status read = for_each_field(message, [&piece](const ProtobufField& field) {
      if (field.number < 1 || field.number > 3) return ok();
      constexpr int kWireTypes[] = {2, 5, 0};
      if (Status right = expect(field, kWireTypes[field.number - 1]); !right) return right;
      if (field.number == 1) piece.text = field.bytes;
      if (field.number == 2) piece.score_bits = static_cast<std::uint32_t>(field.value);
      if (field.number == 3) piece.type = field.value;
      return ok();
    });
    if (!read) return read.error();
    return piece;
  }

  Status add_piece(std::string_view message) {
    const Result<Piece> piece = read_piece(message);
    if (!piece) return piece.error();
    const std::string place = "piece " + std::to_string(piece_count_);
    if (piece->text.empty() || piece->text.size() > kMostPieceBytes || !is_utf8(piece->text) ||
        piece->text.find('\0') != std::string_view::npos) {
      return bad_pieces(place + " must be 1 to " + std::to_string(kMostPieceBytes) +
                        " bytes of UTF-8 text");
    }
    if (!std::isfinite(std::bit_cast<float>(piece->score_bits))) {
      return bad_pieces(place + " must have a score that is a finite number");
    }
    if (!texts_.insert(piece->text).second) return bad_pieces(place + " stands there twice");
    if (Status counted = count(*piece, place); !counted) return counted;
    if (++piece_count_ > kMostPieces) {
      return bad_pieces("it may have " + std::to_string(kMostPieces) + " pieces, got more");
    }
    write_piece(*piece);
    return ok();
  }

  Status count(const Piece& piece, const std::string& place) {
    switch (static_cast<PieceType>(piece.type)) {
      case PieceType::kNormal:
        has_normal_ = true;
        return ok();
      case PieceType::kUnused:
        return ok();
      case PieceType::kUnknown:
        ++unknown_count_;
        return ok();
      case PieceType::kControl:
        if (piece.text == "</s>") end_id_ = piece_count_;
        return ok();
      case PieceType::kUserDefined:
        ++user_count_;
        return ok();
    }
    return Error{
        ErrorCode::kInvalidArgument,
        place + " must be of a type that T5 has, 1 to 5, got " + std::to_string(piece.type)};
  }

  void write_piece(const Piece& piece) {
    ProtobufWriter message;
    message.bytes(1, piece.text);
    message.fixed32(2, piece.score_bits);
    message.varint(3, piece.type);
    model_.bytes(1, message.message());
  }

  Status read_trainer(std::string_view message) {
    return for_each_field(message, [this](const ProtobufField& field) {
      if (field.number == 3) model_type_ = field.value;
      if (field.number == 24) whitespace_as_suffix_ = field.value != 0;
      return field.number == 3 || field.number == 24 ? expect(field, 0) : ok();
    });
  }

  Status read_normalizer(std::string_view message) {
    return for_each_field(message, [this](const ProtobufField& field) {
      if (field.number == 2) character_map_ = field.bytes;
      if (field.number == 3) add_dummy_prefix_ = field.value != 0;
      if (field.number == 4) remove_extra_whitespaces_ = field.value != 0;
      if (field.number == 5) escape_whitespaces_ = field.value != 0;
      if (field.number == 2) return expect(field, 2);
      return field.number >= 3 && field.number <= 5 ? expect(field, 0) : ok();
    });
  }

  [[nodiscard]] Status check_whole() const {
    if (model_type_ != 1) {
      return Error{
          ErrorCode::kInvalidArgument,
          "it must be a unigram model (type 1), as T5's, got type " + std::to_string(model_type_)};
    }
    if (!has_normal_) return bad_pieces("it has no piece of text");
    if (unknown_count_ != 1) {
      return bad_pieces("it must have 1 unknown piece, got " + std::to_string(unknown_count_));
    }
    if (!end_id_) {
      return Error{ErrorCode::kInvalidArgument, "it must have the control piece </s>, as T5's"};
    }
    if (user_count_ > kMostUserPieces) {
      return bad_pieces("it may have " + std::to_string(kMostUserPieces) +
                        " user-defined pieces, got " + std::to_string(user_count_));
    }
    return check_character_map(character_map_);
  }

  CheckedPieceModel write() {
    ProtobufWriter trainer;
    trainer.varint(3, model_type_);
    trainer.varint(24, whitespace_as_suffix_ ? 1 : 0);
    model_.bytes(2, trainer.message());
    ProtobufWriter normalizer;
    normalizer.bytes(2, character_map_);
    normalizer.varint(3, add_dummy_prefix_ ? 1 : 0);
    normalizer.varint(4, remove_extra_whitespaces_ ? 1 : 0);
    normalizer.varint(5, escape_whitespaces_ ? 1 : 0);
    model_.bytes(3, normalizer.message());
    return {model_.take(), piece_count_, *end_id_};
  }

  std::unordered_set<std::string_view> texts_{};
  std::int32_t piece_count_ = 0;
  bool has_normal_ = false;
  int unknown_count_ = 0;
  int user_count_ = 0;
  std::optional<std::int32_t> end_id_{};
  ProtobufWriter model_{};
  // The defaults of the .proto file.
  std::uint64_t model_type_ = 1;
  bool whitespace_as_suffix_ = false;
  std::string_view character_map_{};
  bool add_dummy_prefix_ = true;
  bool remove_extra_whitespaces_ = true;
  bool escape_whitespaces_ = true;
};

}  // namespace

Result<CheckedPieceModel> check_piece_model(std::string_view file) {
  return ModelChecker().run(file);
}

}  // namespace dgx::musicgen
