/** Marks of what was found of a MAC address at several endpoints: an arrow, two bars, and two bars struck through. */
import { h } from '../preact.ts'
import type { MacStory } from './overlay-model.ts'

const SIGNS: Record<MacStory, string> = {
  moved: 'M-4 0H4M1-3 4 0 1 3',
  shared: 'M-4-2H4M-4 2H4',
  duplicate: 'M-4-2H4M-4 2H4M3-5-3 5',
}

export const STORIES: readonly MacStory[] = ['moved', 'shared', 'duplicate']

export const STORY_WORDS: Record<MacStory, string> = {
  moved: 'a MAC moved',
  shared: 'a MAC is shared',
  duplicate: 'a MAC is in use twice',
}

export function MacMark({ story, x, y }: { story: MacStory; x: number; y: number }) {
  return (
    <g class={`mac-mark is-${story}`} transform={`translate(${x} ${y})`}>
      <rect class="shape" x="-8" y="-8" width="16" height="16" rx="4" />
      <path class="sign" d={SIGNS[story]} />
    </g>
  )
}
