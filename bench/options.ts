/** The benchmark's command line. */
import { parseArgs } from 'node:util'
import { type CaptureOptions, DEFAULT_CAPTURE, MIXED_CAPTURE } from './capture-options.ts'

/** What is to be run. */
export interface BenchOptions {
  /** Names of subjects, or of groups of them; a default choice when empty. */
  subjects: string[]
  captures: CaptureOptions[]
  /** Runs of each subject, and of those that take minutes. */
  runs: number
  slowRuns: number
  /** Seconds after which one run is given up. */
  timeout: number
  dist: string
  compare: string | null
  suite: string | null
  /** Divides packets and flows of a suite's captures. */
  shrink: number
  /** Remove each capture once it is measured. */
  discard: boolean
  writeReadme: boolean
  /** Results to show again instead of running anything. */
  from: string | null
  list: boolean
}

/** How to call it. */
export const HELP = `npm run bench -- [subjects] [options]
  subjects            names or groups: cases, analyzers, commands, peers; --list names them all
  --packets n[,n…]    packets of the captures (1M)       --flows n[,n…]  inner flows (100k)
  --snap n[,n…]       bytes captured, 0 = all (128)      --format        pcap or pcapng
  --traffic t         trains: flows take turns as at a tap; mixed: each packet's flow is drawn anew, 200 endpoints (trains)
  --vnis n  --vteps n  --seed n  --skew x  --rate n  --faults x  --others x
  --ipv6-underlay x  --ipv6-overlay x  --inner-vlans x  --outer-vlans x
  --runs n            runs of each subject (5)           --slow-runs n   of those that take minutes (1)
  --timeout n         seconds until a run is given up (900)
  --dist dir          the build (dist)                   --compare dir   an older build, run in turn
  --suite name        what the README's tables are made of: promises, flat
  --shrink n          a suite on captures of so many times fewer packets and flows, to try it out
  --discard           remove each capture once it is measured; the suite flat needs 27 GB otherwise
  --write-readme      put the results into bench/README.md
  --from file         show results of an earlier run (bench/results/…json)`

/** @throws Error with a message for its user when the words make no sense. */
export function parseOptions(argv: string[]): BenchOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      packets: text,
      flows: text,
      snap: text,
      format: text,
      traffic: text,
      vnis: text,
      vteps: text,
      seed: text,
      skew: text,
      rate: text,
      faults: text,
      others: text,
      'ipv6-underlay': text,
      'ipv6-overlay': text,
      'inner-vlans': text,
      'outer-vlans': text,
      runs: text,
      'slow-runs': text,
      timeout: text,
      dist: text,
      compare: text,
      suite: text,
      shrink: text,
      discard: flag,
      from: text,
      'write-readme': flag,
      list: flag,
      help: { ...flag, short: 'h' },
    },
  })
  if (values.help) throw new Error(HELP)
  const one = (name: keyof typeof values, otherwise: number): number => {
    const value = values[name]
    return typeof value === 'string' ? parseCount(value) : otherwise
  }
  const many = (name: keyof typeof values, otherwise: number): number[] => {
    const value = values[name]
    return typeof value === 'string' ? value.split(',').map(parseCount) : [otherwise]
  }
  const { format = DEFAULT_CAPTURE.format } = values
  if (format !== 'pcap' && format !== 'pcapng') throw new Error(`--format is pcap or pcapng, not ${format}`)
  const { traffic = DEFAULT_CAPTURE.traffic } = values
  if (traffic !== 'trains' && traffic !== 'mixed') throw new Error(`--traffic is trains or mixed, not ${traffic}`)
  const usual = traffic === 'mixed' ? MIXED_CAPTURE : DEFAULT_CAPTURE
  const base: CaptureOptions = {
    ...usual,
    format,
    vnis: one('vnis', usual.vnis),
    vteps: one('vteps', usual.vteps),
    seed: one('seed', usual.seed),
    skew: one('skew', usual.skew),
    packetsPerSecond: one('rate', usual.packetsPerSecond),
    faults: one('faults', usual.faults),
    others: one('others', usual.others),
    ipv6Underlay: one('ipv6-underlay', usual.ipv6Underlay),
    ipv6Overlay: one('ipv6-overlay', usual.ipv6Overlay),
    innerVlans: one('inner-vlans', usual.innerVlans),
    outerVlans: one('outer-vlans', usual.outerVlans),
  }
  const captures = many('packets', base.packets).flatMap((packets) =>
    many('flows', base.flows).flatMap((flows) =>
      many('snap', base.snapLength).map((snapLength) => ({ ...base, packets, flows, snapLength })),
    ),
  )
  return {
    subjects: positionals,
    captures,
    runs: one('runs', 5),
    slowRuns: one('slow-runs', 1),
    timeout: one('timeout', 900),
    dist: values.dist ?? 'dist',
    compare: values.compare ?? null,
    suite: values.suite ?? null,
    shrink: one('shrink', 1),
    discard: values.discard,
    writeReadme: values['write-readme'],
    from: values.from ?? null,
    list: values.list,
  }
}

/** `7M`, `100k`, `1e6`, `0.05`. */
function parseCount(text: string): number {
  const [, digits = '', unit = ''] = /^([\d.eE+-]+)([kM]?)$/.exec(text.trim()) ?? []
  const value = Number(digits) * (unit === 'M' ? 1_000_000 : unit === 'k' ? 1_000 : 1)
  if (digits === '' || !Number.isFinite(value)) throw new Error(`${text} is no number`)
  return value
}
