# What is installed, and the Debian package of it (script/package). The documents that describe settings and commands are
# printed by the program itself. The bill of materials is there where script/package made it.
include(GNUInstallDirs)
set(CMAKE_INSTALL_PREFIX /usr)
set(made ${CMAKE_BINARY_DIR}/package)

add_custom_command(
  OUTPUT ${made}/beckon.toml ${made}/beckon.1.gz
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND beckon reference toml > ${made}/beckon.toml
  COMMAND beckon reference man | gzip -9n > ${made}/beckon.1.gz
  DEPENDS beckon
  VERBATIM)
add_custom_target(beckon_documents DEPENDS ${made}/beckon.toml ${made}/beckon.1.gz)

install(TARGETS beckon RUNTIME)
install(FILES packaging/beckon.service DESTINATION lib/systemd/system)
install(FILES packaging/debian/beckon.tmpfiles DESTINATION lib/tmpfiles.d RENAME beckon.conf)
install(FILES ${made}/beckon.toml DESTINATION /etc/beckon)
install(FILES ${made}/beckon.1.gz TYPE MAN RENAME man1/beckon.1.gz)
install(FILES README.md DESTINATION share/doc/beckon)
install(DIRECTORY docs DESTINATION share/doc/beckon)
install(FILES LICENSE DESTINATION share/doc/beckon RENAME copyright)
install(FILES ${made}/beckon.cdx.json DESTINATION share/doc/beckon OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME beckon)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR Beckon)
set(CPACK_PACKAGE_CONTACT "Beckon <maintainers@beckon.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "server for lifecycle messaging and retargeting")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/${script})
endforeach()
include(CPack)
