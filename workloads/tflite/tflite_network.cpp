// SPDX-License-Identifier: Apache-2.0
#include "workloads/tflite/tflite_network.h"

#include "workloads/tflite/network_builder.h"

namespace dcnsim::tflite {

FixedNetwork network_of(std::string_view bytes) {
  const Model model(bytes);
  return NetworkBuilder(model).take();
}

}  // namespace dcnsim::tflite
