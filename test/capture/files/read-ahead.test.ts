/** Reading ahead gives the same bytes in the same order, whatever is asked for at a time, and fails no earlier than it must. */
import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/errors.ts'
import { readAhead } from '../../../src/capture/files/read-ahead.ts'
import { type ByteSource, bytesSource } from '../../../src/capture/source.ts'

async function readIn(source: ByteSource, room: number): Promise<number[]> {
  const into = new Uint8Array(room)
  const length = await source.read(into)
  return [...into.subarray(0, length)]
}

test.prop([
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 1, max: 40 }),
  fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
])('gives every byte once, in order', async (bytes, stretch, rooms) => {
  const source = readAhead(bytesSource(bytes), stretch)
  const read: number[] = []
  for (let turn = 0; ; turn++) {
    const next = await readIn(source, rooms[turn % rooms.length]!)
    if (next.length === 0) break
    read.push(...next)
  }
  expect(read).toEqual([...bytes])
  expect(await readIn(source, 9)).toEqual([])
})

it('asks for the next stretch before it is wanted, and for nothing where the first read was short', async () => {
  let asked = 0
  const counting: ByteSource = {
    async read(into) {
      asked++
      return asked < 4 ? into.length : 1
    },
  }
  const source = readAhead(counting, 8)
  await source.read(new Uint8Array(8))
  expect(asked).toBe(2)
  await source.read(new Uint8Array(8))
  expect(asked).toBe(3)

  asked = 3
  const short = readAhead(counting, 8)
  await short.read(new Uint8Array(8))
  expect(asked).toBe(4)
})

it('goes on behind an end that was none: a file that grows', async () => {
  const parts = [[1, 2, 3, 4], [], [5, 6], [], []]
  const growing: ByteSource = {
    async read(into) {
      const part = parts.shift() ?? []
      into.set(part)
      return part.length
    },
  }
  const source = readAhead(growing, 4)
  expect(await readIn(source, 4)).toEqual([1, 2, 3, 4])
  expect(await readIn(source, 4)).toEqual([])
  expect(await readIn(source, 4)).toEqual([5, 6])
  expect(await readIn(source, 4)).toEqual([])
})

it('hands over what came before a failure, then the failure; closing waits for what is under way', async () => {
  let reads = 0
  const events: string[] = []
  const failing: ByteSource = {
    async read(into) {
      if (++reads > 1) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        events.push('failed')
        throw new CaptureError('unreadable', 'cannot be read (EIO)', null)
      }
      return into.length
    },
    async close() {
      events.push('closed')
    },
  }
  const source = readAhead(failing, 4)
  expect((await readIn(source, 4)).length).toBe(4)
  await expect(readIn(source, 4)).rejects.toThrow('EIO')
  const abandoned = readAhead(failing, 4)
  reads = 0
  events.length = 0
  await readIn(abandoned, 4)
  await abandoned.close?.()
  expect(events).toEqual(['failed', 'closed'])
})
