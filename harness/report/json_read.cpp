#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <limits>
#include <stdexcept>
#include <utility>

#include "report/json.hpp"
#include "report/json_text.hpp"

namespace assay::report {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "assay-result/1";

[[noreturn]] void refuse(const std::string& path, const std::string& problem) {
  throw std::runtime_error("this is not an " + std::string(kSchema) +
                           " document: " + (path.empty() ? "" : path + ": ") + problem);
}

std::string kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

// A value with its path in the document, so that an error can name it.
class Node {
 public:
  Node(const json::value& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  bool is_null() const { return value_->is_null(); }

  Node operator[](std::string_view key) const {
    const json::object& members = object();
    const std::string path = (path_.empty() ? "" : path_ + ".") + std::string(key);
    const json::value* member = members.if_contains(json::string_view(key.data(), key.size()));
    if (member == nullptr) refuse(path, "the key is missing");
    return {*member, path};
  }

  // For a key that documents of an earlier Assay don't have.
  bool has(std::string_view key) const {
    return object().contains(json::string_view(key.data(), key.size()));
  }

  const json::object& object() const {
    if (!value_->is_object()) wrong("an object");
    return value_->get_object();
  }

  template <typename Element>
  auto each(Element element) const {
    if (!value_->is_array()) wrong("a list");
    std::vector<decltype(element(std::declval<Node>()))> elements;
    for (const json::value& value : value_->get_array()) {
      elements.push_back(element(Node(value, path_ + "[" + std::to_string(elements.size()) + "]")));
    }
    return elements;
  }

  std::string text() const {
    if (!value_->is_string()) wrong("a string");
    return std::string(value_->get_string().data(), value_->get_string().size());
  }

  bool yes() const {
    if (!value_->is_bool()) wrong("true or false");
    return value_->get_bool();
  }

  std::optional<bool> yes_or_null() const {
    return is_null() ? std::nullopt : std::optional<bool>(yes());
  }

  // null stands for a number that is not finite.
  double number() const {
    if (is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value_->is_number()) wrong("a number");
    return value_->to_number<double>();
  }

  template <typename Integer>
  Integer whole() const {
    if (!value_->is_number()) wrong("a whole number");
    boost::system::error_code error;
    const auto number = value_->to_number<Integer>(error);
    if (error) refuse(path_, "expected a whole number, within its range");
    return number;
  }

 private:
  [[noreturn]] void wrong(const std::string& expected) const {
    refuse(path_, "expected " + expected + ", found " + kind_of(*value_));
  }

  const json::value* value_;
  std::string path_;
};

std::vector<std::string> texts(const Node& node) {
  return node.each([](const Node& each) { return each.text(); });
}

std::uint64_t seed(const Node& node) {
  const std::string text = node.text();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse(node.path(), "expected a whole number below 2^64 in a string, found \"" + text + "\"");
  }
  return value;
}

grade::Verdict verdict(const Node& node) {
  const auto value = grade::verdict_named(node.text());
  if (!value) refuse(node.path(), "\"" + node.text() + "\" is not a verdict");
  return *value;
}

grade::Timeline::Call call(const Node& node) {
  grade::Timeline::Call call;
  call.at_ns = node["at_ns"].whole<std::int64_t>();
  call.label = node["label"].text();
  call.expected = node["expected"].yes_or_null();
  call.came = node["came"].yes_or_null();
  call.agrees = node["agrees"].yes();
  return call;
}

grade::Timeline::Level moment(const Node& node) {
  return {node["at_ns"].whole<std::int64_t>(), node["before"].number(), node["after"].number()};
}

grade::Timeline timeline(const Node& node) {
  grade::Timeline timeline;
  timeline.level_name = node["level_name"].text();
  timeline.level_max = node["level_max"].number();
  timeline.calls = node["calls"].each(call);
  timeline.levels = node["levels"].each(moment);
  timeline.bracket_from_ns = node["bracket"]["from_ns"].whole<std::int64_t>();
  timeline.bracket_to_ns = node["bracket"]["to_ns"].whole<std::int64_t>();
  timeline.bracket_label = node["bracket"]["label"].text();
  return timeline;
}

grade::Lanes lanes(const Node& node) {
  grade::Lanes lanes;
  lanes.names = texts(node["names"]);
  const auto lane = [&](const Node& each) {
    const auto number = each.whole<std::int64_t>();
    if (number < 0 || number >= static_cast<std::int64_t>(lanes.names.size())) {
      refuse(each.path(), "there is no such lane");
    }
    return number;
  };
  lanes.bars = node["bars"].each([&](const Node& each) {
    std::optional<std::int64_t> to;
    if (!each["to"].is_null()) to = each["to"].whole<std::int64_t>();
    return grade::Lanes::Bar{lane(each["lane"]),
                             each["from"].whole<std::int64_t>(),
                             to,
                             each["did"].text(),
                             each["came"].text(),
                             each["agrees"].yes()};
  });
  lanes.notes = node["notes"].each([&](const Node& each) {
    return grade::Lanes::Note{lane(each["lane"]), each["at"].whole<std::int64_t>(),
                              each["text"].text()};
  });
  return lanes;
}

grade::Chart::Axis axis(const Node& node) {
  const auto scale = grade::scale_named(node["scale"].text());
  if (!scale) refuse(node.path(), "\"" + node["scale"].text() + "\" is not a scale");
  return {node["name"].text(), node["unit"].text(), *scale};
}

grade::Chart chart(const Node& node) {
  const auto number = [](const Node& each) { return each.number(); };
  grade::Chart chart;
  chart.title = node["title"].text();
  chart.x = axis(node["x"]);
  chart.y = axis(node["y"]);
  chart.curves = node["curves"].each([&](const Node& each) {
    return grade::Chart::Curve{each["name"].text(), each["x"].each(number), each["y"].each(number)};
  });
  for (const auto& curve : chart.curves) {
    if (curve.x.size() != curve.y.size()) refuse(node.path(), "a curve has as many x as y");
  }
  chart.bands = node["bands"].each([](const Node& each) {
    return grade::Chart::Band{each["from"].number(), each["to"].number(), each["name"].text()};
  });
  if (node.has("marks")) {
    chart.marks = node["marks"].each([](const Node& each) {
      return grade::Chart::Mark{each["x"].number(), each["y"].number(), each["name"].text()};
    });
  }
  return chart;
}

grade::Step step(const Node& node) {
  grade::Step step;
  step.at = node["at"].text();
  step.did = node["did"].text();
  step.expected = node["expected"].text();
  step.came = node["came"].text();
  step.agrees = node["agrees"].yes();
  step.why = node["why"].text();
  return step;
}

void read_story(const Node& node, grade::CheckResult& check) {
  check.reason = node["reason"].text();
  check.situation = node["situation"].text();
  check.steps = node["steps"].each(step);
  check.shrunk_from = node["shrunk_from"].whole<std::int64_t>();
  if (!node["timeline"].is_null()) check.timeline = timeline(node["timeline"]);
  if (node.has("lanes")) check.lanes = lanes(node["lanes"]);
  if (node.has("picture")) check.picture = node["picture"].text();
  check.mistakes = texts(node["mistakes"]);
  check.where = node["where"].text();
  check.output = node["output"].text();
  check.replay = node["replay"].text();
}

grade::CheckResult check(const Node& node) {
  grade::CheckResult check;
  check.id = node["id"].text();
  check.slug = node["slug"].text();
  check.level = node["level"].whole<int>();
  check.title = node["title"].text();
  check.category = node["category"].text();
  check.verdict = verdict(node["verdict"]);
  check.points = node["points"].number();
  check.max_points = node["max_points"].number();
  check.seconds = node["seconds"].number();
  const Node metrics = node["metrics"];
  for (const auto& member : metrics.object()) {
    const std::string name(member.key().data(), member.key().size());
    check.metrics[name] = metrics[name].number();
  }
  if (node.has("charts")) check.charts = node["charts"].each(chart);
  if (check.verdict != grade::Verdict::pass) read_story(node, check);
  return check;
}

grade::LevelResult level(const Node& node) {
  grade::LevelResult level;
  level.level = node["level"].whole<int>();
  level.title = node["title"].text();
  level.minutes = node["minutes"].whole<int>();
  level.points = node["points"].number();
  level.max_points = node["max_points"].number();
  level.all_points = node["all_points"].number();
  return level;
}

grade::Machine machine(const Node& node) {
  return {node["cpu"].text(), node["cores"].whole<int>(),
          node["memory_bytes"].whole<std::uint64_t>(), node["system"].text(),
          node["compiler"].text()};
}

}  // namespace

grade::Scorecard from_json(std::string_view document) {
  json::value value;
  try {
    value = parse_exactly(document);
  } catch (const std::runtime_error& problem) {
    refuse("", problem.what());
  }
  const Node root(value, "");
  const std::string schema = root["schema"].text();
  if (schema != kSchema) refuse("schema", "found \"" + schema + "\"");
  grade::Scorecard card;
  card.exercise = root["exercise"].text();
  card.title = root["title"].text();
  card.solution = {root["solution"]["kind"].text(), root["solution"]["path"].text(),
                   root["solution"]["language"].text()};
  card.run = root["run"].text();
  card.started = root["started"].text();
  card.seed = seed(root["seed"]);
  card.score = root["score"].number();
  card.max_score = root["max_score"].number();
  card.complete = root["complete"].yes();
  card.seconds = root["seconds"].number();
  card.build_seconds = root["build_seconds"].number();
  card.machine = machine(root["machine"]);
  const Node isolation = root["isolation"];
  card.isolation = {isolation["tier"].text(), isolation["own_user"].yes(),
                    texts(isolation["gaps"])};
  card.levels = root["levels"].each(level);
  card.checks = root["checks"].each(check);
  card.hints_used = root["hints"]["used"].whole<int>();
  card.hints_total = root["hints"]["total"].whole<int>();
  card.reference_opened = root["reference_opened"].yes();
  if (root.has("predictions")) {
    const Node predictions = root["predictions"];
    card.predictions = {predictions["marks"].number(), predictions["of"].whole<int>()};
  }
  card.tip = root["tip"].text();
  return card;
}

}  // namespace assay::report
