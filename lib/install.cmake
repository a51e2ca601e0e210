# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down: library, headers, find_package and pkg-config files.
include(CMakePackageConfigHelpers)

install(TARGETS exactnorm exactnorm_geometry EXPORT exactnorm)
install(DIRECTORY include/exactnorm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/include/exactnorm/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/exactnorm)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/exactnorm)
install(EXPORT exactnorm NAMESPACE exactnorm:: FILE exactnorm-config.cmake DESTINATION ${package_dir})
write_basic_package_version_file(exactnorm-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/exactnorm-config-version.cmake DESTINATION ${package_dir})

file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/exactnorm.pc CONTENT
"prefix=${CMAKE_INSTALL_PREFIX}
libdir=${CMAKE_INSTALL_FULL_LIBDIR}
includedir=${CMAKE_INSTALL_FULL_INCLUDEDIR}

Name: exactnorm
Description: ${PROJECT_DESCRIPTION}
URL: https://arxiv.org/abs/2405.04134
Version: ${PROJECT_VERSION}
Libs: -L\${libdir} -lexactnorm
Libs.private: -lstdc++
Cflags: -I\${includedir}
")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/exactnorm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
