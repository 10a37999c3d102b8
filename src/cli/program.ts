/** The command line: commands, options, help; the only user of commander. Loaded once there is something to parse. */
import { Command, CommanderError, type CommandUnknownOpts, type OptionValues } from '@commander-js/extra-typings'
import { TABLE_NAMES, type TableName } from '../report/tables/columns.ts'
import { sortNames, VOLUME } from '../report/tables/order.ts'
import { DEFAULT_TOP, SECTION_NAMES } from '../report/text.ts'
import { listed } from '../report/words.ts'
import * as read from './arguments.ts'
import type { CommandModel } from './commands/completion.ts'
import { DONE, TROUBLE } from './exit-status.ts'
import { complain, type Host, isClosedPipe, print } from './host.ts'
import { impliedInput } from './implied-input.ts'
import { STDIN } from './inputs.ts'
import { completed } from './invocation.ts'
import * as select from './selection.ts'

const DEFAULT_ROWS = 10_000

const CAPTURES =
  'pcap or pcapng files, compressed too (gzip, zstd, lz4), read in this order as one; a directory stands for the captures in it; "-" reads standard input'

const COLOR = 'auto, always or never (default: auto; NO_COLOR and FORCE_COLOR are honoured)'
const WIDTH = 'columns of the text (default: those of the terminal, COLUMNS, or 120)'
const DIRECTION = 'figures and times from the largest, texts and addresses from the smallest'
const FAIL_ON = 'exit 1 on a finding at least this severe: error, warning, note (default: never)'
const MERGE_BY_TIME = 'interleave the captures by time instead of reading one after the other'
const UNDERLAY_MTU = "the underlay's IP MTU, when known"
const QUIET = 'on standard error nothing but what went wrong'
const NO_PROGRESS = 'no progress bar on standard error'
const ASCII = 'no characters beyond ASCII (default in a C locale)'

const EXAMPLES = `
Examples:
  vxpcap summarize uplink.pcapng
  vxpcap summarize --json --rows all uplink.pcap0 uplink.pcap1 > summary.json
  tcpdump -i eth0 -U -w - 'udp port 4789' | vxpcap summarize -
  vxpcap summarize rotated/
  vxpcap summarize --merge-by-time host1-eth0.pcap host1-eth1.pcap
  vxpcap summarize --follow being-written.pcap
  vxpcap summarize --fail-on error nightly.pcap
  vxpcap summarize --save h1.vxp h1.pcap0 && vxpcap summarize --resume h1.vxp --save h1.vxp h1.pcap1

Exit status:
  0    done
  1    a finding is at least as severe as --fail-on
  2    wrong usage, no readable capture, or a damaged one (what could be read is reported)
  130  stopped by Ctrl-C while reading files (what was read is reported); 143 by SIGTERM, 129 by SIGHUP
`

const DECODE_EXAMPLES = `
Examples:
  vxpcap decode --packet 5 uplink.pcapng
  vxpcap decode --packet 5-8 --packet 20 --hex uplink.pcap
  vxpcap decode --json uplink.pcap | jq '.packets[].layers[].name'

Exit status:
  0    done
  2    wrong usage, no readable capture, a damaged one (what could be read is printed), or no such packet
  130  stopped by Ctrl-C while reading files; 143 by SIGTERM, 129 by SIGHUP
`

const DECAP_EXAMPLES = `
Examples:
  vxpcap decap uplink.pcapng -o inner.pcapng
  vxpcap decap rotated/ -o - | tshark -r -

Exit status:
  0    done
  2    wrong usage, no readable capture, a damaged one (what could be read is written), or the output cannot be written
  130  stopped by Ctrl-C while reading files (nothing is written); 143 by SIGTERM, 129 by SIGHUP
`

const FILTER_EXAMPLES = `
Options of one kind add up, different kinds narrow: --vni 10 --vni 20 --ip 192.168.0.7 keeps what VNI 10 or 20 carries from or to
that address. --ip and --mac look inside the tunnel, --vtep outside.

Examples:
  vxpcap filter uplink.pcapng --vni 100 -o vni100.pcapng
  vxpcap filter uplink.pcap0 uplink.pcap1 --vtep 10.0.0.1 --mac 52:54:00:e7:30:fc -o vm.pcapng

Exit status:
  0    done
  2    wrong usage, no readable capture, a damaged one (what could be read is written), or the output cannot be written
  130  stopped by Ctrl-C while reading files (nothing is written); 143 by SIGTERM, 129 by SIGHUP
`

/** The commands that show one table. */
const TABLES: readonly [name: TableName, about: string][] = [
  ['flows', 'the inner conversations: ends, volumes, times, round trips; as text, CSV, JSON Lines or Parquet'],
  ['vteps', 'the pairs of tunnel endpoints, likewise'],
  ['vnis', 'the tenants (VNIs), likewise'],
  ['macs', 'the inner MAC addresses and the endpoints behind which they are, likewise'],
]

const REPORT_EXAMPLES = `
The page reads with scripts off, in print and in a mail preview; it holds everything itself and makes no request.

Examples:
  vxpcap report uplink.pcapng -o uplink.html
  vxpcap report rotated/ --vni 100 -o vni100.html
  vxpcap summarize --json uplink.pcapng > uplink.json && vxpcap report uplink.json -o uplink.html

Exit status:
  0    done
  1    a finding is at least as severe as --fail-on
  2    wrong usage, no readable capture or document, a damaged one (what could be read is shown), or the output cannot be written
  130  stopped by Ctrl-C while reading files (the page is of what was read); 143 by SIGTERM, 129 by SIGHUP
`

const COMPARE_EXAMPLES = `
Sides:
  Each side is a capture, a directory or a quoted pattern ('h1-*.pcap'); with --near FILE and --far FILE, both repeatable, it is several
  captures, given in place of the two arguments or beside them. Several captures of one side are put together by time. Which side is
  called near does not matter: packets that leave at either are followed to the other.

Clocks need not agree: how they stand to each other is told from the packets, with how far that may be wrong.

Examples:
  vxpcap compare h1.pcap h2.pcap
  vxpcap compare near/ far/ --vni 42 --fail-on error
  vxpcap compare --near h1.pcap0 --near h1.pcap1 --far h2.pcap -o lost.pcapng
  vxpcap compare h1.pcap h2.pcap --csv packets.csv --same-clock

Exit status:
  0    done
  1    a finding is at least as severe as --fail-on
  2    wrong usage, no readable capture, an unreadable or damaged one (the rest is compared), or an output cannot be written
  130  stopped by Ctrl-C (what was compared so far is shown, and neither -o nor --csv is written); 143 by SIGTERM, 129 by SIGHUP
`

const FLEET_EXAMPLES = `
Actions:
  run <folder>...       reads capture points side by side on the cores of this machine, and joins them
  merge <document>...   joins documents of points and fleets, and --out folders of runs, in any order
  status <folder>       how far the run in an --out folder is: points that are done, begun, waiting, failed
  worker                reads points for runs with --engine bullmq, on this machine or others, until Ctrl-C

Points:
  Each folder in the folder, however deep, is a capture point: its captures are a chain, read in natural order as one stream. Each capture
  that lies loose in the folder is a point as well. Of several folders each one without folders in it is a point. Names are relative paths.
  points.json in the folder says which VTEPs are at which point: { "leaf-1": ["10.0.0.1"] }.

Examples:
  vxpcap fleet run captures/
  vxpcap fleet run captures/ --json --workers 8 --out run/ > fleet.json
  vxpcap fleet run captures/ --resume --out run/
  vxpcap fleet run captures/ --out run/ --shard 2/8
  vxpcap fleet merge run/
  vxpcap fleet status run/
  vxpcap fleet worker --redis redis://10.0.0.9:6379
  vxpcap fleet run /mnt/captures --engine bullmq --redis redis://10.0.0.9:6379 --out /mnt/run

Exit status:
  0    done
  1    a finding is at least as severe as --fail-on
  2    wrong usage, a point failed, or a capture is unreadable or damaged (the rest is shown)
  130  stopped by Ctrl-C (nothing is shown; with --out the run can be resumed); 143 by SIGTERM, 129 by SIGHUP
`

const COMPLETION_EXAMPLES = `
Examples:
  source <(vxpcap completion bash)       # in ~/.bashrc; likewise zsh in ~/.zshrc
  vxpcap completion fish | source        # in ~/.config/fish/config.fish
`

const tableExamples = (name: TableName): string => `
Examples:
  vxpcap ${name} uplink.pcapng
  vxpcap ${name} uplink.pcapng --vni 100 --csv > ${name}.csv
  vxpcap ${name} rotated/ --sort ${VOLUME[name]} --top 100 -o ${name}.parquet

Exit status:
  0    done
  2    wrong usage, no readable capture, a damaged one (the rows of what could be read are shown), or the output cannot be written
  130  stopped by Ctrl-C while reading files (the rows so far are shown); 143 by SIGTERM, 129 by SIGHUP
`

/** Commands whose own help a mistake in their arguments points to. */
const COMMANDS: readonly string[] = [
  'summarize',
  'report',
  'compare',
  'fleet',
  'decode',
  'findings',
  'decap',
  'filter',
  ...TABLE_NAMES,
  'completion',
]

/** The commands; not before one is to run. */
const commands = () => import('./commands/index.ts')

/** Work that parsing has found to do. */
type Task = () => Promise<number>

/** Parses the arguments (without node and script) and runs the command. @returns Exit status; never throws. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  try {
    return await dispatch(argv, host)
  } catch (error) {
    if (isClosedPipe(error)) return DONE
    if (error instanceof read.UsageError) await complain(host, error.message)
    else if (isSystemError(error)) await complain(host, `standard output: ${error.message}`)
    else await complain(host, `unexpected error, please report it: ${onOneLine(error)}`)
    return TROUBLE
  }
}

/**
 * Runs a command over captures, or over standard input where none is named and it is no terminal.
 * @throws UsageError where there is nothing to read.
 */
async function onCaptures(
  command: string,
  captures: readonly string[],
  host: Host,
  work: (paths: string[], host: Host) => Promise<number>,
): Promise<number> {
  if (captures.length > 0) return work([...captures], host)
  if (host.stdinIsTerminal) {
    throw new read.UsageError(`${command} needs a capture; see vxpcap ${command} --help`)
  }
  await complain(host, `no capture is named: ${command} reads standard input ("-" says the same without this line)`)
  const implied = impliedInput(host)
  const status = await work([STDIN], implied.host)
  if (implied.isEmpty()) await run([command, '--help'], host)
  return status
}

async function dispatch(argv: readonly string[], host: Host): Promise<number> {
  let help = ''
  let task: Task | undefined
  let whole: readonly string[] = argv
  const program = build(
    host,
    (text) => {
      help += text
    },
    (found) => {
      task = found
    },
  )
  try {
    whole = completed(argv, COMMANDS, host)
    if (whole.length === 0) help = program.helpInformation()
    else program.parse(whole, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw new read.UsageError(usageLine(error, whole, program.commands))
  }
  if (task !== undefined) return task()
  await print(host, help)
  return DONE
}

function build(host: Host, onHelp: (text: string) => void, onTask: (task: Task) => void) {
  const program = new Command('vxpcap')
    .description('What a VXLAN, VXLAN-GPE or Geneve overlay in a packet capture is doing, and what is wrong with it.')
    .version(host.version)
    .exitOverride()
    .configureOutput({ writeOut: onHelp, writeErr: () => {}, outputError: () => {} })
  selecting(program.command('summarize'))
    .description('what is in a capture and what is wrong with it')
    .argument('[capture...]', CAPTURES)
    .option('--json', 'one JSON document on standard output, nothing else there (a line for each with --follow)')
    .option('--sarif', 'the findings as SARIF 2.1.0 on standard output, for code-scanning dashboards')
    .option('--top <n>', `rows per table in text (default: ${DEFAULT_TOP})`, read.parseTop)
    .option('--rows <n|all>', `rows per table in JSON (default: ${DEFAULT_ROWS})`, read.parseRows)
    .option(
      '--port <n>',
      'a further VXLAN port besides 4789 and 8472; GPE 4790, Geneve 6081 are known (repeatable)',
      repeated(read.parsePort),
    )
    .option('--underlay-mtu <n>', UNDERLAY_MTU, read.parseUnderlayMtu)
    .option('--fail-on <severity>', FAIL_ON, read.parseFailOn)
    .option('--merge-by-time', MERGE_BY_TIME)
    .option(
      '--follow',
      'keep reading as the capture grows, with a new summary each time; Ctrl-C ends with the last one',
    )
    .option(
      '--threads <n>',
      'threads, no more than there are cores; the output is the same for every n (default: 2 for 32 MiB of files or more, else 1)',
      read.parseThreads,
    )
    .option(
      '--memory <MB>',
      'memory limit in megabytes: smaller tables, reported when full; one thread by default',
      read.parseMemory,
    )
    .option('--save <file>', 'a state to write at the end (.vxp), from which --resume goes on with the next captures')
    .option(
      '--resume <file>',
      'go on from a state: the summary of all captures since the first, as if read in one go; what is counted is in the state',
    )
    .option('--only <sections>', `only these sections of the text: ${SECTION_NAMES.join(', ')}`, read.parseSections)
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .option('--color <when>', COLOR, read.parseColor)
    .option('--width <n>', WIDTH, read.parseWidth)
    .option('--ascii', ASCII)
    .addHelpText('after', EXAMPLES)
    .action((captures, { top = DEFAULT_TOP, rows = DEFAULT_ROWS, failOn = 'never', color = 'auto', ...rest }) => {
      const work = async (paths: string[], host: Host): Promise<number> => {
        const { summarize } = await commands()
        return summarize(paths, { top, rows, failOn, color, ...rest }, host)
      }
      const isOfState = captures.length === 0 && rest.resume !== undefined
      onTask(() => (isOfState ? work([], host) : onCaptures('summarize', captures, host, work)))
    })
  selecting(program.command('report'))
    .description('one HTML page for a ticket: findings, pictures and tables, to be read, printed and explored')
    .argument('[capture...]', `${CAPTURES}; or one document of summarize or compare --json (.json)`)
    .requiredOption('-o, --output <file>', 'the .html file to write; "-" is standard output')
    .option('--rows <n|all>', 'rows per table (default: as many as a page of 500 kB holds)', read.parseRows)
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--underlay-mtu <n>', UNDERLAY_MTU, read.parseUnderlayMtu)
    .option('--fail-on <severity>', FAIL_ON, read.parseFailOn)
    .option('--merge-by-time', MERGE_BY_TIME)
    .option('--threads <n>', 'threads; the output is the same for every n', read.parseThreads)
    .option('--memory <MB>', 'memory limit in megabytes: smaller tables', read.parseMemory)
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .addHelpText('after', REPORT_EXAMPLES)
    .action((captures, { failOn = 'never', ...rest }) => {
      onTask(() =>
        onCaptures('report', captures, host, async (paths, host) => {
          const { report } = await commands()
          return report(paths, { failOn, ...rest }, host)
        }),
      )
    })
  selecting(program.command('compare'))
    .description('the same traffic captured at two places: what was lost, altered, reordered or delayed between them')
    .argument(
      '[near]',
      'captures of one place: a pcap or pcapng file, compressed too, a directory, or a quoted pattern',
    )
    .argument('[far]', 'captures of the other place, likewise')
    .argument('[others...]', 'none: further captures of a side are given with --near or --far')
    .option('--near <capture>', 'a further capture of the near side (repeatable)', repeated(String))
    .option('--far <capture>', 'a further capture of the far side (repeatable)', repeated(String))
    .option('--json', 'one JSON document on standard output, nothing else there')
    .option('--csv <file>', 'what became of every packet, a line each, as CSV; "-" is standard output')
    .option('-o, --output <file>', 'the pcapng file to write lost packets to, with comments; "-" is standard output')
    .option('--same-clock', 'both sides have one clock (one machine, or PTP): nothing is estimated')
    .option('--top <n>', `rows per table, and packets of each kind, in text (default: ${DEFAULT_TOP})`, read.parseTop)
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--underlay-mtu <n>', UNDERLAY_MTU, read.parseUnderlayMtu)
    .option('--fail-on <severity>', FAIL_ON, read.parseFailOn)
    .option('--memory <MB>', 'memory limit in megabytes: smaller tables and a smaller window', read.parseMemory)
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .option('--color <when>', COLOR, read.parseColor)
    .option('--width <n>', WIDTH, read.parseWidth)
    .option('--ascii', ASCII)
    .addHelpText('after', COMPARE_EXAMPLES)
    .action((near, far, others, { top = DEFAULT_TOP, failOn = 'never', color = 'auto', ...rest }) => {
      onTask(async () => {
        const { compare } = await commands()
        const given = [near, far, ...others].filter((path) => path !== undefined)
        return compare(given, { top, failOn, color, ...rest }, host)
      })
    })
  selecting(program.command('fleet'))
    .description('many capture points of one fabric: what each counted, and what left one and never reached the other')
    .argument('<action>', 'run, merge, status or worker')
    .argument('[path...]', 'folders of captures to run; documents and folders of runs to merge')
    .option('--json', 'one JSON document on standard output, nothing else there')
    .option(
      '--workers <n>',
      'processes side by side; the output is the same for every n (default: one on each core)',
      read.parseWorkers,
    )
    .option(
      '--engine <name>',
      'local, or bullmq: workers on several machines that share Redis and the folders',
      read.parseEngine,
    )
    .option('--redis <url>', 'the Redis of --engine bullmq: redis://host:6379', read.parseRedis)
    .option('--out <folder>', 'keep the documents of the points, and what --resume and merge need, in this folder')
    .option(
      '--resume',
      'go on with the run in --out: points that are done are not read again unless their captures changed',
    )
    .option('--shard <i/n>', 'read only a part of the points: 2/8; /8 or auto where a scheduler says which part')
    .option('--points <file>', 'which VTEPs are at which point (default: points.json in the folder)')
    .option('--top <n>', `rows per table in text (default: ${DEFAULT_TOP})`, read.parseTop)
    .option('--rows <n|all>', `rows per table of each point (default: ${DEFAULT_ROWS})`, read.parseRows)
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--underlay-mtu <n>', UNDERLAY_MTU, read.parseUnderlayMtu)
    .option('--fail-on <severity>', FAIL_ON, read.parseFailOn)
    .option('--memory <MB>', 'memory limit of each process in megabytes: smaller tables', read.parseMemory)
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .option('--color <when>', COLOR, read.parseColor)
    .option('--width <n>', WIDTH, read.parseWidth)
    .option('--ascii', ASCII)
    .addHelpText('after', FLEET_EXAMPLES)
    .action((action, paths, { top = DEFAULT_TOP, rows = DEFAULT_ROWS, failOn = 'never', color = 'auto', ...rest }) => {
      onTask(async () => {
        const { fleet } = await commands()
        return fleet(action, paths, { top, rows, failOn, color, ...rest }, host)
      })
    })
  program
    .command('decode')
    .description('each packet as a tree of layers and fields')
    .argument('[capture...]', CAPTURES)
    .option('--packet <n>', 'only this packet, or a range such as 3-9 or 3- (repeatable)', repeated(read.parsePackets))
    .option('--json', 'one JSON document on standard output, nothing else there')
    .option('--hex', 'the bytes too: a hex dump with offsets; in JSON as hex digits')
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--quiet', QUIET)
    .option('--ascii', ASCII)
    .addHelpText('after', DECODE_EXAMPLES)
    .action((captures, options) => {
      onTask(() =>
        onCaptures('decode', captures, host, async (paths, host) => {
          const { decode } = await commands()
          return decode(paths, options, host)
        }),
      )
    })
  selecting(program.command('decap'))
    .description('what the tunnels carry, as a capture: one interface for each VNI, outer fragments joined')
    .argument('[capture...]', CAPTURES)
    .requiredOption('-o, --output <file>', 'the pcapng file to write; "-" is standard output')
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .addHelpText('after', DECAP_EXAMPLES)
    .action((captures, options) => {
      onTask(() =>
        onCaptures('decap', captures, host, async (paths, host) => {
          const { decap } = await commands()
          return decap(paths, options, host)
        }),
      )
    })
  selecting(program.command('filter'))
    .description('the records of some VNIs, VTEPs or addresses, bit for bit, as a capture')
    .argument('[capture...]', CAPTURES)
    .requiredOption('-o, --output <file>', 'the pcapng file to write; "-" is standard output')
    .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
    .option('--quiet', QUIET)
    .option('--no-progress', NO_PROGRESS)
    .addHelpText('after', FILTER_EXAMPLES)
    .action((captures, options) => {
      onTask(() =>
        onCaptures('filter', captures, host, async (paths, host) => {
          const { filter } = await commands()
          return filter(paths, options, host)
        }),
      )
    })
  for (const [name, about] of TABLES) {
    selecting(program.command(name))
      .description(about)
      .argument('[capture...]', CAPTURES)
      .option('--csv', 'as CSV (RFC 4180); lists are joined by spaces')
      .option('--jsonl', "as JSON Lines: the document's row objects")
      .option('-o, --output <file>', 'write a .csv, .jsonl or .parquet file')
      .option('--sort <column>', `the order of the rows, ${DIRECTION}: ${sortNames(name).join(', ')}`)
      .option('--reverse', 'the rows the other way round')
      .option('--top <n>', `only so many rows (default: ${DEFAULT_TOP} in text, all elsewhere)`, read.parseTop)
      .option('--all', 'every row')
      .option('--port <n>', 'a further VXLAN port (repeatable)', repeated(read.parsePort))
      .option('--merge-by-time', MERGE_BY_TIME)
      .option('--threads <n>', 'threads; the output is the same for every n', read.parseThreads)
      .option('--memory <MB>', 'memory limit in megabytes: smaller tables', read.parseMemory)
      .option('--quiet', QUIET)
      .option('--no-progress', NO_PROGRESS)
      .option('--color <when>', COLOR, read.parseColor)
      .option('--width <n>', WIDTH, read.parseWidth)
      .option('--ascii', ASCII)
      .addHelpText('after', tableExamples(name))
      .action((captures, { color = 'auto', ...rest }) => {
        onTask(() =>
          onCaptures(name, captures, host, async (paths, host) => {
            const { table } = await commands()
            return table(name, paths, { color, ...rest }, host)
          }),
        )
      })
  }
  program
    .command('findings')
    .description('every finding code, or one: meaning, evidence, advice')
    .argument('[code...]', 'a code such as RETRANSMISSIONS, or the beginning of one')
    .option('--json', 'as one JSON document')
    .option('--width <n>', `${WIDTH}, at most 100`, read.parseWidth)
    .option('--ascii', ASCII)
    .action((codes, options) => {
      onTask(async () => {
        const { findings } = await commands()
        return findings(codes, options, host)
      })
    })
  program
    .command('completion')
    .description('a completion script for bash, zsh or fish')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', COMPLETION_EXAMPLES)
    .action((shell) => {
      onTask(async () => {
        const { completion } = await commands()
        return completion(shell, program.commands.map(modelOf), host)
      })
    })
  return program
}

/** Every command as completion and the man page know it. */
export function commandModels(host: Host): CommandModel[] {
  return build(
    host,
    () => {},
    () => {},
  ).commands.map(modelOf)
}

/** A command as completion knows it. */
function modelOf(command: CommandUnknownOpts): CommandModel {
  const name = command.name()
  return {
    name,
    description: command.description(),
    values: VALUES[name] ?? [],
    options: command.options.map(({ long, short, description, required }) => {
      const flag = long ?? ''
      const values = flag === '--sort' ? sortNames(name as TableName) : (VALUES[flag] ?? [])
      return { long: flag, short: short ?? '', description, takesValue: required, values, isList: flag === '--only' }
    }),
  }
}

/** Values of options and arguments, of those that have few. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--color': ['auto', 'always', 'never'],
  '--fail-on': ['error', 'warning', 'note', 'never'],
  '--only': SECTION_NAMES,
  completion: ['bash', 'zsh', 'fish'],
  '--engine': ['local', 'bullmq'],
  fleet: ['run', 'merge', 'status', 'worker'],
}

/** Adds the options that select. */
function selecting<Arguments extends unknown[], Options extends OptionValues>(command: Command<Arguments, Options>) {
  return command
    .optionsGroup('Selection (lists of one option add up, different options narrow):')
    .option('--vni <list>', 'only these VNIs: 100,200-210 (repeatable)', select.parseVnis)
    .option('--vtep <list>', 'only from, to or about these VTEPs: 10.0.0.1,10.1.0.0/16 (repeatable)', select.parseVteps)
    .option('--ip <list>', 'only from or to these addresses inside the tunnel (repeatable)', select.parseIps)
    .option('--mac <list>', 'only from or to these MAC addresses inside the tunnel (repeatable)', select.parseMacs)
    .option(
      '--from <time>',
      'only from this time on: ISO 8601, UTC unless it names a zone, or seconds since 1970',
      select.parseFrom,
    )
    .option('--to <time>', 'only up to this time, included', select.parseTo)
    .optionsGroup('Options:')
}

/** Gathers the values of an option that may be given several times. */
function repeated<Value>(parse: (text: string) => Value): (text: string, before: Value[] | undefined) => Value[] {
  return (text, before = []) => [...before, parse(text)]
}

const FORMATS =
  "unknown option '--format'; summarize prints text, --json or --sarif, and vxpcap flows, vteps, vnis and macs print a table as --csv or --jsonl"

/** Commander's message on one line, with the way out. */
function usageLine(error: CommanderError, argv: readonly string[], commands: readonly CommandUnknownOpts[]): string {
  const said = error.message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
  if (error.code === 'commander.unknownCommand' && !said.includes('Did you mean')) {
    return `${said}; to summarize a capture of that name: vxpcap summarize ${argv.join(' ')}`
  }
  if (error.code === 'commander.unknownOption' && /'--format\b/.test(said)) return FORMATS
  if (error.code === 'commander.unknownOption' && COMMANDS.includes(argv[0] ?? '')) {
    const [option = ''] = /--?[\w-]+/.exec(said) ?? []
    const takers = commands
      .filter(({ options }) => options.some(({ long, short }) => option === long || option === short))
      .map((each) => each.name())
    if (takers.length > 0)
      return `${argv[0]} has no option '${option}'; vxpcap ${listed(takers)} ${takers.length === 1 ? 'has' : 'have'} it`
  }
  return `${said}; see vxpcap ${COMMANDS.includes(argv[0] ?? '') ? `${argv[0]} ` : ''}--help`
}

/** Message and where it comes from. */
function onOneLine(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return text.split(/\s*\n\s*/).join(' | ')
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write'
}
