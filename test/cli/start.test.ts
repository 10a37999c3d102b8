/** What the built command loads for a small capture: each file costs a start, and some cost it more than the capture does. */
import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { BIN, ensureDist } from '../support/dist.ts'
import { ROOT } from '../support/shared.ts'

const run = promisify(execFile)

const SMALL = join(ROOT, 'fixtures/pcaps/kv-snap-64-h1.pcap')
/** Files of ours that a summary may load; it was 60 before the command was built by itself. */
const MOST_FILES = 16

/** Names each module that is imported, on standard error. */
const LOADER = `import { writeSync } from 'node:fs'
export async function load(url, context, next) { writeSync(2, 'load ' + url + '\\n'); return next(url, context) }`
/** Names each package that is required, and each number format that is made. */
const WATCH = `import module, { register } from 'node:module'
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(LOADER)}`)})
const { _load } = module
module._load = (...given) => { console.error('load ' + given[0]); return _load(...given) }
Intl.NumberFormat = new Proxy(Intl.NumberFormat, { construct() { throw new Error('no need of Intl') } })
Number.prototype.toLocaleString = () => { throw new Error('no need of Intl') }`

async function loadedBy(...argv: string[]): Promise<string[]> {
  const { stderr } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`, BIN, ...argv],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  return [...stderr.matchAll(/^load (.+)$/gm)].map((match) => match[1]!)
}

describe('the built command', () => {
  beforeAll(() => ensureDist(), 300_000)

  it.each([[[]], [['--json']]])(
    'summarizes a small capture with few files and without what it does not need: %j',
    async (options) => {
      const loaded = await loadedBy('summarize', ...options, SMALL)
      const ours = loaded.filter((name) => name.includes('/dist/cli/'))
      expect(ours.length).toBeGreaterThan(3)
      expect(ours.length).toBeLessThanOrEqual(MOST_FILES)
      expect(
        loaded.filter((name) => /node-pool|cli-table3|cli-progress|string-width|preact|fflate|d3-/.test(name)),
      ).toEqual([])
      // Packages come by `require`: Node's `import` of CommonJS costs five times as much.
      expect(loaded.filter((name) => name.startsWith('file:') && name.includes('/node_modules/'))).toEqual([])
      expect(loaded).toContain('buffer-layout')
    },
  )

  it.skipIf(availableParallelism() < 2)('starts a second thread for a large file, and none where told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vxpcap-large-'))
    const large = join(folder, 'large.pcap')
    try {
      // The same capture again and again: 33 MiB.
      const capture = readFileSync(SMALL)
      const records = capture.subarray(24)
      const times = Math.ceil((33 * 1024 * 1024) / records.length)
      writeFileSync(large, capture.subarray(0, 24))
      for (let i = 0; i < times; i += 100)
        appendFileSync(large, Buffer.concat(Array(Math.min(100, times - i)).fill(records)))
      const threads = async (...argv: string[]) =>
        (await loadedBy('summarize', '--json', ...argv, large)).some((name) => name.includes('node-pool'))
      expect(await threads()).toBe(true)
      expect(await threads('--threads', '1')).toBe(false)
      expect(await threads('--memory', '512')).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('says its version with one file', async () => {
    const loaded = await loadedBy('--version')
    expect(loaded.filter((name) => name.startsWith('file:'))).toHaveLength(1)
  })
})
