/** The top of the page: what the capture is, the sentence that a person would say of it, and how much was found. */

import { SEVERITIES } from '../../findings/severity.ts'
import { h } from '../preact.ts'
import type { View } from '../view.ts'
import { SeverityCount } from './severity.tsx'

/** Figures and what follows them stay on one line. */
function held(sentence: string): string {
  return sentence.replace(/(\d) (?=%|[kMGTP]?B\b|[mµ]?s\b|min\b|[hd]\b)/g, '$1\u00a0')
}

export function Head({ summary, making }: View) {
  const { sentences, tries } = making.headline
  const isPartial = !summary.capture.complete
  const [first, ...rest] = isPartial ? sentences.slice(1) : sentences
  return (
    <header class="head">
      <p class="kicker">Overlay report</p>
      <h1>{making.title}</h1>
      {isPartial && <p class="partial">{sentences[0]}</p>}
      <p class="lead">{first !== undefined && held(first)}</p>
      <Counts {...{ summary }} />
      {rest.length > 0 && <p class="facts">{held(rest.join(' '))}</p>}
      {tries.length > 0 && (
        <div class="tries">
          <h2>What to try</h2>
          <ul>
            {tries.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </div>
      )}
    </header>
  )
}

function Counts({ summary: { findings } }: Pick<View, 'summary'>) {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((finding) => finding.severity === severity).length,
  })).filter(({ count }) => count > 0)
  const isHealthy = findings.every(({ severity }) => severity === 'note')
  return (
    <ul class="counts" aria-label="Findings by severity">
      {isHealthy && (
        <li class="count fine">
          <span aria-hidden="true">✓</span> {findings.length === 0 ? 'No findings' : 'No errors or warnings'}
        </li>
      )}
      {counts.map(({ severity, count }) => (
        <SeverityCount key={severity} severity={severity} count={count} />
      ))}
    </ul>
  )
}
