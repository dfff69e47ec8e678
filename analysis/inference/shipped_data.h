// SPDX-License-Identifier: Apache-2.0
// The data that comes with dcnsim, and those files of it that users call by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"

namespace dcnsim {

class ShippedData {
 public:
  /// `folder`: laid out as dcnsim's sources are. Throws std::invalid_argument if it is "".
  explicit ShippedData(std::string folder);

  const std::string& folder() const { return folder_; }
  /// What has the path `relative` in the folder, and is called so; opens nothing.
  InputPath file(const std::string& relative) const {
    return {folder_ + '/' + relative, relative, true};
  }
  InputPath cost_tables() const { return file("models/cost/tables"); }

  /// An accelerator's YAML file by its preset's name ("small_edge"). What has a point or slash in
  /// it, and what is there, is the user's path and stays. Throws std::runtime_error that lists the
  /// presets, or names the folder that should have them.
  InputPath accelerator(const std::string& name_or_path) const;
  /// The same for the ONNX file of a network in workloads/networks ("cifar10_plain7" for
  /// cifar10_plain7_float.onnx.gz).
  InputPath network(const std::string& name_or_path) const;
  /// What users may call by name. Throws std::runtime_error if the folder is missing.
  std::vector<std::string> accelerator_names() const;
  std::vector<std::string> network_names() const;
  /// Throws std::runtime_error if the folder of networks is missing.
  bool has_network(const std::string& name) const;
  /// Whether the file lies among the networks that come with dcnsim, by whatever path.
  bool is_network(const std::string& path) const;

  /// The user's `path`, or the 500 training images formats are chosen from where it is "".
  InputPath calibration(const std::string& path = "") const;
  /// The user's `path`, or the first 1,000 test images where it is "".
  InputPath images(const std::string& path = "") const;

 private:
  /// Files that users call by what stands before `ending`, without `suffix`.
  struct NamedFiles {
    const char* what;
    const char* folder;
    std::string ending, suffix;
  };
  static NamedFiles accelerators();
  static NamedFiles networks();

  /// Files in `files.folder` by what users call them.
  std::map<std::string, std::string> named(const NamedFiles& files) const;
  std::vector<std::string> names(const NamedFiles& files) const;
  InputPath find(const NamedFiles& files, const std::string& name_or_path) const;

  std::string folder_;
};

}  // namespace dcnsim
