# The symbol table that backtraces are written with is made from the linked image and put into its own room in it.
find_program(LACUNA_NM NAMES llvm-nm-19 llvm-nm REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_custom_command(TARGET lacuna POST_BUILD VERBATIM
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_symbols.py ${LACUNA_NM} $<TARGET_FILE:lacuna>)
