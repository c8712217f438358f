// The options about metrics for Prometheus.
import { resolve } from 'node:path'
import { parseListenAddress } from '../base/listen-address.ts'
import type { GeneralOption } from './option.ts'

export const METRICS_OPTIONS: readonly GeneralOption[] = [
  {
    flags: ['--metrics-file'],
    group: 'running',
    value: 'file',
    isPath: true,
    help: "Write metrics there for node_exporter's textfile collector, after a check, every 15 seconds at most: docs/metrics.md. The name has to end in .prom. In memmon.conf a path is relative to the folder of the file.",
    example: '-a 200MB --metrics-file /var/lib/prometheus/node-exporter/memmon.prom',
    exampleHelp: 'let node_exporter serve what memmon knows',
    apply: (draft, text) => {
      if (!text.endsWith('.prom') || text.endsWith('/.prom'))
        throw new Error(`"${text}" is not a name that the textfile collector reads: it has to end in .prom`)
      draft.metricsFile = resolve(text)
    },
  },
  {
    flags: ['--metrics-listen'],
    group: 'running',
    value: 'where',
    help: 'Serve metrics at http://HOST:PORT/metrics for Prometheus: PORT (on 127.0.0.1), HOST:PORT, or the path of a unix socket. Beyond this machine only with --metrics-auth-file.',
    example: '-a 200MB --metrics-listen 9477',
    exampleHelp: 'let a Prometheus on this machine scrape memmon',
    apply: (draft, text) => {
      draft.metricsListen = parseListenAddress(text)
    },
  },
  {
    flags: ['--metrics-auth-file'],
    group: 'running',
    value: 'file',
    isPath: true,
    help: 'A file that holds user:password for --metrics-listen, and that nobody else may read.',
    example: '-a 200MB --metrics-listen 0.0.0.0:9477 --metrics-auth-file /etc/memmon.metrics',
    exampleHelp: 'let a Prometheus on another machine scrape memmon',
    apply: (draft, text) => {
      draft.metricsAuthFile = resolve(text)
    },
  },
]
