# SPDX-License-Identifier: Apache-2.0
# What users include: copies of our headers under BUILD/include/dcnsim, in which every include of
# ours begins with dcnsim/ too. BUILD/include, or PREFIX/include, is then all that has to be on the
# path, and nobody's own folder models/ or platform/ is in the way.
file(GLOB_RECURSE DCNSIM_HEADERS RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS models/*.h)
# Those of the kernels are parts of their sources, but for one.
list(FILTER DCNSIM_HEADERS EXCLUDE REGEX "^models/numeric/kernels/")
list(APPEND DCNSIM_HEADERS models/numeric/kernels/kernel_set.h)
# The driver as a source too, which is compiled for the processor that drives the accelerator.
set(DCNSIM_DRIVER_FILES
    platform/driver/dcn_descriptor.h
    platform/driver/dcn_job.c
    platform/driver/dcn_job.h
    platform/driver/dcn_registers.h
    platform/driver/driver.c
    platform/driver/driver.h
    platform/driver/linux/uio.c
    platform/driver/linux/uio.h)
set(DCNSIM_COMMAND_HEADERS "")
# The virtual platform, and the sources of its firmware.
if(TARGET dcnsim_riscv)
  file(GLOB DCNSIM_COMMAND_HEADERS RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
       platform/riscv/firmware/*.[chS] platform/riscv/firmware/*.ld platform/riscv/gdb/*.h)
  list(
    APPEND
    DCNSIM_COMMAND_HEADERS
    platform/riscv/boot_table.h
    platform/riscv/core.h
    platform/riscv/debugger.h
    platform/riscv/memory_image.h
    platform/riscv/memory_map.h
    platform/riscv/virtual_platform.h)
endif()
if(TARGET dcnsim_inference)
  list(
    APPEND
    DCNSIM_COMMAND_HEADERS
    analysis/evaluation/input_file.h
    analysis/evaluation/confidence.h
    analysis/evaluation/pixel_statement.h
    analysis/inference/fixed_network.h
    analysis/inference/inference.h
    analysis/inference/layer_dump.h
    analysis/inference/run_progress.h
    analysis/inference/shipped_data.h
    analysis/quantizer/distribution.h
    analysis/quantizer/format_rule.h
    analysis/quantizer/format_search.h
    analysis/quantizer/histogram.h
    analysis/quantizer/tensor_range.h
    analysis/report/energy_range.h
    analysis/report/run_report.h
    analysis/trace/trace_format.h
    analysis/whatif/changes.h
    analysis/whatif/diagnosis.h
    analysis/whatif/limits.h
    analysis/whatif/what_if_report.h
    platform/compiler/job.h
    platform/compiler/job_files.h
    platform/compiler/mapper/mapper.h
    platform/compiler/mapper/mapping.h
    platform/compiler/mapper/search_cache.h
    platform/compiler/mapper/search_result.h
    platform/compiler/program.h
    workloads/affine.h
    workloads/curve.h
    workloads/images/dataset.h
    workloads/network.h
    workloads/onnx/onnx_network.h
    workloads/pixel_convention.h)
endif()

set(files ${DCNSIM_HEADERS} ${DCNSIM_DRIVER_FILES} ${DCNSIM_COMMAND_HEADERS})
set(script ${PROJECT_SOURCE_DIR}/platform/cmake/copy_headers.cmake)
set(stamp ${PROJECT_BINARY_DIR}/include/copied)
set(depends ${files})
list(TRANSFORM depends PREPEND ${PROJECT_SOURCE_DIR}/)
dcnsim_systemc_version(version unused)
add_custom_command(
  OUTPUT ${stamp}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DFROM=${PROJECT_SOURCE_DIR}
          -DTO=${PROJECT_BINARY_DIR}/include/dcnsim -DSYSTEMC_VERSION=${version} -P ${script}
  COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
  DEPENDS ${depends} ${script}
  COMMENT "Copying headers for users"
  VERBATIM)
add_custom_target(dcnsim_headers ALL DEPENDS ${stamp})
