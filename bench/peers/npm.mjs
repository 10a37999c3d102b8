/** Other npm packages on a capture: `npm.mjs <peer> <folder with node_modules> <capture>` prints what it counted as JSON. */
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'

const [peer = '', folder = '', path = ''] = process.argv.slice(2)
const require = createRequire(join(folder, 'package.json'))

/** Each as its own documentation shows it; nothing is done with a packet but counting it. */
const peers = {
  'pcap-parser': () =>
    new Promise((resolve, reject) => {
      let packets = 0
      const parser = require('pcap-parser').parse(path)
      parser.on('packet', () => packets++)
      parser.on('error', reject)
      parser.on('end', () => resolve(packets))
    }),
  'pcap-decoder': async () => {
    const { default: Decoder } = await import(pathToFileURL(require.resolve('pcap-decoder')).href)
    const decoder = new Decoder()
    let packets = 0
    for await (const chunk of createReadStream(path)) for (const _ of decoder.decode(chunk)) packets++
    return packets
  },
  'pcap-ng-parser': async () => {
    const Parser = require('pcap-ng-parser')
    let packets = 0
    const parser = createReadStream(path).pipe(new Parser())
    parser.on('data', () => packets++)
    await finished(parser)
    return packets
  },
  netkitty: async () => {
    const { PcapReader } = require('@netkitty/pcap')
    const { Codec } = require('@netkitty/codec')
    const codec = new Codec()
    let packets = 0
    const reader = new PcapReader({
      filename: path,
      onPacket: async (info) => {
        await codec.decode(await reader.readPacketData(info))
        packets++
      },
    })
    const done = new Promise((resolve) => reader.on('done', resolve))
    await reader.start()
    await done
    await reader.close()
    return packets
  },
}

const packets = await peers[peer]()
process.stdout.write(`${JSON.stringify({ packets })}\n`)
