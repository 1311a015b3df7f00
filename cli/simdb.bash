# bash completion for simdb; load it with:  source <(simdb completion bash)

# The classes that begin with $1. Not by compgen -W: that would run what a name like $(date) says.
_simdb_classes() {
  local name
  simdb classes 2>/dev/null | sed 's/^ *[0-9]*  //' | while IFS= read -r name; do
    if [[ $name == "$1"* ]]; then printf '%s\n' "$name"; fi
  done
}

_simdb() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "add backup calibrate classes compact compare completion duplicates embed encoders eval export image import init ls mv query reembed reindex restore review rm
      sample-data serve set stats train tune verify watch why --help --version" -- "$word")
    return
  fi
  case $previous in
    --db | --images | --open-set | --projector)
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return ;;
    --encoder)
      mapfile -t COMPREPLY < <(compgen -W "photo omniglot" -- "$word"; compgen -f -- "$word")
      return ;;
    -o | --output | --report | --faiss | --files-from | --fvecs | --meta-file | --npy | --read-token-file | --token-file | --vectors)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --class)
      mapfile -t COMPREPLY < <(_simdb_classes "$word")
      return ;;
    --class-by)
      mapfile -t COMPREPLY < <(compgen -W "color shape both" -- "$word")
      return ;;
    --image-limit)
      compopt -o nospace
      mapfile -t COMPREPLY < <(compgen -W "megapixels= side= file-mb= memory-mb= seconds= scans=" -- "$word")
      return ;;
    --on-duplicate)
      mapfile -t COMPREPLY < <(compgen -W "add skip warn refuse" -- "$word")
      return ;;
    --classes)
      mapfile -t COMPREPLY < <(compgen -W "auto top leaf" -- "$word")
      return ;;
  esac
  if [[ $word == -* ]]; then
    local options
    case $command in
      add) options="--by-folder --files-from --null --key --meta --meta-file --on-duplicate --dry-run --classes --image-limit --db --server --token-file --json" ;;
      compact | restore | reindex) options="--db --json" ;;
      backup | import | stats) options="--db --server --token-file --json" ;;
      verify) options="--db --server --token-file --deep --json --repair" ;;
      calibrate) options="--alpha --group-by --group-by-folder --classes --image-limit --db --server --token-file --json" ;;
      compare) options="--image-limit --db --server --token-file --encoder --json" ;;
      duplicates) options="--class --exact --threshold --report --db --server --token-file --json" ;;
      embed) options="--output --files-from --null --image-limit --db --server --token-file --encoder" ;;
      eval) options="--report --alpha --classes -k --ways --shots --episodes --seed --within-parents --open-set --image-limit --db --encoder --json" ;;
      export) options="--output --faiss --fvecs --npy --projector --after --class --limit --where --db --server --token-file" ;;
      encoders) options="--json" ;;
      init) options="--encoder --dim --space --dimension --keep-images --max-image-bytes --db --json" ;;
      image) options="--db --server --token-file" ;;
      reembed) options="--encoder --dim --images --drop-missing --no-switch --keep-old --roll-back --discard --image-limit --db --json" ;;
      query) options="-k --vectors --files-from --null --class --where --accept --alpha --within --why --image-limit --db --server --token-file --json" ;;
      why) options="-k --vectors --report --class --where --accept --alpha --within --image-limit --db --server --token-file --json" ;;
      classes) options="--by --class --where --db --server --token-file --json" ;;
      ls) options="--after --class --limit --where --db --server --token-file --json" ;;
      mv) options="--class --db --server --token-file --json" ;;
      serve) options="--listen --token-file --read-token-file --host --read-only --threads --open --quiet --image-limit --db" ;;
      set) options="--unset --key --db --server --token-file --json" ;;
      tune) options="--items --dry-run --reset --db --json" ;;
      review) options="--keep --class --limit --report -k --db --server --token-file --json" ;;
      rm) options="--class --db --server --token-file --json" ;;
      sample-data) options="--colors --count --class-by --size --seed" ;;
      watch) options="--since --class --where --once --every --db --server --token-file" ;;
      train) options=$(simdb train --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u) ;;
      *) options="" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$word")
    return
  fi
  case $command in
    ls | mv)
      mapfile -t COMPREPLY < <(_simdb_classes "$word") ;;
    completion) mapfile -t COMPREPLY < <(compgen -W "bash" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _simdb simdb
