// Mail by a command that takes it on stdin, as -s names one: the default.

import { pipeToCommand } from '../base/pipe-command.ts'
import type { Redactor } from '../base/redact.ts'
import { type Channel, failedTry } from './channel.ts'
import { buildMail, type MailTerms } from './mail-text.ts'

const COMMAND_TIMEOUT_MS = 30_000

export function createSendmailChannel(
  command: string,
  terms: MailTerms & { readonly redactor?: Redactor },
): Channel {
  const { to, redactor } = terms
  const ending = new AbortController()
  return {
    key: 'sendmail',
    by: command,
    whatText: subject => `mail "${subject}" to ${to.join(', ')}`,
    deliver: async message => {
      const mail = await buildMail(message, terms)
      // While its picture was drawn: the next memmon sends it.
      if (ending.signal.aborted) return failedTry('memmon ends')
      const result = await pipeToCommand(command, mail, {
        timeoutMs: COMMAND_TIMEOUT_MS,
        ending: ending.signal,
        ...(redactor && { redactor }),
      })
      // A command that is missing or wrong may be mended: the mail waits for that.
      return result.ok ? { ok: true, said: '' } : failedTry(result.why)
    },
    abandon: () => ending.abort(),
  }
}
