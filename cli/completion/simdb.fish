# fish completion for simdb, which says itself what fits; load it with:  simdb completion fish | source
function __simdb_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (command simdb __complete -- $before[2..] "$word" 2>/dev/null)
    set -q lines[2]; and printf '%s\n' $lines[2..]
    set -l option (string match --regex -- '^--[a-z-]*=' "$word")
    set -l path (string replace --regex -- '^--[a-z-]*=' '' "$word")
    switch "$lines[1]"
        case files
            printf "$option%s\n" (__fish_complete_path "$path")
        case folders
            printf "$option%s\n" (__fish_complete_directories "$path")
    end
end
complete --command simdb --no-files --arguments '(__simdb_complete)'
