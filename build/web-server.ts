/**
 * Serves the site on this machine alone: a loopback address, and for requests that name it. A page of elsewhere whose name was made to lead
 * here would be of another origin in name only.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The port of VXLAN, which is easily kept in mind; another one where it is taken. */
export const USUAL_PORT = 4789

const ADDRESS = '127.0.0.1'
const NAMES = ['localhost', ADDRESS]

/**
 * What the page itself says too, and what only a header can say: in no frame, and alone in its process, so that its memory can be measured.
 */
const HEADERS = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const

/** A server of the site; nothing else is there to be asked for. */
export function webServer(page: string): Server {
  const bytes = Buffer.from(page)
  return createServer((request, response) => {
    const answer = (status: number, words: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers })
      response.end(request.method === 'HEAD' ? undefined : words)
    }
    if (!isOurs(request.headers.host)) return answer(421, 'this server is for its own machine\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(405, 'there is nothing to be sent here\n', { allow: 'GET, HEAD' })
    }
    const path = request.url?.split('?')[0]
    if (path !== '/' && path !== '/index.html') return answer(404, 'there is one page here: /\n')
    const headers = { 'content-type': 'text/html; charset=utf-8', 'content-length': String(bytes.length) }
    response.writeHead(200, { ...HEADERS, ...headers })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  })
}

function isOurs(host: string | undefined): boolean {
  return NAMES.includes(host?.replace(/:\d+$/, '') ?? '')
}

/** Starts it. @param port - 0 for any. @returns Its address. */
export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, ADDRESS, resolve)
  })
  return `http://${ADDRESS}:${(server.address() as AddressInfo).port}/`
}
