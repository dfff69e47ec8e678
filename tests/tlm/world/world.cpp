// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/world.h"

#include <utility>

#include "tests/tlm/world/loose_memories.h"
#include "tests/tlm/world/phased_memories.h"
#include "tests/tlm/world/routers.h"

namespace dcnsim::world {
namespace {

template <typename Kind>
Site alone(Storage& storage, const Timing& timing, Wiring&) {
  Site site;
  auto memory = std::make_unique<Kind>("memory", storage, timing);
  site.memory = memory.get();
  site.entrance = &memory->socket;
  site.modules.push_back(std::move(memory));
  return site;
}

template <typename Router>
Site behind(Storage& storage, const Timing& timing, Wiring& wiring) {
  Site site = alone<WaitingMemory>(storage, timing, wiring);
  auto router = std::make_unique<Router>("router");
  wiring.join(router->to_target, *site.entrance);
  site.entrance = &router->from_initiator;
  site.modules.push_back(std::move(router));
  return site;
}

std::vector<Inhabitant> all() {
  constexpr Transport kLt = Transport::kLooselyTimed, kAt = Transport::kApproximatelyTimed;
  std::vector<Inhabitant> all;
  // A memory of calls, and the same behind the adapter that gives it phases.
  const auto add_loose = [&](const std::string& name, Pace pace, auto build,
                             const std::set<std::string>& breaks = {}) {
    all.push_back({name, kLt, pace, build, breaks});
    all.push_back({name + "_behind_phases", kAt, Pace::kOneByOne, build, breaks});
  };
  add_loose("annotates", Pace::kOverlapped, alone<AnnotatingMemory>);
  add_loose("waits", Pace::kOverlapped, alone<WaitingMemory>);
  add_loose("waits_from_the_quantum_on", Pace::kOverlapped, alone<SometimesWaitingMemory>);
  all.push_back({"straggles", kLt, Pace::kOwn, alone<StragglingMemory>, {}});
  add_loose("ticket_lock", Pace::kOwn, alone<TicketMemory>);
  add_loose("lock", Pace::kOwn, alone<LockingMemory>);
  add_loose("ticket_router", Pace::kOwn, behind<TicketRouter>);
  add_loose("mutex_router", Pace::kOwn, behind<MutexRouter>);
  add_loose("bridge", Pace::kOverlapped, alone<Bridge>);
  add_loose("rewrites", Pace::kOverlapped, alone<RewritingMemory>, {"14.7"});
  // A memory of phases, and the same behind the adapter that makes them of calls.
  const auto add_phased = [&](const std::string& name, Pace pace, auto build,
                              const std::set<std::string>& breaks = {}) {
    all.push_back({name, kAt, pace, build, breaks});
    all.push_back({name + "_behind_calls", kLt, Pace::kOwn, build, breaks});
  };
  add_phased("1_phase", Pace::kCompleted, alone<OnePhaseMemory>);
  add_phased("2_phases", Pace::kAccepted, alone<TwoPhaseMemory>);
  add_phased("4_phases", Pace::kAccepted, alone<FourPhaseMemory>);
  add_phased("annotated_call", Pace::kAccepted, alone<AnnotatedCallMemory>);
  add_phased("early", Pace::kCompleted, alone<EarlyMemory>);
  add_phased("rewrites_in_phases", Pace::kAccepted, alone<RewritingPhasedMemory>, {"14.7"});
  // The adapter takes neither extended phases nor does the arbiter take the adapter's.
  const auto add_strict = [&](const std::string& name, Pace pace, auto build) {
    all.push_back({name, kAt, pace, build, {}});
  };
  add_strict("peeks_before_end_req", Pace::kAccepted, alone<PeekingMemory<Extra::kBeforeEndReq>>);
  add_strict("peeks_after_end_req", Pace::kAccepted, alone<PeekingMemory<Extra::kAfterEndReq>>);
  add_strict("peeks_on_return", Pace::kAccepted, alone<PeekingMemory<Extra::kReturned>>);
  add_strict("arbiter", Pace::kOwn, alone<Arbiter>);
  return all;
}

}  // namespace

const std::vector<Inhabitant>& inhabitants() {
  static const std::vector<Inhabitant> table = all();
  return table;
}

Inhabitant lacking(Lack lack, Transport transport) {
  const bool loose = transport == Transport::kLooselyTimed;
  if (lack == Lack::kAnswer) {
    return {"silent",
            transport,
            Pace::kOwn,
            loose ? alone<SilentMemory> : alone<SilentPhasedMemory>,
            {}};
  }
  return {"incomplete",
          transport,
          Pace::kOwn,
          loose ? alone<IncompleteMemory> : alone<IncompletePhasedMemory>,
          {"14.17"}};
}

}  // namespace dcnsim::world
