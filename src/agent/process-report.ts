// Node's own report of the process, without what would be slow or secret.

/** The parts that are used here. */
export interface ProcessReport {
  readonly workers?: readonly WorkerReport[]
  readonly [part: string]: unknown
}

interface WorkerReport {
  readonly header?: { readonly threadId?: number }
  readonly javascriptStack?: Stack
}

export interface Stack {
  readonly message?: string
  readonly stack?: readonly string[]
}

/**
 * Waits for each worker thread until it is back from a native call, and the program with it.
 *
 * The network part asks for the names of peers, which may take seconds; the environment may hold passwords.
 */
export function processReport(): ProcessReport {
  const own = process.report as { excludeNetwork?: boolean }
  const { excludeNetwork } = own
  try {
    own.excludeNetwork = true
    const report = process.report.getReport() as unknown as Record<string, unknown>
    return withoutSecrets(report)
  } finally {
    if (excludeNetwork !== undefined) own.excludeNetwork = excludeNetwork
  }
}

/** Workers have reports of their own within it. */
function withoutSecrets({
  environmentVariables: _,
  workers,
  ...rest
}: Record<string, unknown>): ProcessReport {
  return Array.isArray(workers) ? { ...rest, workers: workers.map(withoutSecrets) as WorkerReport[] } : rest
}
