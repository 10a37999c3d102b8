/** The one place where fast-check is imported: an optional peer, needed by whoever imports `vxpcap/testing`. */
export { default as fc } from 'fast-check'
