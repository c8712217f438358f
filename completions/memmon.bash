# bash completion for memmon. memmon itself says what may follow; no word of the command line is evaluated.

_memmon() {
  local line=${COMP_LINE:0:COMP_POINT} words=() word at kind
  # readline has split words at = and : and others: join those that had no blank between them.
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    ((${#word} > ${#line})) && word=$line # the cursor is within it
    if ((at == 0)) || [[ $line == [[:space:]]* ]]; then
      line=${line#"${line%%[![:space:]]*}"}
      ((at == COMP_CWORD)) && word=$line
      words+=("$word")
    else
      words[-1]+=$word
    fi
    line=${line#"$word"}
  done
  # Leave quotes, open or closed, out of the question.
  words=("${words[@]//[\"\'\\]/}")
  local current=${words[-1]}

  mapfile -t COMPREPLY < <(command memmon completion words "${words[@]:1}" 2>/dev/null)
  kind=${COMPREPLY[0]}
  COMPREPLY=("${COMPREPLY[@]:1}")
  [[ $current == --*=* ]] && current=${current#*=}
  case $kind in
    words) ;;
    files) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    folders) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    commands) compopt -o filenames && mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
    groups) mapfile -t COMPREPLY < <(compgen -g -- "$current") ;;
  esac
  [[ $kind == words ]] || return 0

  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  [[ ${COMPREPLY[0]} == *[=:] ]] && compopt -o nospace
  # readline inserts candidates after the last of its breaks in the word, unless the word is quoted.
  [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]] && return 0
  current=${words[-1]}
  local breaks=${COMP_WORDBREAKS//[^=:]/}
  [[ -n $breaks && $current == *["$breaks"]* ]] || return 0
  local rest=${current##*["$breaks"]}
  COMPREPLY=("${COMPREPLY[@]#"${current%"$rest"}"}")
}

complete -F _memmon memmon
