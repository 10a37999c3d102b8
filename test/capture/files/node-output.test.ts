/** Files being written: paths that cannot be, what a replaced file leaves to the new one, links, long names, pipes. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/errors.ts'
import { awaitOutput, openOutput } from '../../../src/capture/files/node-output.ts'

let folder: string
const at = (...names: string[]): string => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-output-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string): void {
  const output = openOutput(path)
  output.sink(Buffer.from(text))
  output.commit()
}

function refusal(path: string): string {
  try {
    openOutput(path)
  } catch (error) {
    if (error instanceof CaptureError && error.code === 'unwritable') return error.message
    throw error
  }
  throw new Error(`${path} was opened`)
}

describe('a path that cannot be', () => {
  it.each([
    ['below a file', () => at('file', 'x'), /not a directory/],
    ['a link that leads to itself', () => at('loop'), /leads back to itself/],
    ['below such a link', () => at('loop', 'x'), /leads back to itself/],
    ['a name of 300 characters', () => at('n'.repeat(300)), /too long/],
    ['a name of 300 characters below another', () => at('n'.repeat(300), 'x'), /too long/],
    ['a directory that is not there', () => at('none', 'x'), /create it first/],
    ['a directory to be', () => `${at('none')}/`, /create it first/],
    ['nothing', () => '', /create it first/],
  ])('%s', (_, path, message) => {
    writeFileSync(at('file'), '')
    symlinkSync('loop', at('loop'))
    expect(refusal(path())).toMatch(message)
    expect(readdirSync(folder).sort()).toEqual(['file', 'loop'])
  })

  it('as an input is no reason not to write', () => {
    writeFileSync(at('file'), '')
    const output = openOutput(at('file'), [at('file', 'x'), at('n'.repeat(300))])
    output.commit()
    expect(readdirSync(folder)).toEqual(['file'])
  })
})

describe('a file', () => {
  it.each([0o4755, 0o2755, 0o1644])(
    'that is replaced keeps of mode %o what its content may be used for alone',
    (mode) => {
      writeFileSync(at('old'), 'old')
      chmodSync(at('old'), mode)
      write(at('old'), 'new')
      expect(statSync(at('old')).mode & 0o7777).toBe(mode & 0o777)
    },
  )

  it.each([0o600, 0o640, 0o664, 0o755, 0o444])('that is replaced keeps its mode %o', (mode) => {
    writeFileSync(at('old'), 'old')
    chmodSync(at('old'), mode)
    write(at('old'), 'new')
    expect(readFileSync(at('old'), 'utf8')).toBe('new')
    expect(statSync(at('old')).mode & 0o7777).toBe(mode)
  })

  it.each([1, 200, 255])('has a name of %i bytes', (length) => {
    const name = 'n'.repeat(length)
    write(at(name), 'one')
    write(at(name), 'two')
    expect(readdirSync(folder)).toEqual([name])
    expect(readFileSync(at(name), 'utf8')).toBe('two')
  })

  it('half written, left behind by a process of the same number, is no obstacle', () => {
    writeFileSync(at(`.vxpcap-${process.pid}-0.part`), 'left behind')
    write(at('new'), 'new')
    expect(readFileSync(at('new'), 'utf8')).toBe('new')
    expect(readFileSync(at(`.vxpcap-${process.pid}-0.part`), 'utf8')).toBe('left behind')
  })

  it('behind links is written through them', () => {
    for (const name of ['real', 'links', 'other']) mkdirSync(at(name))
    symlinkSync('../real/file', at('links', 'first'))
    symlinkSync(at('links', 'first'), at('other', 'second'))
    for (const text of ['not there before', 'replaced']) {
      write(at('other', 'second'), text)
      expect(readFileSync(at('real', 'file'), 'utf8')).toBe(text)
      expect(lstatSync(at('links', 'first')).isSymbolicLink()).toBe(true)
      expect(lstatSync(at('other', 'second')).isSymbolicLink()).toBe(true)
    }
    expect(readdirSync(at('real'))).toEqual(['file'])
  })

  it('given up leaves nothing, and the old one as it was', () => {
    writeFileSync(at('old'), 'old')
    const output = openOutput(at('old'))
    output.sink(Buffer.from('new'))
    output.abort()
    output.abort()
    expect(readdirSync(folder)).toEqual(['old'])
    expect(readFileSync(at('old'), 'utf8')).toBe('old')
  })
})

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  beforeEach(() => execFileSync('mkfifo', [at('pipe')]))

  it('without a reader is refused at once, or waited for until a signal', async () => {
    expect(refusal(at('pipe'))).toMatch(/nobody reads/)
    const controller = new AbortController()
    const waiting = awaitOutput(at('pipe'), [], controller.signal)
    controller.abort()
    await expect(waiting).rejects.toThrow(/nobody reads/)
  })

  it('whose reader comes later is written to', async () => {
    const waiting = awaitOutput(at('pipe'), [], new AbortController().signal)
    const reader = openSync(at('pipe'), constants.O_RDONLY | constants.O_NONBLOCK)
    const output = await waiting
    output.sink(Buffer.from('text'))
    await output.drain()
    output.commit()
    const into = Buffer.alloc(10)
    expect(into.toString('utf8', 0, readSync(reader, into))).toBe('text')
    closeSync(reader)
  })

  it('whose reader takes nothing holds nobody up: the sink goes on, and a signal ends the waiting', async () => {
    const reader = openSync(at('pipe'), constants.O_RDONLY | constants.O_NONBLOCK)
    const output = openOutput(at('pipe'))
    // More than a pipe holds.
    output.sink(Buffer.alloc(4_000_000, 1))
    const controller = new AbortController()
    const waiting = output.drain(controller.signal)
    controller.abort()
    await expect(waiting).rejects.toThrow(CaptureError)
    output.abort()
    closeSync(reader)
  })

  it('with a slow reader gets everything in order', async () => {
    const reader = openSync(at('pipe'), constants.O_RDONLY | constants.O_NONBLOCK)
    const output = openOutput(at('pipe'))
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
    for (let from = 0; from < sent.length; from += 70_000) output.sink(sent.subarray(from, from + 70_000))
    let isDrained = false
    const drained = output.drain().then(() => {
      isDrained = true
    })
    const pieces: Buffer[] = []
    const take = (): void => {
      const into = Buffer.alloc(50_000)
      try {
        pieces.push(into.subarray(0, readSync(reader, into)))
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN')
      }
    }
    while (!isDrained) {
      take()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await drained
    output.commit()
    while (Buffer.concat(pieces).length < sent.length) take()
    expect(Buffer.concat(pieces).equals(sent)).toBe(true)
    closeSync(reader)
  })
})
