# SPDX-License-Identifier: Apache-2.0
# A Debian package of the commands, their data and what platforms link: `cpack` in the folder of a
# build. What depends on libtorch stays out, for it would bring a gigabyte that only training needs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dcnsim)
# Whoever publishes a package names themselves; there is no address to assume.
set(CPACK_PACKAGE_CONTACT "dcnsim <dcnsim@invalid>" CACHE STRING "Maintainer of the Debian package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of fixed-point accelerators for convolutional networks")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dcnsim dcnsim_command)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION electronics)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox, node-jsdom, python3-pandas")
# For those who link the libraries.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libsystemc-dev, libyaml-cpp-dev, libssl-dev, g++, cmake")
include(CPack)
