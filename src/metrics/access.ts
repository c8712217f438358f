// Where metrics are served, and who may read them: from other machines only with a user and a password.
import { UsageError } from '../base/errors.ts'
import { isLocal, type ListenAddress, listenText } from '../base/listen-address.ts'
import { secretIn } from '../config/secret-file.ts'

export interface Access {
  readonly address: ListenAddress
  /** user:password; undefined: whoever can connect may read. */
  readonly credentials: string | undefined
}

export interface AccessTerms {
  readonly metricsListen?: ListenAddress
  readonly metricsAuthFile?: string
  /** Where each key is in memmon.conf. */
  readonly places?: ReadonlyMap<string, string>
}

/** undefined: nowhere. Throws a UsageError that says what is valid, without the secret. */
export function accessOf({ metricsListen, metricsAuthFile, places }: AccessTerms): Access | undefined {
  const at = (key: string) => (places?.has(key) ? `${places.get(key)}: ` : '')
  if (metricsListen === undefined) return undefined
  if (metricsAuthFile === undefined) {
    if (isLocal(metricsListen)) return { address: metricsListen, credentials: undefined }
    throw new UsageError(
      `${at('metrics_listen')}--metrics-listen ${listenText(metricsListen)}: other machines can connect there: add --metrics-auth-file, or listen on 127.0.0.1`,
    )
  }
  const credentials = secretIn(metricsAuthFile, `${at('metrics_auth_file')}metrics_auth_file`)
  if (/^[^:\0-\x1f]+:[^\0-\x1f]+$/.test(credentials)) return { address: metricsListen, credentials }
  throw new UsageError(
    `${at('metrics_auth_file')}metrics_auth_file ${metricsAuthFile} does not hold a user and a password: write one line, user:password`,
  )
}
