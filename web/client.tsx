/// <reference lib="dom" />
/** What runs in the tab: the whole site is one component. */
import { h, render } from '../src/page/preact.ts'
import { Site } from './site.tsx'

const root = document.getElementById('page')
if (root !== null) {
  root.replaceChildren()
  render(<Site />, root)
}
