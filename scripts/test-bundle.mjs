// Bundles TypeScript of the tests, with what it imports of memmon, into one module that plain Node can load.
import { build } from 'esbuild'
import { ROOT } from './setup.mjs'

/** Writes `entryPoint` (from the root) to the file `outfile`; further esbuild `options` on top. */
export const bundle = (entryPoint, outfile, options = {}) =>
  build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    ...options,
  })
