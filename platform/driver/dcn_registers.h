// SPDX-License-Identifier: Apache-2.0
// Registers of the accelerator. Written by dcnsim_registers from models/arch/registers.h:
// do not edit.
#pragma once

// clang-format off
/* Offsets of 32-bit registers in a window of this many bytes. */
#define DCN_WINDOW_BYTES                 0x1000u     /* size of the register window */
#define DCN_REG_ID                       0x000u      /* identifies the accelerator */
#define DCN_REG_VERSION                  0x004u      /* version of this interface */
#define DCN_REG_CONTROL                  0x008u      /* commands */
#define DCN_REG_STATUS                   0x00Cu      /* state of the accelerator */
#define DCN_REG_IRQ_ENABLE               0x010u      /* causes that raise the interrupt line */
#define DCN_REG_IRQ_STATUS               0x014u      /* causes pending, whether enabled or not */
#define DCN_REG_ERROR_CODE               0x018u      /* kind of failure of the last job */
#define DCN_REG_ERROR_LAYER              0x01Cu      /* place of the failure of the last job */
#define DCN_REG_DESCRIPTOR_ADDRESS_LO    0x020u      /* address of the descriptor list, a multiple of the bus width; taken at START and QUEUE */
#define DCN_REG_DESCRIPTOR_ADDRESS_HI    0x024u      /* address of the descriptor list; taken at START and QUEUE */
#define DCN_REG_DESCRIPTOR_COUNT         0x028u      /* length of the descriptor list; taken at START and QUEUE */
#define DCN_REG_JOBS                     0x02Cu      /* jobs that have succeeded since RESET */

/* Counters of 64 bits: low word at the offset, high word 4 bytes above. */
#define DCN_REG_CYCLES                   0x040u      /* clock cycles from START to the last DONE */
#define DCN_REG_MACS                     0x048u      /* multiply-accumulates */
#define DCN_REG_STALL_DESCRIPTOR         0x050u      /* cycles waiting for descriptors */
#define DCN_REG_STALL_WEIGHT             0x058u      /* cycles the array waits for weights */
#define DCN_REG_STALL_INPUT              0x060u      /* cycles the array waits for inputs */
#define DCN_REG_STALL_OUTPUT             0x068u      /* cycles waiting for the output buffer or the last write */
#define DCN_REG_BYTES_DESCRIPTOR         0x070u      /* descriptor bytes read */
#define DCN_REG_BYTES_WEIGHT             0x078u      /* weight bytes read */
#define DCN_REG_BYTES_BIAS               0x080u      /* bias bytes read */
#define DCN_REG_BYTES_INPUT              0x088u      /* input bytes read */
#define DCN_REG_BYTES_OUTPUT             0x090u      /* output bytes written */
#define DCN_REG_OVERFLOWS                0x098u      /* outputs whose accumulator lost the exact sum */
#define DCN_REG_STALL_CONFLICT           0x0A0u      /* cycles the array waits for banks that the DMA uses */
#define DCN_REG_BYTES_PARAMETER          0x0A8u      /* bytes read of multipliers and shifts, or of thresholds */

/* Fields and values. */
#define DCN_ID_VALUE                     0x314E4344u /* what the register reads */
#define DCN_VERSION_VALUE                0x10002u    /* what the register reads */
#define DCN_VERSION_MINOR_MASK           0xFFFFu     /* grows when something is added */
#define DCN_VERSION_MINOR_SHIFT          0           /* lowest bit */
#define DCN_VERSION_MAJOR_MASK           0xFFFF0000u /* grows when software has to change */
#define DCN_VERSION_MAJOR_SHIFT          16          /* lowest bit */
#define DCN_CONTROL_START                0x1u        /* 1 runs the descriptors, sets BUSY and clears DONE, ERROR, ERROR_CODE, ERROR_LAYER and the counters; ignored while BUSY or together with RESET */
#define DCN_CONTROL_RESET                0x2u        /* 1 abandons the job and gives every register and counter its reset value, as the reset input does */
#define DCN_CONTROL_QUEUE                0x4u        /* 1 runs the descriptors when the job that runs has succeeded, or as START does if none runs; the counters go on; ignored while QUEUED or ERROR and together with RESET */
#define DCN_STATUS_BUSY                  0x1u        /* a job runs */
#define DCN_STATUS_DONE                  0x2u        /* the last job succeeded */
#define DCN_STATUS_ERROR                 0x4u        /* the last job failed */
#define DCN_STATUS_QUEUED                0x8u        /* a job waits for the one that runs, and is forgotten if that fails */
#define DCN_IRQ_ENABLE_DONE              0x1u        /* the interrupt line follows IRQ_STATUS.DONE */
#define DCN_IRQ_ENABLE_ERROR             0x2u        /* the interrupt line follows IRQ_STATUS.ERROR */
#define DCN_IRQ_STATUS_DONE              0x1u        /* a job succeeded and all it wrote is in memory; writing 1 acknowledges */
#define DCN_IRQ_STATUS_ERROR             0x2u        /* a job failed; writing 1 acknowledges */
#define DCN_ERROR_CODE_NONE              0u          /* no error */
#define DCN_ERROR_CODE_BAD_DESCRIPTOR    1u          /* a field is invalid, the list is empty or its address is not a multiple of the bus width */
#define DCN_ERROR_CODE_DOES_NOT_FIT      2u          /* a tile exceeds a buffer */
#define DCN_ERROR_CODE_BUS_ERROR         3u          /* the memory answered with an error response */
