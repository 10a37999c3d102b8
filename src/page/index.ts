/**
 * `vxpcap/page`: a summary, or a comparison, as one HTML file that reads with scripts off, and explores with scripts on. Runs in browsers.
 */
export { checkedComparison, isComparison } from './comparison/document.ts'
export { type ComparisonPageOptions, formatComparisonPage } from './comparison/format.tsx'
export { checkedDocument } from './document.ts'
export { formatPage, type PageOptions } from './format.tsx'
export { DEFAULT_PAGE_BYTES } from './frame.tsx'
