// SPDX-License-Identifier: Apache-2.0
// YAML of each kind and tables of prices. What a reader has taken is written, where it can be, and
// read again to the same.
#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "analysis/quantizer/quantize_network.h"
#include "analysis/sweep/design_space.h"
#include "analysis/sweep/sweep_spec.h"
#ifdef DCNSIM_FUZZ_RISCV
#include "analysis/vp/platform_file.h"
#endif
#include "models/arch/accelerator_yaml.h"
#include "models/arch/dram_spec.h"
#include "models/base/file/text_file.h"
#include "models/cost/cost_model.h"
#include "platform/compiler/mapper/mapping_yaml.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

namespace fs = std::filesystem;

const std::string kTables = DCNSIM_SOURCE_DIR "/models/cost/tables/";
constexpr std::size_t kMostBytes = std::size_t{1} << 22;

const AcceleratorConfig& small_edge() {
  static const AcceleratorConfig config =
      load_accelerator(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
  return config;
}

void survives_yaml(const AcceleratorConfig& config) {
  const std::string yaml = to_yaml(config);
  must("what was written is read", [&] {
    require(to_yaml(parse_accelerator(yaml, "again")) == yaml, "a machine survives its file");
  });
}

std::vector<NamedLayer> some_layers() {
  std::vector<NamedLayer> layers(3);
  layers[0].name = "conv0";
  layers[0].descriptor.conv.in = {32, 32, 3};
  layers[0].descriptor.conv.out_channels = 8;
  layers[0].descriptor.conv.kernel_h = layers[0].descriptor.conv.kernel_w = 3;
  layers[1].name = "pool";
  layers[1].descriptor.kind = LayerKind::kPool;
  layers[1].descriptor.pool.in = {30, 30, 8};
  layers[1].descriptor.pool.kernel_h = layers[1].descriptor.pool.kernel_w = 2;
  layers[2].name = "add";
  layers[2].descriptor.kind = LayerKind::kAdd;
  layers[2].descriptor.add = {29, 29, 8};
  return layers;
}

/// The shipped tables, to one of which something happens.
const std::vector<std::string>& table_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(kTables)) {
      if (entry.path().extension() == ".csv") found.push_back(entry.path().filename());
    }
    std::sort(found.begin(), found.end());
    return found;
  }();
  return names;
}

}  // namespace

void read_accelerator(const std::string& bytes) { survives_yaml(parse_accelerator(bytes, "f")); }

/// A line a field, as sweep axes set them: path, blank, text.
void read_settings(const std::string& bytes) {
  std::map<std::string, std::string> values;
  std::istringstream lines(bytes);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    values[line.substr(0, blank)] = line.substr(std::min(blank + 1, line.size()));
  }
  AcceleratorConfig config = small_edge();
  set_fields(config, values);
  validate(config);
  survives_yaml(config);
}

void read_widths(const std::string& bytes) {
  QuantizeOptions options;
  load_widths(file_with("widths.yaml", bytes), options);
  const std::string yaml = widths_yaml(options, "again");
  must("what was written is read", [&] {
    QuantizeOptions again;
    load_widths(file_with("again.yaml", yaml), again);
    require(widths_yaml(again, "again") == yaml, "widths survive their file");
  });
}

void read_mapping(const std::string& bytes) {
  static const std::vector<NamedLayer> layers = some_layers();
  for (const auto& asked : parse_mapping(bytes, "f", layers).layers) {
    require(std::any_of(layers.begin(), layers.end(),
                        [&](const NamedLayer& layer) { return layer.name == asked.first; }),
            "mappings are of the network's layers");
  }
}

void read_sweep(const std::string& bytes) {
  const auto known = [](const std::string& name) {
    if (name.size() > 20) throw std::runtime_error("no such name");
    return user_file(name);
  };
  const SweepSpec spec = parse_sweep(bytes, "f", {known, known, {}, {}});
  require(!spec.allocations.empty() && !spec.objectives.empty(), "a sweep looks for something");
  const DesignSpace space(spec);
  require(space.size() >= 1 && space.size() <= kMostPoints, "a space of bounded size");
  for (const std::uint64_t id : {std::uint64_t{0}, space.size() - 1}) {
    space.settings(space.at(id).hardware);
  }
}

#ifdef DCNSIM_FUZZ_RISCV
void read_platform(const std::string& bytes) {
  const PlatformFile file = load_platform(file_with("platform.yaml", bytes));
  require(!file.groups.empty(), "a platform has accelerators");
}
#endif

/// In the place of the shipped table that begins most alike.
void read_cost_table(const std::string& bytes) {
  std::string replaced;
  std::size_t most = 0;
  for (const std::string& name : table_names()) {
    static std::map<std::string, std::string> shipped;
    std::string& text = shipped[name];
    if (text.empty()) text = read_text_file(kTables + name, kMostBytes);
    const auto [end, unused] = std::mismatch(text.begin(), text.end(), bytes.begin(), bytes.end());
    const auto alike = static_cast<std::size_t>(end - text.begin());
    if (replaced.empty() || alike > most) replaced = name;
    most = std::max(most, alike);
  }
  const std::string folder = path_of("tables");
  fs::create_directories(folder);
  for (const std::string& name : table_names()) {
    fs::remove(folder + "/" + name);
    if (name == replaced) continue;
    fs::create_symlink(kTables + name, folder + "/" + name);
  }
  file_with("tables/" + replaced, bytes);
  const AcceleratorConfig& config = small_edge();
  const CostModel cost(folder, config);
  cost.area_um2();
  cost.provenance();
  load_dram_spec(folder, config.dram.preset);
}

}  // namespace dcnsim::fuzz
