# SPDX-License-Identifier: Apache-2.0
# What scripts/install puts under a prefix. The manual and the completions are written by the
# program itself from its command line, so they come with the program they describe.

set(texts ${CMAKE_BINARY_DIR}/texts)
add_custom_command(
  OUTPUT ${texts}/dgx-music.1 ${texts}/dgx-music.bash ${texts}/_dgx-music ${texts}/dgx-music.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${texts}
  COMMAND dgx-music manual > ${texts}/dgx-music.1
  COMMAND dgx-music completion bash > ${texts}/dgx-music.bash
  COMMAND dgx-music completion zsh > ${texts}/_dgx-music
  COMMAND dgx-music completion fish > ${texts}/dgx-music.fish
  DEPENDS dgx-music
  COMMENT "Writing manual and completions"
  VERBATIM)
add_custom_target(dgx-music-texts ALL
  DEPENDS ${texts}/dgx-music.1 ${texts}/dgx-music.bash ${texts}/_dgx-music ${texts}/dgx-music.fish)

if(DGX_BUILD_PLUGIN)
  install(TARGETS dgx_lv2 dgx_lv2_ui LIBRARY DESTINATION lib/lv2/dgx-music.lv2)
  install(DIRECTORY ${CMAKE_BINARY_DIR}/lv2/dgx-music.lv2 DESTINATION lib/lv2
    FILES_MATCHING PATTERN "*.ttl")
endif()
install(FILES presets/prompts.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/dgx-music)
install(DIRECTORY lua-scripts DESTINATION ${CMAKE_INSTALL_DATADIR}/dgx-music)
install(TARGETS dgx-music dgx-music-engine dgx-music-transfer RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Only where it was built: dgx-music works without it. The engine looks for it from its own folder.
if(DGX_TORCH)
  install(FILES $<TARGET_FILE:dgx_musicgen> DESTINATION lib/dgx-music OPTIONAL)
endif()
install(FILES ${texts}/dgx-music.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${texts}/dgx-music.bash RENAME dgx-music
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${texts}/_dgx-music DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${texts}/dgx-music.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
# The unit names the program by its place, which is known when it is installed.
install(FILES scripts/systemd/dgx-music.socket DESTINATION ${CMAKE_INSTALL_DATADIR}/systemd/user)
install(CODE "
  set(bindir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  configure_file(\"${CMAKE_SOURCE_DIR}/scripts/systemd/dgx-music.service.in\"
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/systemd/user/dgx-music.service\"
    @ONLY)")
install(FILES LICENSE docs/licences.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
