/** The server of `npm run web` is for this machine, and has one page. */
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, webServer } from '../../build/web-server.ts'

interface Answer {
  status: number | undefined
  headers: Record<string, unknown>
  body: string
}

describe('the server of the site', () => {
  const server: Server = webServer('<!doctype html>the page')
  let address = ''

  beforeAll(async () => {
    address = await listen(server, 0)
  })
  afterAll(() => {
    server.close()
  })

  function ask(path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
    const { method = 'GET', host } = options
    const { port } = server.address() as AddressInfo
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, ...(host !== undefined && { headers: { host } }) })
      asked.on('error', reject).on('response', (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text) => {
          body += text
        })
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      })
      asked.end()
    })
  }

  it('listens on a loopback address alone', () => {
    expect((server.address() as AddressInfo).address).toBe('127.0.0.1')
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  })

  it('has the page, as HTML that is in no frame and alone in its process', async () => {
    for (const path of ['/', '/index.html', '/?x']) {
      const { status, headers, body } = await ask(path)
      expect({ status, body }).toEqual({ status: 200, body: '<!doctype html>the page' })
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'x-content-type-options': 'nosniff',
      })
    }
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it.each([
    '/package.json',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '//etc/passwd',
    '/favicon.ico',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it('takes nothing', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask('/', { method })).status).toBe(405)
  })

  it('answers by its own names alone, so that no page of elsewhere can be led here', async () => {
    for (const host of ['localhost', 'localhost:4789', '127.0.0.1:80']) {
      expect((await ask('/', { host })).status).toBe(200)
    }
    for (const host of ['example.org', 'localhost.example.org', '127.0.0.1.example.org:4789', '10.0.0.1']) {
      const { status } = await ask('/', { host })
      expect([400, 421], host).toContain(status)
    }
  })
})
