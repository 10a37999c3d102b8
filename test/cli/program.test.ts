import { describe, expect, it } from 'vitest'
import { limitsFor } from '../../src/analyzers/tables/memory.ts'
import { CaptureError } from '../../src/capture/errors.ts'
import type { SummarizeFilesOptions } from '../../src/cli/host.ts'
import { run } from '../../src/cli/program.ts'
import { fakeHost } from './fake-host.ts'

const COMMANDS =
  'summarize, report, compare, fleet, decode, findings, decap, filter, flows, vteps, vnis, macs, completion'
const AN_ADDRESS =
  'expected an IPv4 or IPv6 address, a prefix such as 10.0.0.0/8, a range such as 10.0.0.1-10.0.0.9, or a list of such'

describe('usage', () => {
  it('prints help without arguments', async () => {
    const host = fakeHost({ stdinIsTerminal: true })
    expect(await run([], host)).toBe(0)
    expect(host.out()).toContain('Usage: vxpcap')
    expect(host.out()).toContain('summarize')
    expect(host.err()).toBe('')
  })

  it('prints the help of a command with every option of the contract', async () => {
    const host = fakeHost()
    expect(await run(['summarize', '--help'], host)).toBe(0)
    const options = [
      '--json',
      '--top <n>',
      '--rows <n|all>',
      '--vni <list>',
      '--vtep <list>',
      '--port <n>',
      '--fail-on',
    ]
    for (const option of [
      ...options,
      '--underlay-mtu <n>',
      '--threads <n>',
      '--memory <MB>',
      '--no-progress',
      '--color <when>',
    ]) {
      expect(host.out()).toContain(option)
    }
    expect(host.out()).toContain('Exit status:')
    expect(host.asked).toBeUndefined()
  })

  it('prints the version', async () => {
    const host = fakeHost()
    expect(await run(['--version'], host)).toBe(0)
    expect(host.out()).toBe('1.2.3\n')
  })

  const mistakes: [argv: string[], line: string][] = [
    [['summarize', '--frobnicate', 'a.pcap'], "unknown option '--frobnicate'; see vxpcap summarize --help"],
    [['summarize', '--jsn', 'a.pcap'], "unknown option '--jsn' (Did you mean --json?); see vxpcap summarize --help"],
    [['summarize', 'a.pcap', '--top'], "option '--top <n>' argument missing; see vxpcap summarize --help"],
    [['uplink'], "unknown command 'uplink'; to summarize a capture of that name: vxpcap summarize uplink"],
    [['f', 'a.pcap'], "'f' could be fleet, findings, filter, flows; type more of it"],
    [['a.pcap', '--csv'], "summarize has no option '--csv'; vxpcap compare, flows, vteps, vnis and macs have it"],
    [['flows', '--hex', 'a.pcap'], "flows has no option '--hex'; vxpcap decode has it"],
    [['--frobnicate'], "unknown option '--frobnicate'; see vxpcap summarize --help"],
    [['help', 'nope'], `there is no command 'nope'; there are ${COMMANDS}`],
    [
      ['summarize', '--format', 'json', 'a.pcap'],
      "unknown option '--format'; summarize prints text, --json or --sarif, and vxpcap flows, vteps, vnis and macs print a table as --csv or --jsonl",
    ],
    [['findings', 'NOPE'], "there is no finding 'NOPE'; vxpcap findings prints all of them"],
    [
      ['summarize', '--only', 'vnis,nope', 'a'],
      "--only 'nope': there is no such section; there are findings, vnis, vteps, flows, macs, timeline, overhead, sizes, fragments, other, faults, capture, limits",
    ],
    [
      ['summarize', '--width', '10', 'a'],
      "--width '10': expected a whole number from 40 to 10000; columns, such as --width 100",
    ],
    [['sumarize', 'a.pcap'], "unknown command 'sumarize' (Did you mean summarize?); see vxpcap --help"],
    [['summarize', '--top', '0', 'a'], "--top '0': expected a whole number from 1 to 1000000000; such as --top 20"],
    [['summarize', '--top', 'ten', 'a'], "--top 'ten': expected a whole number from 1 to 1000000000; such as --top 20"],
    [['summarize', '--top=', 'a'], "--top '': expected a whole number from 1 to 1000000000; such as --top 20"],
    [['summarize', '--rows', '1e3', 'a'], "--rows '1e3': expected a whole number from 0 to 1000000000; or --rows all"],
    [
      ['summarize', '--vni', '16777216', 'a'],
      "--vni '16777216': expected a VNI from 0 to 16777215, or a list with ranges such as 100,200-210",
    ],
    [
      ['summarize', '--vni', '-1', 'a'],
      "--vni '-1': expected a VNI from 0 to 16777215, or a list with ranges such as 100,200-210",
    ],
    [
      ['summarize', '--port', '0', 'a'],
      "--port '0': expected a whole number from 1 to 65535; for several ports repeat --port",
    ],
    [
      ['summarize', '--vni', '10,210-200', 'a'],
      "--vni '210-200': expected a VNI from 0 to 16777215, or a list with ranges such as 100,200-210",
    ],
    [['summarize', '--vtep', '10.0.0.0/33', 'a'], `--vtep '10.0.0.0/33': ${AN_ADDRESS}`],
    [['summarize', '--vtep', 'fe80::1%eth0', 'a'], `--vtep 'fe80::1%eth0': ${AN_ADDRESS}`],
    [['decap', '-o', 'x', '--ip', '10.0.0.9-10.0.0.1', 'a'], `--ip '10.0.0.9-10.0.0.1': ${AN_ADDRESS}`],
    [['filter', '-o', 'x', '--ip', '10.0.0.1,', 'a'], `--ip '': ${AN_ADDRESS}`],
    [
      ['summarize', '--mac', '52:54:00', 'a'],
      "--mac '52:54:00': expected six pairs of hex digits such as 52:54:00:e7:30:fc, or a list of such",
    ],
    [
      ['summarize', '--from', 'yesterday', 'a'],
      "--from 'yesterday': expected a time such as 2026-11-22T07:16:17Z (UTC unless it names a zone), or seconds since 1970",
    ],
    [
      ['summarize', '--from', '20', '--to', '10', 'a'],
      "--to '10' comes before --from '20'; times without a zone are UTC",
    ],
    [
      ['summarize', '--underlay-mtu', '67', 'a'],
      "--underlay-mtu '67': expected a whole number from 68 to 65535; such as --underlay-mtu 1500",
    ],
    [['summarize', '--fail-on', 'fatal', 'a'], "--fail-on 'fatal': expected error, warning, note or never"],
    [
      ['summarize', '--threads', '0', 'a'],
      "--threads '0': expected a whole number from 1 to 256; or leave it out to have it chosen",
    ],
    [
      ['summarize', '--memory', '100', 'a'],
      "--memory '100': expected a whole number from 280 to 1000000; megabytes, such as --memory 512",
    ],
    [
      ['summarize', '--memory', '1G', 'a'],
      "--memory '1G': expected a whole number from 280 to 1000000; megabytes, such as --memory 512",
    ],
    [['summarize', '--color', 'yes', 'a'], "--color 'yes': expected auto, always or never"],
    [
      ['summarize', 'a', '--only', 'vnis', '--json'],
      '--only chooses sections of the text; leave it out, or --json and --sarif',
    ],
    [['summarize', '-', '-'], "'-' is given more than once; standard input can be read only once"],
  ]

  it.each(mistakes)('%j is one line and status 2', async (argv, line) => {
    const host = fakeHost()
    expect(await run(argv, host)).toBe(2)
    expect(host.err()).toBe(`vxpcap: ${line}\n`)
    expect(host.out()).toBe('')
    expect(host.asked).toBeUndefined()
  })

  it.each([
    [['a.pcap'], ['a.pcap']],
    [
      ['./a', 'b'],
      ['./a', 'b'],
    ],
    [['-'], ['-']],
    [['--top', '3', 'a.pcap'], ['a.pcap']],
    [['sum', 'a'], ['a']],
    [['s', 'a'], ['a']],
  ])('%j summarizes %j', async (argv, paths) => {
    const host = fakeHost()
    expect(await run(argv, host)).toBe(0)
    expect([host.err(), host.asked?.paths]).toEqual(['', paths])
  })

  it.each([[[]], [['summarize']], [['--json']], [['--only', 'vnis']], [['--vni', '10', '--quiet']]])(
    'reads standard input that nobody named, and says so: %j',
    async (argv) => {
      const host = fakeHost()
      expect(await run(argv, host)).toBe(0)
      expect(host.err()).toBe(
        'vxpcap: no capture is named: summarize reads standard input ("-" says the same without this line)\n',
      )
      expect(host.asked?.paths).toEqual(['-'])
    },
  )

  it.each(['summarize', 'decode', 'flows'])('prints the help of %s where standard input is empty', async (command) => {
    const summarize = async (_: string[], { onUnreadable }: SummarizeFilesOptions) => {
      const error = new CaptureError('empty', 'is empty (0 bytes); capture again, or name another file')
      onUnreadable?.('-', error)
      throw error
    }
    const host = fakeHost({ summarize, captures: { '-': new Uint8Array(0) } })
    expect(await run([command], host)).toBe(2)
    expect(host.err()).toMatch(/^vxpcap: no capture is named[^\n]+\nvxpcap: standard input: is empty[^\n]+\n$/)
    expect(host.out()).toMatch(new RegExp(`^Usage: vxpcap ${command} `))
  })

  it('says what help there is where help itself is asked about', async () => {
    const host = fakeHost()
    expect(await run(['help', 'help'], host)).toBe(0)
    expect(host.out()).toContain('help [command]')
  })

  it.each([[['summarize']], [['--json']]])('wants a capture where standard input is a terminal: %j', async (argv) => {
    const host = fakeHost({ stdinIsTerminal: true })
    expect(await run(argv, host)).toBe(2)
    expect(host.err()).toBe('vxpcap: summarize needs a capture; see vxpcap summarize --help\n')
  })

  it.each([
    [['RETRANSMISSIONS'], ['RETRANSMISSIONS']],
    [
      ['retrans', 'loop'],
      ['LOOP', 'RETRANSMISSIONS'],
    ],
    [['low-entropy'], ['LOW_ENTROPY']],
  ])('findings %j prints %j', async (words, codes) => {
    const host = fakeHost()
    expect(await run(['findings', '--json', ...words], host)).toBe(0)
    const found: { code: string }[] = JSON.parse(host.out())
    expect(found.map(({ code }) => code).sort()).toEqual(codes)
  })

  it.each([
    [{ LC_ALL: 'C' }, []],
    [{ LANG: 'POSIX' }, []],
    [{}, ['--ascii']],
  ])('findings are ASCII alone and keep within the columns: %j %j', async (env, more) => {
    const host = fakeHost({ env: { ...env, COLUMNS: '60' } })
    expect(await run(['findings', ...more], host)).toBe(0)
    expect(host.out()).not.toMatch(/\P{ASCII}/u)
    const long = host
      .out()
      .split('\n')
      .filter((line) => line.length > 60)
    expect(long).toEqual([])
    const wide = fakeHost({ env: { COLUMNS: '200' } })
    await run(['findings', '--width', '70'], wide)
    expect(
      Math.max(
        ...wide
          .out()
          .split('\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(70)
  })

  it('complaints are ASCII in a C locale', async () => {
    const host = fakeHost({ env: { LC_ALL: 'C' }, captures: {} })
    expect(await run(['decode', 'né.pcap'], host)).toBe(2)
    expect(host.err()).toContain('n\\u00e9.pcap')
  })

  it('does not wait for a capture from the keyboard', async () => {
    const host = fakeHost({ stdinIsTerminal: true })
    expect(await run(['summarize', '-'], host)).toBe(2)
    expect(host.err()).toMatch(/^vxpcap: '-' reads standard input, which is a terminal; try: tcpdump .*\n$/)
  })
})

describe('options', () => {
  it('reach the summarizer', async () => {
    const host = fakeHost()
    const select = ['--vni', '1,200-210', '--vni', '16777215', '--vtep', '10.0.0.1', '--vtep', '2001:db8::/32']
    const inside = ['--ip', '10.0.0.1-10.0.0.9, 10.1.0.0/16', '--mac', '02:00:00:00:00:01', '--from', '1', '--to', '2']
    const argv = [...select, ...inside, '--port', '9999']
    const more = ['--underlay-mtu', '1600', '--threads', '2', '--rows', '5', '--json']
    expect(await run(['summarize', 'a', ...argv, 'b', ...more, '-'], host)).toBe(0)
    expect(host.asked?.paths).toEqual(['a', 'b', '-'])
    expect(host.asked?.options).toMatchObject({
      vnis: [1, 16_777_215],
      vniRanges: [[200, 210]],
      vteps: ['10.0.0.1', '2001:db8::/32'],
      ips: ['10.0.0.1-10.0.0.9', '10.1.0.0/16'],
      macs: ['02:00:00:00:00:01'],
      from: '1',
      to: '2',
      ports: [9999],
      underlayMtu: 1600,
      threads: 2,
      rows: 5,
    })
  })

  it('turn a budget of memory into limits', async () => {
    const host = fakeHost()
    expect(await run(['summarize', 'a', '--memory', '512'], host)).toBe(0)
    expect(host.asked?.options).toMatchObject({ limits: limitsFor(512) })
    expect(await run(['summarize', 'a', '--memory', '512', '--threads', '3'], host)).toBe(0)
    expect(host.asked?.options).toMatchObject({ limits: limitsFor(512), threads: 3 })
  })

  it('stay away from it when they are not given', async () => {
    const host = fakeHost()
    await run(['summarize', 'a', '--json'], host)
    expect(Object.keys(host.asked?.options ?? {}).sort()).toEqual(['onProgress', 'onUnreadable', 'rows', 'signal'])
    expect(host.asked?.options.rows).toBe(10_000)
  })

  it.each([
    [['--json', '--rows', 'all'], Number.POSITIVE_INFINITY],
    [['--json', '--rows', '0'], 0],
    [['--json', '--top', '50'], 10_000],
    [['--top', '50000'], 50_000],
    [['--rows', '3', '--top', '7'], 7],
  ])('%j asks for %d rows', async (argv, rows) => {
    const host = fakeHost()
    await run(['summarize', 'a', ...argv], host)
    expect(host.asked?.options.rows).toBe(rows)
  })
})
