/** `npm run build:web`: the site as a file that any static host serves. `npm run web`: the same, served on this machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listen, USUAL_PORT, webServer } from './web-server.ts'
import { site } from './web-site.ts'

const FOLDER = 'dist-web'

const root = process.cwd()
const page = await site(root)
mkdirSync(join(root, FOLDER), { recursive: true })
writeFileSync(join(root, FOLDER, 'index.html'), page)
console.log(`${FOLDER}/index.html: ${Math.round(page.length / 1000)} kB`)
if (process.argv.includes('serve')) {
  const server = webServer(page)
  const address = await listen(server, USUAL_PORT).catch(() => listen(server, 0))
  console.log(`${address}  (Ctrl-C ends it)`)
}
