import { test } from 'vitest'
import { join, fields } from './files.ts'
import { decompressed } from '../../src/capture/node-compression.ts'
import { bytesSource } from '../../src/capture/source.ts'
test('x', async () => {
  for (const [w, n, N] of [[0x88, 1, 500], [0x88, 2, 500],[0x68,1,500]] as const) {
    const blocks = n===1 ? [[9,0,0,65]] : [[8,0,0,65],[9,0,0,66]]
    const f = join(fields(true,[32,0xfd2fb528]),[0,w],...blocks.map(b=>Uint8Array.from(b)))
    const all = join(...Array.from({length:N},()=>f))
    const t=performance.now()
    const {source}=await decompressed(bytesSource(all)); const into=new Uint8Array(65536); let total=0
    for(;;){const k=await source.read(into); if(!k)break; total+=k}
    console.log(w,n,total,source.issue, performance.now()-t, 'ms', process.memoryUsage().rss/1e6)
  }
})
