/** The pictures: who sends to whom, when, and in packets of what size. */
import { type ComponentChildren, h } from '../preact.ts'
import type { View } from '../view.ts'
import { OverlayPicture } from '../visuals/overlay.tsx'
import { SizesChart } from '../visuals/sizes.tsx'
import { TimelineChart } from '../visuals/timeline.tsx'

export function Pictures({ summary, making, layout, state, choose }: View) {
  if (summary.vnis.length === 0) return null
  return (
    <div id="pictures">
      <Picture id="overlay" title="Overlay">
        <OverlayPicture {...{ summary, layout, state, choose }} vtepsTotal={making.vtepsTotal} />
      </Picture>
      <Picture id="timeline" title="Traffic over time">
        <TimelineChart summary={summary} state={state} choose={choose} />
      </Picture>
      <Picture id="sizes" title="Packet sizes and MTU">
        <SizesChart summary={summary} state={state} />
      </Picture>
    </div>
  )
}

function Picture({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  )
}
