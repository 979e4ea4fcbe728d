# What `cmake --install` puts where. The command finds the library in ../lib beside it, the library its stubs in offstage/
# beside itself, and the pkg-config file and the CMake package their prefix from where they lie: an installed tree can be
# moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(OFS_STUBS stub_GL stub_GLX stub_OpenGL stub_EGL stub_GLESv2 stub_GLESv1_CM)
install(TARGETS offstage RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS offstage_preload LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS ${OFS_STUBS} offstage_clock LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/offstage)
install(TARGETS ofs_client ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${CMAKE_SOURCE_DIR}/shim/include/offstage.h ${CMAKE_SOURCE_DIR}/kernels/offstage_plan.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

file(RELATIVE_PATH OFS_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
file(RELATIVE_PATH OFS_PACKAGE_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/cmake/offstage /)
configure_file(${CMAKE_SOURCE_DIR}/shim/client/offstage.pc.in offstage.pc @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/shim/client/offstageConfig.cmake.in offstageConfig.cmake @ONLY)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/offstageConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/offstage.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/offstageConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/offstageConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/offstage)

# The same command and library inside the Python package.
install(TARGETS offstage RUNTIME DESTINATION offstage/bin COMPONENT python EXCLUDE_FROM_ALL)
install(TARGETS offstage_preload LIBRARY DESTINATION offstage/lib COMPONENT python EXCLUDE_FROM_ALL)
install(TARGETS ${OFS_STUBS} offstage_clock LIBRARY DESTINATION offstage/lib/offstage COMPONENT python EXCLUDE_FROM_ALL)
# With the pixman of this machine, for where there is none, and its licence (MIT).
find_library(OFS_PIXMAN_LIBRARY NAMES libpixman-1.so.0)
if(OFS_PIXMAN_LIBRARY)
  file(REAL_PATH ${OFS_PIXMAN_LIBRARY} file)
  install(FILES ${file} DESTINATION offstage/lib/offstage RENAME libpixman-1.so.0 COMPONENT python EXCLUDE_FROM_ALL)
  install(FILES /usr/share/doc/libpixman-1-0/copyright DESTINATION offstage/lib/offstage
    RENAME libpixman-1.copyright COMPONENT python EXCLUDE_FROM_ALL OPTIONAL)
endif()
