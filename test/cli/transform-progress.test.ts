/** `decap` and `filter` on a terminal: progress while they work, unless nobody wants it. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import type { Host, Output } from '../../src/cli/host.ts'
import { run } from '../../src/cli/program.ts'
import { fixture } from '../support/goldens.ts'
import { fakeHost } from './fake-host.ts'
import { fakeTerminal } from './fake-terminal.ts'

const BYTES = readFileSync(fixture('kv-mixed-h1.pcap'))
/** Longer than the work that shows no bar. */
const LONG_MS = 350

/** A terminal as standard error, and a capture that comes slowly. */
function slowHost(): { host: Host; shown: () => string } {
  const { stream, text } = fakeTerminal()
  const host: Host = {
    ...fakeHost(),
    stderr: stream as unknown as Output,
    size: async () => BYTES.length,
    async open() {
      const source = bytesSource(BYTES)
      return {
        async read(into) {
          await sleep(LONG_MS)
          return source.read(into.subarray(0, BYTES.length >> 1))
        },
      }
    },
    output: async () => ({ sink: () => {}, drain: async () => {}, commit: () => {}, abort: () => {} }),
  }
  return { host, shown: text }
}

describe.each([[['decap']], [['filter', '--vni', '10']]])('%j', (command) => {
  const argv = [...command, 'a.pcap', '-o', 'b.pcapng']

  it('shows how far it is', async () => {
    const { host, shown } = slowHost()
    expect(await run(argv, host)).toBe(0)
    expect(shown()).toMatch(/█.* \d+% {2}[\d.]+ kB of [\d.]+ kB/)
  })

  it.each(['--quiet', '--no-progress'])('shows nothing with %s', async (option) => {
    const { host, shown } = slowHost()
    expect(await run([...argv, option], host)).toBe(0)
    expect(shown()).toBe('')
  })
})
