// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iostream>

#include "dcnsim/analysis/inference/inference.h"

#if defined(SYSTEMC_H) || defined(CLI11_VERSION) || defined(NLOHMANN_JSON_VERSION_MAJOR)
#error "dcnsim's header brings headers of other libraries"
#endif

/// Two images on the machine argv[1]; the report goes to the file argv[2].
int main(int, char** argv) {
  dcnsim::RunRequest request;
  request.data_dir = DCNSIM_DATA_DIR;
  request.accelerator = argv[1];
  request.image_limit = 2;
  const dcnsim::RunReport report = dcnsim::run(request);
  std::ofstream(argv[2]) << to_json(report);
  std::cout << report.network << ": " << report.totals().cycles << " cycles, " << report.correct()
            << " of " << report.images << " images right\n";
}
