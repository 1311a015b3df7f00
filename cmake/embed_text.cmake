# cmake -DINPUT=FILE -DOUTPUT=FILE.cpp -DFOLDER=NAME -DSYMBOL=NAME -P embed_text.cmake; see simdb_embed in helpers.cmake.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
get_filename_component(name ${INPUT} NAME)
file(WRITE ${OUTPUT} "// Made from ${name} by the build.
#include \"${FOLDER}/embedded_files.h\"

namespace simdb::${FOLDER} {
namespace {

constexpr unsigned char kBytes[] = {
${bytes}};

}  // namespace

const std::string_view ${SYMBOL}(reinterpret_cast<const char*>(kBytes), sizeof(kBytes));

}  // namespace simdb::${FOLDER}
")
