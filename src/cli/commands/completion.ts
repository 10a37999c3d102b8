/** `vxpcap completion bash|zsh|fish`: a script that completes commands, options and their values; what else is typed is a file. */
import { CATALOG } from '../../findings/catalog.ts'
import { UsageError } from '../arguments.ts'
import { DONE } from '../exit-status.ts'
import { type Host, print } from '../host.ts'

/** An option as a completion knows it. */
export interface OptionModel {
  /** `--sort`. */
  long: string
  /** `-o`, or empty. */
  short: string
  description: string
  takesValue: boolean
  /** Values that there are; a file where there are none. */
  values: readonly string[]
  /** Whether several values are given with commas between them. */
  isList: boolean
}

/** A command as a completion knows it. */
export interface CommandModel {
  name: string
  description: string
  options: readonly OptionModel[]
  /** What its arguments can be; files where there is nothing. */
  values: readonly string[]
}

/** What captures and options alone mean, and how those begin or look, as shells match it. */
const USUAL = 'summarize'
const ALONE: readonly string[] = ['-*', '*[./]*']
/** The command that prints the help of another. */
const HELP = 'help'
const HELP_ABOUT = 'how a command is used'

const SHELLS: Readonly<Record<string, (commands: readonly CommandModel[]) => string>> = { bash, zsh, fish }

/** Runs the command. @returns Exit status. @throws UsageError for a shell that it does not know. */
export async function completion(shell: string, commands: readonly CommandModel[], host: Host): Promise<number> {
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
  if (script === undefined) {
    throw new UsageError(`completion '${shell}': there are ${Object.keys(SHELLS).join(', ')}`)
  }
  const codes = CATALOG.map(({ code }) => code)
  await print(host, script(commands.map((each) => (each.name === 'findings' ? { ...each, values: codes } : each))))
  return DONE
}

/** Everything that can stand first. */
function namesOf(commands: readonly CommandModel[]): string[] {
  return [...commands.map(({ name }) => name), HELP]
}

function bash(commands: readonly CommandModel[]): string {
  const cases = commands.flatMap(({ name, options, values }) => [
    ...options
      .filter((option) => option.values.length > 0)
      .flatMap(({ long, short, values, isList }) =>
        [long, short]
          .filter(Boolean)
          .map((flag) => `    '${name} ${flag}') ${isList ? 'list' : 'words'} '${values.join(' ')}' ;;`),
      ),
    ...(values.length > 0 ? [`    '${name} '*) words '${values.join(' ')}' ;;`] : []),
  ])
  const flags = commands.map(
    ({ name, options }) => `      ${name}) words '${options.map(({ long }) => long).join(' ')}' ;;`,
  )
  return `# bash completion of vxpcap: source <(vxpcap completion bash)
_vxpcap() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  local commands='${namesOf(commands).join(' ')}' found=
  words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
  list() {
    local head=
    case $current in *,*) head=\${current%,*}, ;; esac
    COMPREPLY=($(compgen -P "$head" -W "$1" -- "\${current##*,}"))
  }
  COMPREPLY=()
  case $command in
  ${ALONE.join('|')}) command=${USUAL} ;;
  *)
    if [ "$COMP_CWORD" -eq 1 ]; then
      words "$commands"
      return
    fi
    case " $commands " in
    *" $command "*) ;;
    *)
      found=$(compgen -W "$commands" -- "$command")
      case $found in *[[:space:]]* | '') return ;; esac
      command=$found ;;
    esac ;;
  esac
  if [ "$command" = ${HELP} ]; then
    [ "$COMP_CWORD" -eq 2 ] && words "$commands"
    return
  fi
  case $current in
  -*)
    case $command in
${flags.join('\n')}
    esac
    return ;;
  esac
  case "$command $before" in
${cases.join('\n')}
  esac
}
complete -o default -o bashdefault -F _vxpcap vxpcap
`
}

function zsh(commands: readonly CommandModel[]): string {
  const described = commands.map(({ name, description }) => `    '${name}:${inZsh(description)}'`)
  const cases = commands.map(({ name, options, values }) => {
    const rest = values.length > 0 ? `'*:value:(${values.join(' ')})'` : "'*:capture:_files'"
    return `    ${name}) _arguments -s ${[...options.map(zshOption), rest].join(' \\\n      ')} ;;`
  })
  return `#compdef vxpcap
# zsh completion of vxpcap: source <(vxpcap completion zsh)
_vxpcap() {
  local -a commands found
  commands=(
${described.join('\n')}
    '${HELP}:${inZsh(HELP_ABOUT)}'
  )
  local command=$words[2]
  case $command in
    ${ALONE.join('|')}) command=${USUAL} ;;
    *)
      if (( CURRENT == 2 )); then
        _describe command commands
        _files
        return
      fi
      found=(\${(M)\${commands%%:*}:#\${(b)command}*})
      if (( ! \${found[(Ie)$command]} && $#found == 1 )); then command=$found[1]; fi
      shift words
      (( CURRENT-- )) ;;
  esac
  case $command in
    ${HELP}) _describe command commands ;;
${cases.join('\n')}
    *) _files ;;
  esac
}
compdef _vxpcap vxpcap
`
}

function zshOption({ long, short, description, takesValue, values, isList }: OptionModel): string {
  const action =
    values.length === 0 ? '_files' : isList ? `_values -s , value ${values.join(' ')}` : `(${values.join(' ')})`
  const value = takesValue ? `:value:${action}` : ''
  return [long, short]
    .filter(Boolean)
    .map((flag) => `'*${flag}[${inZsh(description)}]${value}'`)
    .join(' ')
}

/** Text within quotes, of which zsh reads brackets and colons itself. */
function inZsh(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function fish(commands: readonly CommandModel[]): string {
  const names = namesOf(commands).join(' ')
  const lines = commands.flatMap(({ name, description, options, values }) => [
    `complete -c vxpcap -n '__vxpcap_is ""' -a ${name} -d '${inFish(description)}'`,
    ...(values.length > 0 ? [`complete -c vxpcap -n '__vxpcap_is ${name}' -f -a '${values.join(' ')}'`] : []),
    ...options.map(({ long, short, description, takesValue, values, isList }) => {
      const flag = `-l ${long.slice(2)}${short === '' ? '' : ` -s ${short.slice(1)}`}`
      const list = isList ? `(__fish_append , ${values.join(' ')})` : values.join(' ')
      const value = takesValue ? (values.length > 0 ? ` -x -a '${list}'` : ' -r') : ''
      return `complete -c vxpcap -n '__vxpcap_is ${name}' ${flag}${value} -d '${inFish(description)}'`
    }),
  ])
  return `# fish completion of vxpcap: vxpcap completion fish | source
function __vxpcap_command
    set -l words (commandline -opc) (commandline -ct)
    set -l first $words[2]
    if string match -qr -- '^-|[./]' "$first"
        echo ${USUAL}
    else if test (count $words) -gt 2
        set -l found (string match -- "$first*" ${names})
        if contains -- "$first" ${names}
            echo $first
        else if test (count $found) -eq 1
            echo $found
        else
            echo $first
        end
    end
end
function __vxpcap_is
    test "$argv[1]" = "$(__vxpcap_command)"
end
complete -c vxpcap -n '__vxpcap_is ""' -a ${HELP} -d '${inFish(HELP_ABOUT)}'
complete -c vxpcap -n '__vxpcap_is ${HELP}' -f -a '${names}'
${lines.join('\n')}
`
}

function inFish(text: string): string {
  return text.replace(/[\\']/g, '\\$&')
}
