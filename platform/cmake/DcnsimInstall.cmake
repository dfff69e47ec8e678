# SPDX-License-Identifier: Apache-2.0
# The package for integrators: libraries (dcnsim_export), headers, CMake package, pkg-config files
# and data, all of the install component dcnsim.
include(CMakePackageConfigHelpers)

dcnsim_systemc_version(DCNSIM_SYSTEMC_VERSION unused)
set(DCNSIM_DATA_DIR ${CMAKE_INSTALL_DATADIR}/dcnsim)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/dcnsim)
set(generated_dir ${PROJECT_BINARY_DIR}/package)

install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim COMPONENT dcnsim
        FILES_MATCHING PATTERN "*.h" PATTERN "presets" EXCLUDE PATTERN "tables" EXCLUDE)
install(FILES platform/driver/dcn_registers.h platform/driver/driver.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dcnsim/platform/driver COMPONENT dcnsim)

install(DIRECTORY models/arch/presets models/cost/tables DESTINATION ${DCNSIM_DATA_DIR}
        COMPONENT dcnsim)
install(FILES platform/registers/dcn.ipxact.xml platform/registers/dcn.busdef.xml
              platform/registers/dcn.rdl DESTINATION ${DCNSIM_DATA_DIR}/registers COMPONENT dcnsim)
install(FILES platform/standalone/example.cpp DESTINATION ${DCNSIM_DATA_DIR}/examples
        COMPONENT dcnsim)
# As a source: it is compiled for the processor that drives the accelerator.
install(FILES platform/driver/driver.c DESTINATION ${DCNSIM_DATA_DIR}/driver COMPONENT dcnsim)

configure_package_config_file(
  platform/cmake/dcnsimConfig.cmake.in ${generated_dir}/dcnsimConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS DCNSIM_DATA_DIR)
write_basic_package_version_file(${generated_dir}/dcnsimConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(
  FILES ${generated_dir}/dcnsimConfig.cmake ${generated_dir}/dcnsimConfigVersion.cmake
        platform/cmake/DcnsimRequirements.cmake platform/cmake/FindSystemC.cmake
  DESTINATION ${package_dir} COMPONENT dcnsim)
foreach(package Core Tlm)
  install(EXPORT dcnsim${package} NAMESPACE dcnsim:: DESTINATION ${package_dir} COMPONENT dcnsim)
endforeach()

file(RELATIVE_PATH DCNSIM_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(part core tlm)
  configure_file(platform/cmake/dcnsim-${part}.pc.in ${generated_dir}/dcnsim-${part}.pc @ONLY)
  install(FILES ${generated_dir}/dcnsim-${part}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT dcnsim)
endforeach()
