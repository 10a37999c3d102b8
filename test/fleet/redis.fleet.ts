/** Points read by workers over Redis: one is killed, one is cut off, one point is unreadable, and the document is that of one machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin, type Run } from '../support/built-bin.ts'
import { put, putLongPoint, putPoints, until } from '../support/fleet-folders.ts'

const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** A port of loopback that nobody has. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A way to a port that can be cut. */
class Cuttable {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server

  constructor(to: number) {
    this.#server = createServer((socket) => {
      const there = connect(to, '127.0.0.1')
      for (const end of [socket, there]) {
        this.#sockets.add(end)
        end.on('error', () => {})
        end.on('close', () => {
          socket.destroy()
          there.destroy()
        })
      }
      socket.pipe(there).pipe(socket)
    })
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  cut(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** A program whose words can be looked at while it runs. */
interface Talking {
  child: ChildProcess
  said: () => string
  ended: Promise<Run>
}

describe.skipIf(!hasRedis)(`a fleet over Redis${hasRedis ? '' : ' — SKIPPED: redis-server is not installed'}`, () => {
  let bin: Bin
  let redis: ChildProcess
  let port: number
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-fleet-test-'))
  const at = (...parts: string[]): string => join(folder, ...parts)
  const running: ChildProcess[] = []

  beforeAll(async () => {
    bin = await buildBin()
    port = await freePort()
    const argv = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    redis = spawn('redis-server', argv, { stdio: 'ignore' })
    for (let tries = 0; !(await answers()); tries++) {
      if (tries > 200) throw new Error('redis-server does not listen')
      await sleep(50)
    }
  }, 300_000)
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    redis?.kill()
    bin?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  function answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
  }

  function talk(...argv: string[]): Talking {
    const child = spawn(process.execPath, [bin.script, 'fleet', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
    running.push(child)
    const run: Run = { status: null, out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      run.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      run.err += text
    })
    const ended = new Promise<Run>((resolve) => child.on('close', (status) => resolve({ ...run, status })))
    return { child, said: () => run.err, ended }
  }
  const worker = (to: number): Talking => talk('worker', '--redis', `redis://127.0.0.1:${to}`, '--workers', '1')

  it('says the same when a worker is killed, one is cut off, and a point cannot be read', async () => {
    const caps = at('captures')
    // The first ones that are taken.
    for (const name of ['a-1', 'a-2']) putLongPoint(join(caps, name), 96 * 1024 * 1024)
    putPoints(caps, 12)
    put(join(caps, 'unreadable/a.pcap'), 'no capture at all')
    const here = await bin.run(['fleet', 'run', caps, '--json'])
    expect(here.status).toBe(2)
    expect(here.err).toMatch(/^vxpcap: unreadable: failed: a\.pcap: is not a capture file[^\n]*\n$/)

    const out = at('run')
    const url = `redis://127.0.0.1:${port}`
    const run = talk('run', caps, '--json', '--out', out, '--engine', 'bullmq', '--redis', url)
    await until(() => run.said().includes('no worker is there; waiting for one'), 'a run that waits')
    const way = new Cuttable(port)
    const [killed, cutOff] = [worker(port), worker(await way.open())]
    const isAt = ({ said }: Talking): boolean =>
      ['a-1', 'a-2'].some(
        (name) =>
          said().includes(`${name}: begun`) &&
          existsSync(join(out, `work/${name}.vxp`)) &&
          !existsSync(join(out, `points/${name}.json`)),
      )
    let hasKilled = false
    let hasCut = false
    await until(() => {
      if (!hasKilled && isAt(killed)) hasKilled = killed.child.kill('SIGKILL')
      if (!hasCut && isAt(cutOff)) {
        way.cut()
        hasCut = true
      }
      return hasKilled && hasCut
    }, 'two workers in mid-file')
    const third = worker(port)
    const { status, out: document, err } = await run.ended
    expect([status, err.split('\n').slice(1).join('\n')]).toEqual([2, here.err])
    expect(document).toBe(here.out)
    expect(third.said()).toMatch(/a-[12]: begun/)
    expect(cutOff.said()).toContain('Redis has gone')
    for (const { child, ended } of [cutOff, third]) {
      child.kill('SIGINT')
      expect((await ended).status).toBe(0)
    }
  })

  it('takes its jobs back when it is stopped', async () => {
    const caps = at('few')
    putPoints(caps, 3)
    const run = talk('run', caps, '--engine', 'bullmq', '--redis', `redis://127.0.0.1:${port}`)
    await until(() => run.said().includes('no worker is there'), 'a run that waits')
    run.child.kill('SIGINT')
    expect(await run.ended).toMatchObject({ status: 130, out: '', err: expect.stringContaining('nothing is kept') })
    const late = worker(port)
    await until(() => late.said().includes('waiting for points'), 'a worker')
    await sleep(1_000)
    expect(late.said()).not.toContain('begun')
    late.child.kill('SIGINT')
    expect((await late.ended).status).toBe(0)
  })

  it('says that there is no Redis', async () => {
    const nobody = `redis://:secret@127.0.0.1:${await freePort()}`
    const { status, err } = await bin.run(['fleet', 'worker', '--redis', nobody])
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/^vxpcap: Redis cannot be reached: [^\n]*ECONNREFUSED[^\n]*\n$/),
    ])
    expect(err).not.toContain('secret')
  })
})
