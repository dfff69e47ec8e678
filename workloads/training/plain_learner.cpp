// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/plain_learner.h"

#include <fmt/format.h>

namespace dcnsim {
namespace {

std::shared_ptr<PlainNet> make_net(const PlainArchitecture& architecture,
                                   const PixelStatistics& statistics, std::uint64_t seed,
                                   torch::Device device) {
  torch::manual_seed(seed);
  auto net = std::make_shared<PlainNet>(architecture, statistics);
  net->to(device);
  return net;
}

const PlainRates& checked(const PlainRates& rates) {
  require_rate("filter rate", rates.filters);
  require_rate("other rate", rates.others);
  return rates;
}

}  // namespace

PlainLearner::PlainLearner(const PlainArchitecture& architecture, const Dataset& images,
                           const PlainRates& rates, std::uint64_t seed, torch::Device device)
    : architecture_(architecture),
      rates_(checked(rates)),
      device_(device),
      statistics_(pixel_statistics(images)),
      net_(make_net(architecture, statistics_, seed, device)),
      muon_(net_->filters(), rates.momentum, Muon::Norm::kUnit),
      adam_(net_->others(), adam_options()) {}

std::string PlainLearner::description() const {
  return fmt::format("network {}, filter rate {}, filter momentum {}, other rate {}",
                     architecture_.name, rates_.filters, rates_.momentum, rates_.others);
}

torch::Tensor PlainLearner::forward(const torch::Tensor& images) {
  net_->train();
  net_->zero_grad();
  return net_->forward(images);
}

void PlainLearner::step(double rate) {
  muon_.step(rates_.filters * rate);
  for (auto& group : adam_.param_groups()) group.options().set_lr(rates_.others * rate);
  adam_.step();
}

double PlainLearner::accuracy(const Dataset& images) {
  net_->eval();
  return share_right(images, statistics_, device_,
                     [&](const torch::Tensor& batch) { return net_->forward(batch); });
}

void PlainLearner::save(torch::serialize::OutputArchive& archive) const {
  torch::serialize::OutputArchive net, adam;
  net_->save(net);
  archive.write("net", net);
  adam_.save(adam);
  archive.write("adam", adam);
  muon_.save(archive);
}

void PlainLearner::load(torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive net, adam;
  archive.read("net", net);
  net_->load(net);
  archive.read("adam", adam);
  adam_.load(adam);
  muon_.load(archive);
}

}  // namespace dcnsim
