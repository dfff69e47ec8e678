// SPDX-License-Identifier: Apache-2.0
// How long does it take to find mappings, with nothing known before? Processor time of the built-in
// network as a whole, and of the layers of ResNet-50, their maps packed: all of them, and the one
// that takes longest. The least of five rounds.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapper.h"
#include "platform/compiler/mapper/search.h"
#include "tests/support/builtin_network.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/known_layers.h"
#include "tests/support/preset.h"

namespace dcnsim {
namespace {

double least_ms(const std::function<void()>& work) {
  double least = HUGE_VAL;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t begun = std::clock();
    work();
    least = std::min(least, 1e3 * static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC);
  }
  return least;
}

void measure(const FixedNetwork& network, const std::string& machine) {
  const AcceleratorConfig config = preset(machine);
  const DramSpec dram = lpddr4_3200();
  const std::vector<Descriptor> layers = describe(network, config.accumulator);
  std::printf("%s: cifar10_plain7 %.1f ms", machine.c_str(),
              least_ms([&] { map_network(network, layers, config, dram, {}); }));
  double sum = 0, most = 0;
  std::string slowest;
  for (const KnownLayer& layer : KnownNetwork::resnet50(8)) {
    const EnergyModel none;
    const double ms =
        least_ms([&] { MappingSearch(config, dram, none).best(layer.descriptor, {}, 1); });
    sum += ms;
    if (ms > most) slowest = layer.name;
    most = std::max(most, ms);
  }
  std::printf(", ResNet-50's layers %.0f ms, of these %s %.1f ms\n", sum, slowest.c_str(), most);
}

int run() {
  const FixedNetwork network = builtin_network();
  for (const char* const machine : {"small_edge", "large_edge"}) measure(network, machine);
  return 0;
}

}  // namespace
}  // namespace dcnsim

int main() { return dcnsim::run(); }
