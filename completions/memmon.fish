# fish completion for memmon. memmon itself says what may follow; no word of the command line is evaluated.

function __memmon_complete
    # Leave an open quote out of the question.
    set -l current (commandline -ct | string replace -r -- '^[\'"]' '')
    set -l words (commandline -opc)
    set -l lines (command memmon completion words $words[2..-1] $current 2>/dev/null)
    switch "$lines[1]"
        case words
            string join \n -- $lines[2..-1]
        case files commands
            __fish_complete_path (string replace -r -- '^--[\w-]+=' '' $current)
        case folders
            __fish_complete_directories (string replace -r -- '^--[\w-]+=' '' $current) ''
        case groups
            __fish_complete_groups
    end
end

complete -c memmon -f -a '(__memmon_complete)'
