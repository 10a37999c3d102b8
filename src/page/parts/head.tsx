/** The top of the page: what the capture is, the sentence that a person would say of it, and how much was found. */

import { SEVERITIES } from '../../findings/severity.ts'
import type { Headline } from '../../report/headline.ts'
import type { Finding } from '../../summary.ts'
import { choiceWords } from '../choice-words.ts'
import { h } from '../preact.ts'
import { hasTunnels, type View } from '../view.ts'
import { SeverityCount } from './severity.tsx'

/** Figures and what follows them stay on one line. */
function held(sentence: string): string {
  return sentence.replace(/(\d) (?=%|[kMGTP]?B\b|[mµ]?s\b|min\b|[hd]\b)/g, '$1\u00a0')
}

export function Head({ summary, making }: View) {
  return (
    <HeadWords
      kicker="Overlay report"
      title={making.title}
      headline={making.headline}
      isPartial={!summary.capture.complete}
      findings={summary.findings}
      isJudged={hasTunnels(summary)}
    />
  )
}

/** What is left out of a sheet of paper, where no bar of choices says it. */
export function Filtered({ summary, state }: View) {
  const words = choiceWords(state, summary)
  return words.length === 0 ? null : <p class="filtered on-paper">Filtered: {words.join(', ')}</p>
}

interface HeadProperties {
  kicker: string
  title: string
  /** The first sentence says that there is more than was read, where that is so. */
  headline: Headline
  isPartial: boolean
  findings: readonly Finding[]
  /** Whether there was anything to judge: where there was not, having found nothing says nothing. */
  isJudged?: boolean
}

export function HeadWords(properties: HeadProperties) {
  const { kicker, title, headline, isPartial, findings, isJudged = true } = properties
  const { sentences, tries, ahead = isPartial ? 1 : 0 } = headline
  const [first, ...rest] = sentences.slice(ahead)
  return (
    <header class="head">
      <p class="kicker">{kicker}</p>
      <h1>{title}</h1>
      {sentences.slice(0, ahead).map((sentence) => (
        <p key={sentence} class="partial">
          {sentence}
        </p>
      ))}
      <p class="lead">{first !== undefined && held(first)}</p>
      <Counts {...{ findings, isJudged }} />
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

function Counts({ findings, isJudged }: Pick<HeadProperties, 'findings'> & { isJudged: boolean }) {
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: findings.filter((finding) => finding.severity === severity).length,
  })).filter(({ count }) => count > 0)
  const isHealthy = isJudged && findings.every(({ severity }) => severity === 'note')
  return (
    <ul class="counts" aria-label="Findings by severity">
      {!isJudged && <li class="count">Nothing judged: no tunnel traffic</li>}
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
