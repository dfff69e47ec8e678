// SPDX-License-Identifier: Apache-2.0
// The data that comes with dcnsim, and those files of it that users call by name.
#pragma once

#include <map>
#include <string>

namespace dcnsim {

class ShippedData {
 public:
  /// `folder`: laid out as dcnsim's sources are. Throws std::invalid_argument if it is "".
  explicit ShippedData(std::string folder);

  const std::string& folder() const { return folder_; }
  /// The path of what has the path `relative` in the folder; opens nothing.
  std::string file(const std::string& relative) const { return folder_ + "/" + relative; }
  std::string cost_tables() const { return file("models/cost/tables"); }

  /// The path of an accelerator's YAML file by its preset's name ("small_edge"). What has a point
  /// or slash in it, and what is there, is a path and stays. Throws std::runtime_error that lists
  /// the presets.
  std::string accelerator(const std::string& name_or_path) const;
  /// The same for the ONNX file of a network in workloads/networks ("cifar10_plain7" for
  /// cifar10_plain7_float.onnx.gz).
  std::string network(const std::string& name_or_path) const;
  bool has_network(const std::string& name) const;

  /// `path`, or the 500 training images formats are chosen from where it is "".
  std::string calibration(const std::string& path = "") const;
  /// `path`, or the first 1,000 test images where it is "".
  std::string images(const std::string& path = "") const;

 private:
  /// Files that users call by what stands before `ending`, without `suffix`.
  struct NamedFiles {
    const char* what;
    const char* folder;
    std::string ending, suffix;
  };
  static NamedFiles accelerators();
  static NamedFiles networks();

  /// Paths by name.
  std::map<std::string, std::string> paths(const NamedFiles& files) const;
  std::string path(const NamedFiles& files, const std::string& name_or_path) const;

  std::string folder_;
};

}  // namespace dcnsim
