# bash completion for simdb, which says itself what fits; load it with:  source <(simdb completion bash)
_simdb() {
  local rest
  { read -r rest; mapfile -t COMPREPLY; } < <(command simdb __complete --bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  case $rest in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
    nospace) compopt -o nospace ;;
  esac
}
complete -F _simdb simdb
