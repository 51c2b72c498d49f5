// The models that come with Assay, by name, and what each accepts in a history.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "check/history.hpp"
#include "check/model.hpp"
#include "check/part.hpp"
#include "check/shortcut.hpp"

namespace assay::check {

enum class Takes : std::uint8_t { nothing, anything, an_integer, a_text, two, cost_and_time };
enum class Gives : std::uint8_t {
  nothing,
  anything,
  an_integer,
  a_text,
  yes_or_no,
  yes_or_no_or_nothing,
  an_integer_or_nothing,
  a_list,
};

struct Signature {
  Function function;
  Takes takes;
  Gives gives;
};

// Numbers that a model needs beside the history; of a token bucket, for example.
struct Parameters {
  std::int64_t capacity = 0;
  std::int64_t interval_ns = 0;
  std::int64_t staleness_ns = 0;
};

struct ModelKind {
  std::string_view name;
  std::string_view summary;
  std::span<const Signature> operations;
  std::unique_ptr<Model> (*make)(const History&, std::span<const PartEvent>, const Parameters&);
  std::unique_ptr<Shortcut> (*make_shortcut)(const History&) = nullptr;
};

std::span<const ModelKind> model_kinds();
const ModelKind* model_named(std::string_view name);     // null: there is none
const ModelKind* model_fitting(const History& history);  // the first that knows all its functions

// Throws HistoryError for the first operation that isn't one of this model's.
void refuse_foreign(const ModelKind& kind, const History& history);

// Whether every element of this model's sets can be judged by itself.
bool splits_by_element(const ModelKind& kind, const History& history);

bool is_write(Function function);  // write or put
bool is_read(Function function);   // read or get

}  // namespace assay::check
