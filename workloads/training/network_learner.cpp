// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/network_learner.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "workloads/training/tensors.h"
#include "workloads/training/trainer.h"

namespace dcnsim {
namespace {

std::shared_ptr<TrainedNet> make_net(const TrainedArchitecture& architecture,
                                     const PixelStatistics& statistics, Precision precision,
                                     std::uint64_t seed, torch::Device device) {
  torch::manual_seed(seed);
  auto net = std::make_shared<TrainedNet>(architecture, statistics, precision);
  net->to(device);
  return net;
}

const LearnerOptions& checked(const LearnerOptions& options) {
  require_rate("filter rate", options.filter_rate);
  require_rate("other rate", options.other_rate);
  if (options.averaged_steps < 1) {
    throw std::invalid_argument(
        fmt::format("averaged steps: {}, expected at least 1", options.averaged_steps));
  }
  return options;
}

/// Everything that a network's outputs follow from, in the order of the layers.
std::vector<torch::Tensor> state_of(const TrainedNet& net) {
  std::vector<torch::Tensor> state = net.parameters();
  for (const torch::Tensor& statistics : net.buffers()) state.push_back(statistics);
  return state;
}

}  // namespace

NetworkLearner::NetworkLearner(const TrainedArchitecture& architecture, const Dataset& images,
                               const LearnerOptions& options, std::uint64_t seed,
                               torch::Device device)
    : architecture_(architecture),
      options_(checked(options)),
      device_(device),
      statistics_(pixel_statistics(images)),
      net_(make_net(architecture, statistics_, options.precision, seed, device)),
      average_(make_net(architecture, statistics_, options.precision, seed, device)),
      muon_(net_->filters(), options.filter_momentum, Muon::Norm::kUnit, options.precision),
      adam_(net_->others(), adam_options()) {
  if (!options.start.empty()) start_from(options.start);
}

void NetworkLearner::start_from(const std::string& path) {
  Checkpoint start = read_checkpoint(path, device_);
  const std::string of_this = "network " + architecture_.name + ",";
  if (start.description.rfind(of_this, 0) != 0) {
    throw std::runtime_error(path + ": is of another training than of a network " +
                             architecture_.name);
  }
  try {
    torch::serialize::InputArchive average;
    start.archive.read("average", average);
    average_->load(average);  // takes tensors of any shape
  } catch (const c10::Error& error) {
    throw std::runtime_error(path + ": is damaged: " + error.what_without_backtrace());
  }
  torch::NoGradGuard no_gradients;
  const std::vector<torch::Tensor> from = state_of(*average_);
  std::vector<torch::Tensor> to = state_of(*net_);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (from[i].sizes() != to[i].sizes()) {
      throw std::runtime_error(path + ": is of a network " + architecture_.name +
                               " of other layers");
    }
    to[i].copy_(from[i]);
  }
  start_sha256_ = start.sha256;
}

std::string NetworkLearner::description() const {
  return fmt::format(
      "network {}, filter rate {}, filter momentum {}, other rate {}, convolutions in {}, average "
      "of {} steps{}",
      architecture_.name, options_.filter_rate, options_.filter_momentum, options_.other_rate,
      to_string(options_.precision), options_.averaged_steps,
      start_sha256_.empty() ? "" : ", start " + start_sha256_);
}

torch::Tensor NetworkLearner::forward(const torch::Tensor& images) {
  net_->train();
  net_->zero_grad();
  return net_->forward(images);
}

void NetworkLearner::step(double rate) {
  muon_.step(options_.filter_rate * rate);
  for (auto& group : adam_.param_groups()) group.options().set_lr(options_.other_rate * rate);
  adam_.step();
  average();
}

void NetworkLearner::average() {
  torch::NoGradGuard no_gradients;
  averaged_ = std::min(averaged_ + 1, options_.averaged_steps);
  const std::vector<torch::Tensor> now = state_of(*net_);
  std::vector<torch::Tensor> mean = state_of(*average_);
  for (std::size_t i = 0; i < now.size(); ++i) {
    mean[i].lerp_(now[i], 1.0 / static_cast<double>(averaged_));
  }
}

double NetworkLearner::accuracy(const Dataset& images) {
  average_->eval();
  return share_right(images, statistics_, device_,
                     [&](const torch::Tensor& batch) { return average_->forward(batch); });
}

void NetworkLearner::save(torch::serialize::OutputArchive& archive) const {
  torch::serialize::OutputArchive net, mean, adam;
  net_->save(net);
  archive.write("net", net);
  average_->save(mean);
  archive.write("average", mean);
  archive.write("averaged", torch::tensor(averaged_));
  adam_.save(adam);
  archive.write("adam", adam);
  muon_.save(archive);
}

void NetworkLearner::load(torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive net, mean, adam;
  archive.read("net", net);
  net_->load(net);
  archive.read("average", mean);
  average_->load(mean);
  averaged_ = read_tensor(archive, "averaged").item<std::int64_t>();
  archive.read("adam", adam);
  adam_.load(adam);
  muon_.load(archive);
}

}  // namespace dcnsim
