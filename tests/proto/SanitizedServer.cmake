# ofs_sanitized_program(NAME memory|thread LINK_FLAGS SOURCE...): a program of ours with the X server (shim/x11, shim/util) compiled in
# and instrumented. A preloaded library cannot carry a sanitizer into a host that has none, so these programs link the
# server's sources themselves. Compiled with clang where it is, since libFuzzer is clang's; each set of sanitizers is
# compiled once and shared.
include_guard(GLOBAL)

find_program(OFS_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
if(OFS_CLANG)
  set(OFS_SANITIZER_CC ${OFS_CLANG} CACHE INTERNAL "")
else()
  set(OFS_SANITIZER_CC ${CMAKE_C_COMPILER} CACHE INTERNAL "")
endif()

# Object files of a list of sources for one set of sanitizers.
function(ofs_sanitized_objects kind flags out)
  set(objects "")
  foreach(source ${ARGN})
    string(MD5 key "${kind}${source}")
    get_filename_component(stem ${source} NAME_WE)
    set(object ${CMAKE_BINARY_DIR}/sanitized/${kind}/${stem}-${key}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${OFS_SANITIZER_CC} -std=gnu11 -g -O1 -fno-omit-frame-pointer ${flags} -D_GNU_SOURCE
        -DOFS_VERSION=\"${PROJECT_VERSION}\" -I${CMAKE_SOURCE_DIR}/shim -I${CMAKE_SOURCE_DIR}/shim/x11
        -I${CMAKE_SOURCE_DIR} -I${CMAKE_SOURCE_DIR}/kernels -I${CMAKE_SOURCE_DIR}/shim/include -I${CMAKE_CURRENT_SOURCE_DIR}
        -isystem ${OFS_PIXMAN}
        -MD -MF ${object}.d -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d VERBATIM
      COMMENT "Compiling ${stem}.c (${kind})")
    list(APPEND objects ${object})
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# Object files of whole modules of the library (targets ofs_MODULE), with what a source is compiled with for one kind of
# processor.
function(ofs_sanitized_modules kind flags out)
  set(objects "")
  foreach(module ${ARGN})
    get_target_property(sources ofs_${module} SOURCES)
    get_target_property(folder ofs_${module} SOURCE_DIR)
    foreach(source ${sources})
      get_source_file_property(more ${folder}/${source} DIRECTORY ${folder} COMPILE_OPTIONS)
      if(NOT more)
        set(more "")
      endif()
      ofs_sanitized_objects(${kind} "${flags};${more}" object ${folder}/${source})
      list(APPEND objects ${object})
    endforeach()
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# Sources of the server, generated ones too, by absolute path.
function(ofs_server_sources out)
  set(all "")
  foreach(module x11 util)
    get_target_property(sources ofs_${module} SOURCES)
    get_target_property(folder ofs_${module} SOURCE_DIR)
    foreach(source ${sources})
      if(NOT IS_ABSOLUTE ${source})
        set(source ${folder}/${source})
      endif()
      if(source MATCHES "\\.c$")
        list(APPEND all ${source})
      endif()
    endforeach()
  endforeach()
  set(${out} ${all} PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/sanitized/memory ${CMAKE_BINARY_DIR}/sanitized/thread ${CMAKE_BINARY_DIR}/bin)
ofs_server_sources(ofs_sanitized_sources)
# In the cache, since folders of any depth ask for these.
set(OFS_MEMORY_LINK -fsanitize=address,undefined -fno-sanitize-recover=undefined CACHE INTERNAL "")
if(OFS_CLANG)
  set(OFS_MEMORY_COMPILE ${OFS_MEMORY_LINK} -fsanitize=fuzzer-no-link CACHE INTERNAL "")
else()
  set(OFS_MEMORY_COMPILE ${OFS_MEMORY_LINK} CACHE INTERNAL "")
endif()
ofs_sanitized_objects(memory "${OFS_MEMORY_COMPILE}" objects ${ofs_sanitized_sources})
set(OFS_MEMORY_OBJECTS ${objects} CACHE INTERNAL "")
ofs_sanitized_objects(thread "-fsanitize=thread" objects ${ofs_sanitized_sources})
set(OFS_THREAD_OBJECTS ${objects} CACHE INTERNAL "")
# One target that makes each set: the programs depend on it, so that no two rules race for a file.
add_custom_target(ofs_memory_objects DEPENDS ${OFS_MEMORY_OBJECTS})
add_custom_target(ofs_thread_objects DEPENDS ${OFS_THREAD_OBJECTS})
foreach(tables ofs_keymap ofs_fonts ofs_colors)
  add_dependencies(ofs_memory_objects ${tables})
  add_dependencies(ofs_thread_objects ${tables})
endforeach()

# memory: address and undefined behaviour. LINK_FLAGS may add to the link (libFuzzer).
function(ofs_sanitized_program name kind link_flags)
  if(kind STREQUAL memory)
    set(flags ${OFS_MEMORY_COMPILE})
    set(link ${OFS_MEMORY_LINK})
    set(objects ${OFS_MEMORY_OBJECTS})
  else()
    set(flags -fsanitize=thread)
    set(link -fsanitize=thread)
    set(objects ${OFS_THREAD_OBJECTS})
  endif()
  set(sources "")
  foreach(source ${ARGN})
    if(NOT IS_ABSOLUTE ${source})
      set(source ${CMAKE_CURRENT_SOURCE_DIR}/${source})
    endif()
    list(APPEND sources ${source})
  endforeach()
  ofs_sanitized_objects(${kind} "${flags}" own ${sources})
  set(program ${CMAKE_BINARY_DIR}/bin/${name})
  add_custom_command(OUTPUT ${program}
    COMMAND ${OFS_SANITIZER_CC} ${link} ${link_flags} -o ${program} ${own} ${objects} -lpthread
    DEPENDS ${own} ${objects} VERBATIM COMMENT "Linking ${name}")
  add_custom_target(${name} ALL DEPENDS ${program})
  add_dependencies(${name} ofs_${kind}_objects)
endfunction()
