// One reader per format: turns a line into a Record. For formats.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "check/record.hpp"

namespace assay::check {

// A line of a Jepsen console log of an etcd register; none for lines that say nothing of
// operations.
std::optional<Record> read_etcd_line(std::string_view text, std::int32_t line, Recorder& recorder);
bool looks_like_etcd_log(std::string_view text);

// A map such as {:process 9, :type :invoke, :f :get, :key "0", :value nil}.
Record read_map_line(std::string_view text, std::int32_t line, Values& values);

// An object; `model` is set by a header, {"model": "kv"}, which is no Record.
std::optional<Record> read_json_line(std::string_view text, std::int32_t line, Values& values,
                                     std::string& model);

}  // namespace assay::check
