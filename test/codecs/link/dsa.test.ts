import * as dsa from '../../../src/codecs/link/dsa.ts'
import * as headers from '../../../src/testing/headers.ts'
import { codecLaws } from '../../support/codec-laws.ts'

codecLaws('dsa', {
  codec: dsa,
  headers: headers.dsa,
  vectors: [
    {
      what: 'from the processor, VLAN 1',
      source: 'field 16-dsa-dsa, packet 1',
      hex: '4000 0001 0800',
      header: {
        mode: dsa.Mode.FromProcessor,
        tagged: 0,
        device: 0,
        port: 0,
        priority: 0,
        code: 0,
        vlanId: 1,
        etherType: 0x0800,
      },
    },
    {
      what: 'every field',
      source: 'Linux net/dsa/tag_dsa.c',
      hex: 'f5a8 babc 86dd',
      header: {
        mode: dsa.Mode.Forward,
        tagged: 1,
        device: 0x15,
        port: 0xa8,
        priority: 5,
        code: 1,
        vlanId: 0xabc,
        etherType: 0x86dd,
      },
    },
  ],
})
