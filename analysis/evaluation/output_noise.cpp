// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/output_noise.h"

#include <limits>
#include <memory>

#include "models/base/process/work_pool.h"
#include "models/numeric/rounding.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

struct Energies {
  double signal = 0;
  double noise = 0;
};

Energies compare(const std::vector<float>& expected, const CodeTensor& codes, double step) {
  Energies energies;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto value = static_cast<double>(expected[i]);
    const double error = dequantize(codes.get(i), codes.format()) * step - value;
    energies.signal += value * value;
    energies.noise += error * error;
  }
  return energies;
}

}  // namespace

std::vector<double> measured_noise(const FloatNetwork& floats, const FixedNetwork& fixed,
                                   const Dataset& images, std::size_t jobs,
                                   const OnProgress& progress) {
  WorkPool pool;
  pool.items = images.size();
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    return
        [&, reference = std::make_shared<FloatExecutor>(floats),
         executor = std::make_shared<Executor>(fixed, Accumulator{}),
         values = FloatInput(floats, images), codes = CodeInput(fixed, images)](std::size_t index) {
          const FloatExecutor::Outputs& expected = reference->run(values(index));
          const Activations& actual = executor->run(codes(index));
          std::vector<Energies> energies;
          for (std::size_t layer = 0; layer < expected.size(); ++layer) {
            energies.push_back(
                compare(expected[layer], actual.layers[layer], fixed.layers[layer].step));
          }
          return to_bytes(energies);
        };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string&) {
    if (progress) progress(++done);
  };
  std::vector<Energies> sums(floats.layers.size());
  for (const std::string& result : results_of(pool)) {
    const std::vector<Energies> energies = from_bytes<Energies>(result);
    for (std::size_t layer = 0; layer < sums.size(); ++layer) {
      sums[layer].signal += energies.at(layer).signal;
      sums[layer].noise += energies.at(layer).noise;
    }
  }
  std::vector<double> ratios;
  for (const Energies& sum : sums) {
    const bool is_exact = sum.noise == 0;
    ratios.push_back(is_exact          ? 0
                     : sum.signal == 0 ? std::numeric_limits<double>::infinity()
                                       : sum.noise / sum.signal);
  }
  return ratios;
}

}  // namespace dcnsim
