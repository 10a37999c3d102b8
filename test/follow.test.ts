/** Following a capture that is being written: each packet once, a summary when there is more, the last one at the end. */
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followFile } from '../src/node-follow.ts'
import { summarizeFiles } from '../src/node-summarize.ts'
import type { Summary } from '../src/summary.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { fixture } from './support/goldens.ts'

const SEED = readFileSync(fixture('seed-ovs-h1.pcap'))
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-follow-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Follows a file until the test says stop. */
function following(path: string) {
  const stop = new AbortController()
  const summaries: Summary[] = []
  let restarts = 0
  const done = followFile(path, {
    signal: stop.signal,
    intervalMs: 1,
    onSummary: (summary) => {
      summaries.push(summary)
    },
    onRestart: () => {
      restarts++
    },
  })
  const packets = () => summaries.at(-1)?.capture.packets ?? 0
  return {
    summaries,
    packets,
    restarts: () => restarts,
    /** Waits until the latest summary has so many packets. */
    async until(count: number): Promise<void> {
      for (let waited = 0; packets() !== count; waited += 20) {
        if (waited > 15_000) throw new Error(`${packets()} packets instead of ${count}`)
        await sleep(20)
      }
    },
    async stop(): Promise<Summary> {
      stop.abort()
      await done
      return summaries.at(-1)!
    },
    done,
  }
}

/** Packets of the seed capture, and where the record of packet 11 begins. */
const PACKETS = 26
const CUT = (() => {
  let at = 24
  for (let packet = 1; packet < 11; packet++) at += 16 + SEED.readUInt32LE(at + 8)
  return at
})()

describe('a growing capture', () => {
  it('is summarized as it grows, in the end as if it had always been whole', async () => {
    const path = join(folder, 'growing.pcap')
    writeFileSync(path, SEED.subarray(0, CUT))
    const run = following(path)
    await run.until(10)
    // Half a record is no news.
    appendFileSync(path, SEED.subarray(CUT, CUT + 20))
    await sleep(500)
    expect(run.packets()).toBe(10)
    appendFileSync(path, SEED.subarray(CUT + 20))
    await run.until(PACKETS)
    const { capture, ...last } = await run.stop()
    const { capture: whole, ...expected } = await summarizeFiles([fixture('seed-ovs-h1.pcap')])
    expect(last).toEqual(expected)
    expect({ ...capture, files: capture.files.map((file) => ({ ...file, name: '' })) }).toEqual({
      ...whole,
      files: whole.files.map((file) => ({ ...file, name: '' })),
    })
  })

  it('that is empty at first, or has half a header, is waited for', async () => {
    const path = join(folder, 'empty.pcap')
    writeFileSync(path, '')
    const run = following(path)
    await sleep(300)
    appendFileSync(path, SEED.subarray(0, 10))
    await sleep(300)
    expect(run.summaries).toEqual([])
    appendFileSync(path, SEED.subarray(10))
    await run.until(PACKETS)
    await run.stop()
  })

  it('says at the end when its last record is not whole', async () => {
    const path = join(folder, 'cut.pcap')
    writeFileSync(path, SEED.subarray(0, CUT + 20))
    const run = following(path)
    await run.until(10)
    expect(run.summaries.at(-1)?.findings.map(({ code }) => code)).not.toContain('CAPTURE_CUT_SHORT')
    const last = await run.stop()
    expect(last.findings.map(({ code }) => code)).toContain('CAPTURE_CUT_SHORT')
  })

  it('of which the signal comes before it was read to its end, says so, and nothing of the bytes that were not read', async () => {
    const path = join(folder, 'sparse.pcap')
    writeFileSync(path, SEED.subarray(0, CUT))
    truncateSync(path, 50 * 1024 ** 3)
    const run = following(path)
    await run.until(10)
    const { capture, findings } = await run.stop()
    expect(capture.complete).toBe(false)
    expect(findings.map(({ code }) => code)).not.toContain('CAPTURE_DAMAGED')
    rmSync(path)
  })

  it('that was read to its end says what it ends in', async () => {
    const path = join(folder, 'zeros.pcap')
    writeFileSync(path, Buffer.concat([SEED.subarray(0, CUT), Buffer.alloc(6400)]))
    const run = following(path)
    await run.until(10)
    await sleep(500)
    const { capture, findings } = await run.stop()
    expect(capture).toMatchObject({ complete: true, packets: 10 })
    expect(findings.find(({ code }) => code === 'CAPTURE_DAMAGED')?.observed).toContain('6400 bytes of zeros')
  })

  it('ends by itself where it is damaged', async () => {
    const path = join(folder, 'damaged.pcap')
    writeFileSync(path, Buffer.concat([SEED.subarray(0, CUT), Buffer.alloc(16, 0xff)]))
    const run = following(path)
    await run.done
    expect(run.summaries.at(-1)?.findings.map(({ code }) => code)).toContain('CAPTURE_DAMAGED')
    expect(run.packets()).toBe(10)
  })

  it('that is replaced is read anew', async () => {
    const path = join(folder, 'replaced.pcap')
    writeFileSync(path, SEED)
    const run = following(path)
    await run.until(PACKETS)
    const other = join(folder, 'other.pcap')
    writeFileSync(other, SEED.subarray(0, CUT))
    renameSync(other, path)
    await run.until(10)
    expect(run.restarts()).toBe(1)
    await run.stop()
  })

  it('that is made shorter is read anew', async () => {
    const path = join(folder, 'shorter.pcap')
    writeFileSync(path, SEED)
    const run = following(path)
    await run.until(PACKETS)
    truncateSync(path, CUT)
    await run.until(10)
    expect(run.restarts()).toBe(1)
    await run.stop()
  })

  it('may be compressed: it is read in pieces then, and to the last byte at the end', async () => {
    const path = join(folder, 'growing.pcap.gz')
    // That it has read the second part shows only at the end: where it had not, it is given twice the time.
    let last: Summary | null = null
    for (let wait = 300; wait < 10_000 && last?.capture.packets !== PACKETS; wait *= 2) {
      writeFileSync(path, gzipSync(SEED.subarray(0, CUT)))
      const run = following(path)
      await sleep(wait)
      appendFileSync(path, gzipSync(SEED.subarray(CUT)))
      await sleep(wait)
      last = await run.stop()
    }
    expect(last?.capture).toMatchObject({ packets: PACKETS, files: [{ compression: 'gzip' }] })
  })

  it('that is not there is an error', async () => {
    await expect(following(join(folder, 'missing.pcap')).done).rejects.toMatchObject({ code: 'unreadable' })
  })
})

describe('vxpcap summarize --follow', () => {
  let bin: Bin
  beforeAll(async () => {
    bin = await buildBin()
  }, 300_000)
  afterAll(() => bin?.remove())

  it('prints a document a line as the file grows, and ends on Ctrl-C with the last one', async () => {
    const path = join(folder, 'lines.pcap')
    writeFileSync(path, SEED.subarray(0, CUT))
    const child = spawn(process.execPath, [bin.script, 'summarize', '--follow', '--json', path], { stdio: 'pipe' })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
    })
    const documents = (): Summary[] =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    const until = async (count: number): Promise<void> => {
      for (let waited = 0; documents().at(-1)?.capture.packets !== count; waited += 50) {
        if (waited > 20_000) throw new Error(out)
        await sleep(50)
      }
    }
    await until(10)
    appendFileSync(path, SEED.subarray(CUT))
    await until(PACKETS)
    const status = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGINT')
    expect(await status).toBe(0)
    expect(documents().map(({ capture }) => capture.packets)).toEqual([10, PACKETS])
  })

  it.each([
    [['a.pcap', 'b.pcap'], 'takes one capture file'],
    [['-'], 'takes one capture file'],
  ])('%j is refused', async (paths, message) => {
    const { status, err } = await bin.run(['summarize', '--follow', ...paths])
    expect(status).toBe(2)
    expect(err).toContain(message)
  })
})
