/** `vxpcap/page`: a summary as one HTML file that reads with scripts off, and explores with scripts on. Runs in browsers. */
export { checkedDocument } from './document.ts'
export { DEFAULT_PAGE_BYTES, formatPage, type PageOptions } from './format.tsx'
