/** Programs that people reach for instead, on the same file: each runs if it is here, and is named as absent if not. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Capture } from './captures.ts'
import { CACHE, PEERS } from './paths.ts'
import { time } from './process.ts'
import { complaint, type Subject, sampleOf } from './subjects.ts'

/** npm packages that read captures, and the format each is run on. */
const NPM_PACKAGES = ['pcap-parser@0.2.1', 'pcap-decoder@1.0.3', 'pcap-ng-parser@1.0.0']
const NETKITTY_PACKAGES = ['@netkitty/pcap@1.2.0', '@netkitty/codec']

/** How a peer is started. */
interface Peer {
  name: string
  title: string
  isSlow?: boolean
  format?: 'pcapng'
  /** Makes it ready. @returns The program and its arguments before the capture's path, or why it cannot run. */
  prepare(): readonly string[] | string
  /** Arguments behind the path. */
  after?: readonly string[]
}

const TSHARK_FIELDS = [
  ...['frame.time_epoch', 'vxlan.vni', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'],
  ...['tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport'],
]

const PEER_LIST: readonly Peer[] = [
  {
    name: 'tcpdump',
    title: 'tcpdump -r F -w /dev/null (copies)',
    // As root, tcpdump gives its rights up before it opens the file, unless it is told to stay.
    prepare: () => installed('tcpdump', ...(process.getuid?.() === 0 ? ['-Z', 'root'] : []), '-r'),
    after: ['-w', '/dev/null'],
  },
  { name: 'c', title: 'C: inner flows in an open-addressing table', prepare: compileC },
  { name: 'gopacket', title: 'gopacket: inner flows in a Go map', prepare: compileGo },
  {
    name: 'tshark-conv',
    title: 'tshark -q -z conv,ip',
    isSlow: true,
    prepare: () => installed('tshark', '-n', '-q', '-z', 'conv,ip', '-r'),
  },
  {
    name: 'tshark-fields',
    title: 'tshark -T fields (VNI, addresses, ports)',
    isSlow: true,
    prepare: () => installed('tshark', '-n', '-T', 'fields', ...TSHARK_FIELDS.flatMap((field) => ['-e', field]), '-r'),
  },
  { name: 'pcap-parser', title: 'npm pcap-parser (reads)', prepare: () => npm('pcap-parser', NPM_PACKAGES) },
  { name: 'pcap-decoder', title: 'npm pcap-decoder (reads)', prepare: () => npm('pcap-decoder', NPM_PACKAGES) },
  {
    name: 'pcap-ng-parser',
    title: 'npm pcap-ng-parser (reads pcapng)',
    format: 'pcapng',
    prepare: () => npm('pcap-ng-parser', NPM_PACKAGES),
  },
  {
    name: 'netkitty',
    title: 'npm @netkitty/pcap and codec (decodes)',
    isSlow: true,
    prepare: () => npm('netkitty', NETKITTY_PACKAGES),
  },
]

/** Names of the peers. */
export const PEER_NAMES: readonly string[] = PEER_LIST.map(({ name }) => name)

/**
 * Makes a peer ready to run.
 * @param inFormat - Gives the capture in another format, for peers that read only that.
 */
export function peerSubject(name: string, inFormat: (capture: Capture, format: 'pcapng') => Capture): Subject {
  const peer = PEER_LIST.find((candidate) => candidate.name === name)
  if (peer === undefined) throw new RangeError(`there is no peer ${name}`)
  const command = peer.prepare()
  const isReady = typeof command !== 'string'
  return {
    name,
    title: peer.title,
    isSlow: peer.isSlow ?? false,
    unavailable: isReady ? null : command,
    async run(capture, timeout) {
      const { path } = peer.format === undefined ? capture : inFormat(capture, peer.format)
      const [program = '', ...args] = isReady ? command : []
      const keepOutput = peer.name !== 'tshark-fields'
      const all = [...args, path, ...(peer.after ?? [])]
      const timing = await time({ program, args: all, timeout, keepOutput })
      return sampleOf(timing, timeout, timing.status === 0 ? countedIn(timing.output) : {})
    },
  }
}

/** Our own peers print what they counted as JSON. */
function countedIn(output: string): Record<string, number> {
  return output.startsWith('{') ? JSON.parse(output) : {}
}

function installed(program: string, ...args: string[]): readonly string[] | string {
  return spawnSync(program, ['--version']).error === undefined ? [program, ...args] : `${program} is not installed`
}

/** Compiles unless the program is newer than its source. */
function compile(source: string, program: string, compiler: string, args: string[], env = {}): string[] | string {
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return [program]
  mkdirSync(CACHE, { recursive: true })
  const result = spawnSync(compiler, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  if (result.error !== undefined) return `${compiler} is not installed`
  return result.status === 0 ? [program] : `does not compile: ${complaint(result.stderr)}`
}

function compileC(): string[] | string {
  const source = join(PEERS, 'walk.c')
  const program = join(CACHE, 'walk')
  return compile(source, program, 'gcc', ['-std=c11', '-O2', '-Wall', '-o', program, source])
}

/** Debian's packages put gopacket under /usr/share/gocode, without modules. */
function compileGo(): string[] | string {
  const gocode = '/usr/share/gocode'
  if (!existsSync(join(gocode, 'src/github.com/google/gopacket'))) {
    return 'gopacket is not installed (golang-github-google-gopacket-dev)'
  }
  const source = join(PEERS, 'gopacket/main.go')
  const program = join(CACHE, 'gopacket')
  return compile(source, program, 'go', ['build', '-o', program, source], { GO111MODULE: 'off', GOPATH: gocode })
}

/** Installs packages into the cache, so that they are no dependencies of the project. */
function npm(peer: string, packages: readonly string[]): string[] | string {
  const folder = join(CACHE, `npm-${packages === NPM_PACKAGES ? 'readers' : 'netkitty'}`)
  if (!existsSync(join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true })
    const flags = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--no-save']
    const result = spawnSync('npm', ['install', ...flags, ...packages], { encoding: 'utf8' })
    if (result.status !== 0) return `npm could not install ${packages.join(', ')}`
  }
  return [process.execPath, join(PEERS, 'npm.mjs'), peer, folder]
}
