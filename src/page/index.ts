/** `vxpcap/page`: a summary as one HTML file that reads with scripts off, and explores with scripts on. Runs in browsers. */
export { formatPage } from './format.tsx'
