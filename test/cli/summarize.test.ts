import { describe, expect, it } from 'vitest'
import { CaptureError } from '../../src/capture/errors.ts'
import { run } from '../../src/cli/program.ts'
import type { Finding } from '../../src/summary.ts'
import { busySummary, emptySummary, finding, labSummary } from '../report/summaries.ts'
import { type FakeOptions, fakeHost } from './fake-host.ts'

async function summarize(argv: string[], options: FakeOptions = {}) {
  const host = fakeHost(options)
  const status = await run(['summarize', ...argv], host)
  return { status, out: host.out(), err: host.err() }
}

function withFindings(...findings: Finding[]): FakeOptions {
  return { summarize: async () => labSummary({ findings }) }
}

describe('output', () => {
  it('is text, plain and 120 columns wide off a terminal', async () => {
    const { status, out, err } = await summarize(['a.pcap'])
    expect(status).toBe(0)
    expect(out).toMatch(/^seed-ovs-h1\.pcap\nNo findings\.\n26 packets over 2\.11 s/)
    expect(out).toContain('  Max outer IP')
    expect(out).not.toContain('\u001b')
    expect(err).toBe('')
  })

  it('is as wide as the terminal', async () => {
    const { out } = await summarize(['a.pcap'], { stdoutIsTerminal: true, columns: 60, env: { NO_COLOR: '1' } })
    expect(out).toContain('too narrow for')
  })

  it('has as many rows as --top says', async () => {
    const { out } = await summarize(['a.pcap', '--top', '1'])
    expect(out).toContain('… and 1 more')
  })

  it.each([
    [[], {}, false],
    [[], { stdoutIsTerminal: true }, true],
    [[], { stdoutIsTerminal: true, env: { NO_COLOR: '1' } }, false],
    [[], { stdoutIsTerminal: true, env: { NO_COLOR: '' } }, true],
    [[], { stdoutIsTerminal: true, env: { TERM: 'dumb' } }, false],
    [['--color', 'always'], { env: { NO_COLOR: '1' } }, true],
    [['--color', 'never'], { stdoutIsTerminal: true }, false],
    [['--color', 'auto'], {}, false],
  ] as [string[], FakeOptions, boolean][])('%j on %j is coloured: %s', async (argv, options, colored) => {
    const { out } = await summarize(['a.pcap', ...argv], options)
    expect(out.includes('\u001b[')).toBe(colored)
  })

  it('is exactly one JSON document with --json', async () => {
    const { out } = await summarize(['a.pcap', '--json', '--color', 'always'], { summarize: async () => busySummary() })
    expect(out).toBe(`${JSON.stringify(busySummary(), null, 2)}\n`)
  })
})

describe('exit status', () => {
  const note = finding({ severity: 'note' })
  const warning = finding({ severity: 'warning' })
  const error = finding({ severity: 'error' })

  it.each([
    [[], [error], 0],
    [['--fail-on', 'never'], [error], 0],
    [['--fail-on', 'error'], [error], 1],
    [['--fail-on', 'error'], [warning, note], 0],
    [['--fail-on', 'warning'], [note, warning], 1],
    [['--fail-on', 'warning'], [note], 0],
    [['--fail-on', 'note'], [note], 1],
    [['--fail-on', 'note'], [], 0],
  ] as [string[], Finding[], number][])('%j with %# findings', async (argv, findings, expected) => {
    const { status, out } = await summarize(['a.pcap', ...argv], withFindings(...findings))
    expect(status).toBe(expected)
    expect(out).toContain('VNIs')
  })

  it('is 0 for a capture without a packet', async () => {
    const { status, out } = await summarize(['a.pcap'], { summarize: async () => emptySummary() })
    expect(status).toBe(0)
    expect(out).toContain('No tunnel traffic to report.')
  })

  it('is 0 for a capture that was cut short', async () => {
    const cut = finding({ code: 'CAPTURE_CUT_SHORT', severity: 'note' })
    expect((await summarize(['a.pcap'], withFindings(cut))).status).toBe(0)
  })

  it('is 2, with the summary and a line, for a damaged capture, whatever --fail-on says', async () => {
    const damaged = finding({ code: 'CAPTURE_DAMAGED', observed: 'a.pcap: an impossible record at offset 40.' })
    const { status, out, err } = await summarize(['a.pcap', '--fail-on', 'error'], withFindings(damaged))
    expect(status).toBe(2)
    expect(out).toContain('VNIs')
    expect(err).toBe('vxpcap: a.pcap: an impossible record at offset 40.\n')
  })
})

describe('unreadable captures', () => {
  const bad = new CaptureError('not-a-capture', 'no capture: it begins with "PK"; unpack it first', 0)
  const missing = new CaptureError('unreadable', 'no such file')

  it('alone: status 2, no document, one line with name and offset', async () => {
    const { status, out, err } = await summarize(['a.zip', '--json'], {
      summarize: async () => {
        throw bad
      },
    })
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toBe('vxpcap: a.zip: no capture: it begins with "PK"; unpack it first (offset 0)\n')
  })

  it('alone: a file is named once although it is reported and thrown', async () => {
    const { err } = await summarize(['a.zip', 'b.pcap'], {
      summarize: async (_, { onUnreadable }) => {
        onUnreadable?.('a.zip', bad)
        onUnreadable?.('b.pcap', missing)
        throw missing
      },
    })
    expect(err.split('\n')).toEqual([
      'vxpcap: a.zip: no capture: it begins with "PK"; unpack it first (offset 0)',
      'vxpcap: b.pcap: no such file',
      '',
    ])
  })

  it('beside others: the document, a line each, status 2', async () => {
    const { status, out, err } = await summarize(['a.zip', 'b.pcap', '--json'], {
      summarize: async (_, { onUnreadable }) => {
        onUnreadable?.('a.zip', bad)
        return labSummary()
      },
    })
    expect(status).toBe(2)
    expect(JSON.parse(out).schema).toBe('vxpcap.summary/1')
    expect(err).toBe('vxpcap: a.zip: no capture: it begins with "PK"; unpack it first (offset 0)\n')
  })

  it('an offset that the message names already is not said twice', async () => {
    const { err } = await summarize(['a'], {
      summarize: async () => {
        throw new CaptureError('header-cut-short', 'ends at offset 9, within its header', 9)
      },
    })
    expect(err).toBe('vxpcap: a: ends at offset 9, within its header\n')
  })

  it('standard input has a name', async () => {
    const { err } = await summarize(['-'], {
      summarize: async () => {
        throw new CaptureError('empty', 'not a single byte')
      },
    })
    expect(err).toBe('vxpcap: standard input: not a single byte\n')
  })

  it('a mistake of our own is not called one of the capture', async () => {
    const { status, out, err } = await summarize(['a.pcap'], {
      summarize: async () => {
        throw new TypeError('x is not a function')
      },
    })
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: unexpected error, please report it: TypeError: x is not a function/)
  })
})

describe('standard output', () => {
  it.each([[['a.pcap']], [['a.pcap', '--json']]])('%j: a closed pipe ends quietly with 0', async (argv) => {
    const { status, err } = await summarize(argv, {
      failWith: Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
    })
    expect({ status, err }).toEqual({ status: 0, err: '' })
  })

  it('a full disk is a line and status 2', async () => {
    const { status, err } = await summarize(['a.pcap'], {
      failWith: Object.assign(new Error('ENOSPC: no space left on device, write'), {
        code: 'ENOSPC',
        syscall: 'write',
      }),
    })
    expect(status).toBe(2)
    expect(err).toBe('vxpcap: standard output: ENOSPC: no space left on device, write\n')
  })
})

describe('Ctrl-C', () => {
  it('while reading standard input asks for the summary so far and writes it', async () => {
    const host = fakeHost({
      summarize: (_, { signal }) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve(labSummary()))
          setImmediate(() => host.interrupt())
        }),
    })
    const status = await run(['summarize', '-', '--json'], host)
    const out = host.out()
    expect(status).toBe(0)
    expect(JSON.parse(out).capture.packets).toBe(26)
    expect(host.interrupt()).toBe(false)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s while reading files: the summary so far, which says so, and status %i', async (signal, expected) => {
    const host = fakeHost({
      summarize: (_, { signal: stop }) =>
        new Promise((resolve) => {
          const summary = labSummary()
          summary.capture.complete = false
          stop?.addEventListener('abort', () => resolve(summary))
          setImmediate(() => host.interrupt(signal))
        }),
    })
    expect(await run(['summarize', 'a.pcap'], host)).toBe(expected)
    expect(host.out()).toContain('Interrupted after 26 packets: the rest was not read.')
    expect(host.interrupt()).toBe(false)
  })
})
