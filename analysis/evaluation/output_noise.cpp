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

Energies compare(const float* expected, const CodeTensor& codes, double step) {
  Energies energies;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto value = static_cast<double>(expected[i]);
    const double error = dequantize(codes.get(i), codes.format()) * step - value;
    energies.signal += value * value;
    energies.noise += error * error;
  }
  return energies;
}

/// Noise-to-signal ratios by layer. `make_measure()` is called in every worker and gives a function
/// from an image's number to its layers' energies.
template <class MakeMeasure>
std::vector<double> ratios(std::size_t layers, std::size_t images, std::size_t jobs,
                           const OnProgress& progress, const MakeMeasure& make_measure) {
  WorkPool pool;
  pool.items = images;
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    return [measure = make_measure()](std::size_t image) { return to_bytes(measure(image)); };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string&) {
    if (progress) progress(++done);
  };
  std::vector<Energies> sums(layers);
  for (const std::string& result : results_of(pool)) {
    const std::vector<Energies> energies = from_bytes<Energies>(result);
    for (std::size_t layer = 0; layer < sums.size(); ++layer) {
      sums[layer].signal += energies.at(layer).signal;
      sums[layer].noise += energies.at(layer).noise;
    }
  }
  std::vector<double> all;
  for (const Energies& sum : sums) {
    const bool is_exact = sum.noise == 0;
    all.push_back(is_exact          ? 0
                  : sum.signal == 0 ? std::numeric_limits<double>::infinity()
                                    : sum.noise / sum.signal);
  }
  return all;
}

}  // namespace

std::vector<double> measured_noise(const FloatNetwork& floats, const FixedNetwork& fixed,
                                   const Dataset& images, std::size_t jobs,
                                   const OnProgress& progress) {
  return ratios(floats.layers.size(), images.size(), jobs, progress, [&] {
    return
        [&, reference = std::make_shared<FloatExecutor>(floats),
         executor = std::make_shared<Executor>(fixed, Accumulator{}),
         values = FloatInput(floats, images), codes = CodeInput(fixed, images)](std::size_t image) {
          const FloatExecutor::Outputs& expected = reference->run(values(image));
          const Activations& actual = executor->run(codes(image));
          std::vector<Energies> energies;
          for (std::size_t layer = 0; layer < expected.size(); ++layer) {
            energies.push_back(
                compare(expected[layer].data(), actual.layers[layer], fixed.layers[layer].step));
          }
          return energies;
        };
  });
}

double measured_output_noise(const FloatOutputs& floats, const FixedNetwork& fixed,
                             const Dataset& images, std::size_t jobs, const OnProgress& progress) {
  return ratios(1, images.size(), jobs, progress,
                [&] {
                  return [&, executor = std::make_shared<Executor>(fixed, Accumulator{}),
                          codes = CodeInput(fixed, images)](std::size_t image) {
                    const CodeTensor& actual = executor->run(codes(image)).layers.back();
                    return std::vector<Energies>{compare(floats.data() + image * actual.size(),
                                                         actual, fixed.layers.back().step)};
                  };
                })
      .front();
}

}  // namespace dcnsim
