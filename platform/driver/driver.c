// SPDX-License-Identifier: Apache-2.0
#include "platform/driver/driver.h"

#include "platform/driver/dcn_registers.h"

static bool read32(const DcnPort* port, uint32_t offset, uint32_t* value) {
  return port->read32(port->context, offset, value);
}

static bool write32(const DcnPort* port, uint32_t offset, uint32_t value) {
  return port->write32(port->context, offset, value);
}

static DcnStatus status_of(bool accessed) { return accessed ? DCN_OK : DCN_BUS_ERROR; }

DcnStatus dcn_initialise(const DcnPort* port) {
  uint32_t id = 0, version = 0;
  if (!read32(port, DCN_REG_ID, &id) || !read32(port, DCN_REG_VERSION, &version)) {
    return DCN_BUS_ERROR;
  }
  if (id != DCN_ID_VALUE || version >> 16 != DCN_VERSION_VALUE >> 16) return DCN_NO_DEVICE;
  return status_of(write32(port, DCN_REG_CONTROL, DCN_CONTROL_RESET) &&
                   write32(port, DCN_REG_IRQ_ENABLE, DCN_IRQ_ENABLE_DONE | DCN_IRQ_ENABLE_ERROR));
}

static DcnStatus begin(const DcnPort* port, uint64_t address, uint32_t count, uint32_t command) {
  return status_of(write32(port, DCN_REG_DESCRIPTOR_ADDRESS_LO, (uint32_t)address) &&
                   write32(port, DCN_REG_DESCRIPTOR_ADDRESS_HI, (uint32_t)(address >> 32)) &&
                   write32(port, DCN_REG_DESCRIPTOR_COUNT, count) &&
                   write32(port, DCN_REG_CONTROL, command));
}

DcnStatus dcn_start(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count) {
  return begin(port, descriptor_address, descriptor_count, DCN_CONTROL_START);
}

DcnStatus dcn_queue(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count) {
  uint32_t status = 0;
  if (!read32(port, DCN_REG_STATUS, &status)) return DCN_BUS_ERROR;
  if ((status & DCN_STATUS_QUEUED) != 0) return DCN_RUNNING;
  if ((status & DCN_STATUS_ERROR) != 0) return DCN_JOB_FAILED;
  return begin(port, descriptor_address, descriptor_count, DCN_CONTROL_QUEUE);
}

DcnStatus dcn_jobs(const DcnPort* port, uint32_t* count) {
  return status_of(read32(port, DCN_REG_JOBS, count));
}

DcnResult dcn_finish(const DcnPort* port) {
  DcnResult result = {DCN_RUNNING, 0, 0};
  uint32_t cause = 0, code = 0, layer = 0;
  if (!read32(port, DCN_REG_IRQ_STATUS, &cause)) {
    result.status = DCN_BUS_ERROR;
    return result;
  }
  if (cause == 0) return result;
  result.status = status_of(write32(port, DCN_REG_IRQ_STATUS, cause) &&
                            read32(port, DCN_REG_ERROR_CODE, &code) &&
                            read32(port, DCN_REG_ERROR_LAYER, &layer));
  if (result.status == DCN_OK && (cause & DCN_IRQ_STATUS_ERROR) != 0) {
    result.status = DCN_JOB_FAILED;
    result.error_code = code;
    result.error_layer = layer;
  }
  return result;
}

DcnResult dcn_wait(const DcnPort* port, uint32_t jobs) {
  DcnResult result = {DCN_RUNNING, 0, 0};
  for (;;) {
    uint32_t succeeded = 0, cause = 0;
    // Acknowledged before it is counted: what succeeds in between interrupts once more.
    result.status = status_of(write32(port, DCN_REG_IRQ_STATUS, DCN_IRQ_STATUS_DONE) &&
                              read32(port, DCN_REG_JOBS, &succeeded) &&
                              read32(port, DCN_REG_IRQ_STATUS, &cause));
    if (result.status != DCN_OK || (int32_t)(succeeded - jobs) >= 0) return result;
    if ((cause & DCN_IRQ_STATUS_ERROR) != 0) return dcn_finish(port);
    port->wait_for_interrupt(port->context);
  }
}

DcnResult dcn_run(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count) {
  DcnResult result = {DCN_RUNNING, 0, 0};
  const DcnStatus started = dcn_start(port, descriptor_address, descriptor_count);
  if (started != DCN_OK) {
    result.status = started;
    return result;
  }
  // A wake without a cause is somebody else's interrupt.
  while (result.status == DCN_RUNNING) {
    port->wait_for_interrupt(port->context);
    result = dcn_finish(port);
  }
  return result;
}

DcnStatus dcn_counter(const DcnPort* port, uint32_t offset, uint64_t* value) {
  uint32_t low = 0, high = 0;
  const bool ok = read32(port, offset, &low) && read32(port, offset + 4, &high);
  *value = ok ? (uint64_t)high << 32 | low : 0;
  return status_of(ok);
}
