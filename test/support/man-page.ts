/** The man page, from what the commands say of themselves (man-pages(7)). */
import type { CommandModel, OptionModel } from '../../src/cli/commands/completion.ts'

const SUMMARY = 'what a VXLAN, VXLAN-GPE or Geneve overlay in a packet capture is doing, and what is wrong with it'

const STATUSES: readonly [status: string, meaning: string][] = [
  ['0', 'Done.'],
  ['1', 'A finding is at least as severe as --fail-on.'],
  ['2', 'Wrong usage, no readable capture, or a damaged one; what could be read is shown.'],
  ['130, 143, 129', 'Stopped by SIGINT, SIGTERM or SIGHUP while reading files; what was read is shown.'],
]

const VARIABLES: readonly [name: string, meaning: string][] = [
  ['COLUMNS', 'Columns of the text where standard output is no terminal and there is no --width.'],
  ['NO_COLOR, FORCE_COLOR', 'No colours, or colours, whatever standard output is; --color says more.'],
  ['LC_ALL, LC_CTYPE, LANG', 'C or POSIX: nothing beyond ASCII.'],
]

const EXAMPLES: readonly [what: string, line: string][] = [
  ['What is in a capture, and what is wrong with it:', 'vxpcap uplink.pcapng'],
  ['The flows of one tenant, for a spreadsheet:', 'vxpcap flows --vni 100 uplink.pcapng -o flows.csv'],
  ['A capture of what one guest sent and received:', 'vxpcap filter --ip 10.0.0.7 uplink.pcapng -o guest.pcapng'],
  ['While it is captured:', "tcpdump -i eth0 -U -w - 'udp port 4789' | vxpcap summarize -"],
]

/** The page as troff. @param version - Of the program. */
export function manPage(commands: readonly CommandModel[], version: string): string {
  return [
    `.TH VXPCAP 1 "" "vxpcap ${version}" "User Commands"`,
    '.SH NAME',
    `vxpcap \\- ${troff(SUMMARY)}`,
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name }) => ['.B vxpcap', troff(`${name} [options] ${operand(name)}`), '.br']),
    '.SH DESCRIPTION',
    troff(
      'Captures are pcap or pcapng files, compressed too (gzip, zstd, lz4), read in the order given as one stream; a directory stands for the captures in it, and - reads standard input. A capture alone is summarized. A command may be shortened as long as it is clear.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(({ name, description, options }) => [
      `.SS ${name}`,
      troff(`${description}.`),
      ...options.flatMap(item),
    ]),
    '.SH EXIT STATUS',
    ...STATUSES.flatMap(tagged),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(tagged),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([what, line]) => ['.PP', troff(what), '.PP', '.nf', '.RS', troff(line), '.RE', '.fi']),
    '.SH SEE ALSO',
    '.BR tcpdump (8),',
    '.BR tshark (1),',
    '.BR mergecap (1)',
    '',
  ].join('\n')
}

function operand(name: string): string {
  if (name === 'findings') return '[code...]'
  if (name === 'fleet') return 'run|merge|status|worker [path...]'
  return name === 'completion' ? 'bash|zsh|fish' : '[capture...]'
}

function item({ long, short, description, takesValue }: OptionModel): string[] {
  const value = takesValue ? ' VALUE' : ''
  const flags = [short, long].filter(Boolean).map((flag) => `\\fB${troff(flag)}\\fR${value}`)
  return ['.TP', flags.join(', '), troff(`${description}.`)]
}

function tagged([tag, meaning]: readonly [string, string]): string[] {
  return ['.TP', `.B ${troff(tag)}`, troff(meaning)]
}

/** Text that troff takes for text. */
function troff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
}
