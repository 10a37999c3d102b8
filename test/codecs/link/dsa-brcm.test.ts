import * as brcm from '../../../src/codecs/link/dsa-brcm.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('dsa-brcm', {
  codec: brcm,
  headers: headers.dsaBrcm,
  vectors: [
    {
      what: 'from port 3',
      source: 'Linux net/dsa/tag_brcm.c',
      hex: '0000 0003',
      header: { opcode: 0, trafficClass: 0, enforcement: 0, reason: 0, port: 3 },
    },
    {
      what: 'every field',
      source: 'Linux net/dsa/tag_brcm.c',
      hex: 'b6ab 1234',
      header: { opcode: 5, trafficClass: 5, enforcement: 2, reason: 0xab, port: 0x1234 },
    },
  ],
})
