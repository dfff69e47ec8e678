// SPDX-License-Identifier: Apache-2.0
// Message types of what the models report through SystemC, for sc_report_handler::set_actions().
// The message begins with the name of the module.
#pragma once

namespace dcnsim::report {

/// Warning: an access to the registers was refused; the first one of an accelerator is told, with
/// command, address, length and response.
inline constexpr char kRefusedAccess[] = "/dcnsim/registers/refused_access";
/// Warning: the burst that ends a job in BUS_ERROR, with command, address, length and response.
inline constexpr char kBusError[] = "/dcnsim/memory_port/bus_error";
/// Warning: a job has waited for the memory alone for AcceleratorOptions::watchdog; once a job,
/// with what is awaited.
inline constexpr char kNoProgress[] = "/dcnsim/memory_port/no_progress";
/// Warning: transactions had not ended when simulation did.
inline constexpr char kOutstanding[] = "/dcnsim/memory_port/outstanding";
/// Error: an initiator of Dram breaks the base protocol.
inline constexpr char kProtocol[] = "/dcnsim/dram/protocol";

}  // namespace dcnsim::report
